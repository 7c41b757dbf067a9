-- Bars into a part that this transaction made: nothing of them is left to be done by a later vacuum.
COPY bar_%part% (instrument_id, interval_s, ts, open, high, low, close, volume, load_id)
  FROM STDIN (FORMAT binary, FREEZE)
