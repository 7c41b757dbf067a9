-- Everything of an instrument is computed.
-- $1 bigint instrument; $2 integer version
INSERT INTO milled (instrument_id, version) VALUES ($1::bigint, $2::integer)
ON CONFLICT (instrument_id) DO UPDATE SET version = excluded.version, milled_at = excluded.milled_at
