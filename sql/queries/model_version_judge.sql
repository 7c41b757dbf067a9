-- A version leaves the shadow.
-- $1 bigint version id; $2 text its state; $3 jsonb what the scorecard says of it
UPDATE model_version SET state = $2::text, scorecard = scorecard || $3::jsonb WHERE id = $1::bigint;
