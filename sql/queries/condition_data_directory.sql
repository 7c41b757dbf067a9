-- Where the database's files are, when it is on this host and says so.
-- -> dir text (null: not known)
SELECT CASE WHEN inet_server_addr() IS NULL THEN alert_data_directory() END AS dir
