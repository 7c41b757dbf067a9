-- Training rows of a model: times for which the target and every input have a bar, oldest first. One scan of each
-- series and no join between them, so there is no plan to get wrong while statistics are missing.
-- qm.p1 bigint[] instrument ids of the inputs, in order, and of the target; qm.p2 integer interval
-- -> ts timestamptz, values double precision[] (closes, in that order)
COPY (
    SELECT b.ts, array_agg(b.close ORDER BY i.position)
      FROM unnest(current_setting('qm.p1')::bigint[]) WITH ORDINALITY AS i (id, position)
      JOIN bar b ON b.instrument_id = i.id AND b.interval_s = current_setting('qm.p2')::integer
     GROUP BY b.ts
    HAVING count(*) = cardinality(current_setting('qm.p1')::bigint[])
     ORDER BY b.ts
) TO STDOUT (FORMAT binary);
