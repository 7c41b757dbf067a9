BEGIN;

DROP VIEW model_coefficients;
DROP TABLE model_activation, coefficient, model_version, model_input, model;

COMMIT;
