-- Indexes and attaches a part that bar_month_begin made.
-- $1 text month
SELECT bar_month_end($1::text)
