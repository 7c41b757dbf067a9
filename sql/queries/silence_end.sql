-- Ends a silence now, unless it is over.
-- $1 bigint silence; $2 text who
UPDATE silence SET ends_at = now(), ended_by = $2::text WHERE id = $1::bigint AND (ends_at IS NULL OR ends_at > now())
