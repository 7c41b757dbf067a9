-- Adds a listing.
-- $1 bigint instrument; $2 text provider; $3 text the provider's symbol; $4 integer priority
INSERT INTO listing (instrument_id, provider, provider_symbol, priority)
VALUES ($1::bigint, $2::text, $3::text, $4::integer)
