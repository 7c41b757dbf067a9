-- Those of some loads that were not built here.
-- $1 bigint[] loads
-- -> id bigint
SELECT id FROM load WHERE id = ANY ($1::bigint[]) AND kind <> 'derived'
