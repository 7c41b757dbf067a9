-- Bars straight into their monthly partitions
COPY bar_minute (instrument_id, interval_s, ts, open, high, low, close, volume, load_id) FROM STDIN (FORMAT binary)
