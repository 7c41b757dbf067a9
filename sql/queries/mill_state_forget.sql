-- Forgets the saved states of an instrument.
-- $1 bigint instrument
DELETE FROM mill_state WHERE instrument_id = $1::bigint
