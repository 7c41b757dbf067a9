-- Training rows of a model: times for which the target and every input have a bar, oldest first.
-- qm.p1 bigint target's instrument id; qm.p2 integer interval; qm.p3 bigint[] inputs' instrument ids, in order
-- -> ts timestamptz, values double precision[] (closes of the inputs, then of the target)
COPY (
    SELECT t.ts, array_agg(b.close ORDER BY i.position) || t.close
      FROM bar t
      CROSS JOIN unnest(current_setting('qm.p3')::bigint[]) WITH ORDINALITY AS i (id, position)
      JOIN bar b ON b.instrument_id = i.id AND b.interval_s = current_setting('qm.p2')::integer AND b.ts = t.ts
     WHERE t.instrument_id = current_setting('qm.p1')::bigint
       AND t.interval_s = current_setting('qm.p2')::integer
     GROUP BY t.ts, t.close
    HAVING count(*) = cardinality(current_setting('qm.p3')::bigint[])
     ORDER BY t.ts
) TO STDOUT (FORMAT binary);
