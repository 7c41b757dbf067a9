-- Bars straight into their partition, saving the way through bar
COPY bar_coarse (instrument_id, interval_s, ts, open, high, low, close, volume, load_id) FROM STDIN (FORMAT binary)
