-- Bars straight into their part of the table, saving the way through bar.
COPY bar_%part% (instrument_id, interval_s, ts, open, high, low, close, volume, load_id) FROM STDIN (FORMAT binary)
