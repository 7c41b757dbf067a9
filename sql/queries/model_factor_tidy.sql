-- Factors that nobody goes on with.
DELETE FROM model_factor f USING model m
 WHERE m.id = f.model_id AND (NOT m.enabled OR m.method = 'huber' OR m.window_rows IS NOT NULL OR m.window_days IS NOT NULL);
