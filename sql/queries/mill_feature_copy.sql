-- Columns as the table has them: instrument, interval and time, version, then those of the list, in its order.
COPY feature FROM STDIN (FORMAT binary)
