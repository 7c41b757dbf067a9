-- Coefficients of a version, in order.
-- $1 bigint version id; $2 integer position of the first; $3 text[] names; $4 double precision[] values;
-- $5 double precision[] standard errors, NaN for none; $6 double precision[] of the fit before the hold-out
INSERT INTO coefficient (version_id, position, name, value, std_error, judged_value)
SELECT $1::bigint, $2::integer + c.n - 1, c.name, c.value, nullif(c.std_error, 'NaN'), c.judged_value
  FROM unnest($3::text[], $4::double precision[], $5::double precision[], $6::double precision[])
       WITH ORDINALITY AS c (name, value, std_error, judged_value, n);
