-- When the next schedule is due.
-- -> next_due bigint, NULL: no schedule is enabled
SELECT extract(epoch FROM min(next_due))::bigint AS next_due FROM schedule WHERE enabled
