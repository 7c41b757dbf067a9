-- Columns as the table has them: instrument, interval and time, then those of the list, in its order.
COPY indicator FROM STDIN (FORMAT binary)
