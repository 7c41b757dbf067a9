-- Bars that a load replaces.
COPY bar_history (instrument_id, interval_s, ts, open, high, low, close, volume, load_id, replaced_by, believed_from,
                  believed_to) FROM STDIN (FORMAT binary)
