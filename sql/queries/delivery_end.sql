-- Notes how a try ended, on the delivery and its channel, unless somebody else has claimed it since; what a server took
-- is sent in any case.
-- $1 bigint id; $2 text who; $3 integer attempts; $4 text state: sent, waiting, dead; $5 float8 seconds until the next
-- try; $6 text answer; $7 text error, may be null
WITH ended AS (
    UPDATE delivery
       SET state = $4, worker = NULL, lease_until = NULL, answer = $6, error = $7,
           not_before = now() + make_interval(secs => $5::float8),
           sent_at = CASE WHEN $4 = 'sent' THEN now() END
     WHERE id = $1::bigint AND state <> 'sent'
       AND ($4 = 'sent' OR (state = 'sending' AND worker = $2 AND attempts = $3::integer))
    RETURNING channel_id
)
UPDATE channel c
   SET sent_at = CASE WHEN $4 = 'sent' THEN now() ELSE c.sent_at END,
       fault_at = CASE WHEN $4 = 'sent' THEN c.fault_at ELSE now() END,
       fault = CASE WHEN $4 = 'sent' THEN NULL ELSE $7 END
  FROM ended WHERE c.id = ended.channel_id;
