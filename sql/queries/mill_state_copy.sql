-- Saved states.
COPY mill_state (instrument_id, interval_s, through_ts, version, state) FROM STDIN (FORMAT binary)
