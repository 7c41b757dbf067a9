BEGIN;

-- Lets the planner know what bars there are: autovacuum looks at each
-- partition within a minute or so, but never at bar as a whole, which joins
-- are planned by; only its owner may. Says whether there was reason to: a
-- tenth more rows than it knew, or rows_written that many.
CREATE FUNCTION bar_statistics_refresh(rows_written bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known double precision := (SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'bar'::regclass);
    there double precision := (SELECT coalesce(sum(reltuples) FILTER (WHERE reltuples > 0), 0)
                                 FROM pg_partition_tree('bar') JOIN pg_class ON oid = relid
                                WHERE isleaf);
BEGIN
    IF greatest(rows_written, there - known) < 1000 + known / 10
       OR NOT pg_try_advisory_xact_lock(hashtextextended('bar_statistics_refresh', 0)) THEN
        RETURN false;
    END IF;
    ANALYZE bar;
    RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION bar_statistics_refresh FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bar_statistics_refresh TO quotemill_worker;

COMMIT;
