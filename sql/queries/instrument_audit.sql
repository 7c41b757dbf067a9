-- Records a change of an instrument, as it is now, with its listings.
-- $1 text who; $2 text action; $3 bigint instrument; $4 jsonb what it was before, or NULL; $5 text address
INSERT INTO audit_log (who, action, object, before, after, address)
SELECT $1::text, $2::text, 'instrument:' || i.symbol, $4::jsonb,
       to_jsonb(i) || jsonb_build_object('listings', coalesce((
           SELECT jsonb_agg(l.provider || ':' || l.provider_symbol ORDER BY l.priority)
             FROM listing l WHERE l.instrument_id = i.id), '[]')),
       $5::text
  FROM instrument i
 WHERE i.id = $3::bigint
