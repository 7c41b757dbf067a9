-- A model is fitted from now on, or not.
-- $1 text name; $2 boolean enabled
UPDATE model SET enabled = $2::boolean WHERE name = $1::text AND enabled <> $2::boolean;
