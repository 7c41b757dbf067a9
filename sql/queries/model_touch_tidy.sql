-- What every kept factor has seen.
DELETE FROM model_touch t
 WHERE NOT EXISTS (SELECT FROM model_factor f WHERE NOT pg_visible_in_snapshot(t.xid, f.snapshot));
