#!/usr/bin/perl
# What machines read: coefficients, status, health.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2026-02-01T00:00:00Z");
$c->add_user("vera", "viewer");

# Coefficients: nothing yet, then an active version.
my $r = $c->get("/api/coefficients");
is $r->{status}, 404, "no coefficients before a model is active";
is decode_json($r->{body})->{status}, 404, "in problem+json";
$c->sql("WITH v AS (
             INSERT INTO model_version (model_id, version, state, fitted_at, rows, first_ts, last_ts, fingerprint, r2, rmse, scorecard)
             SELECT id, 1, 'active', '2026-01-31 01:02:03Z', 1000, '2020-09-30', '2026-01-30', 'f', 0.99, 12.5, '[]'
               FROM model WHERE name = 'mstr' RETURNING id)
         INSERT INTO coefficient SELECT v.id, c.* FROM v, (VALUES (0, 'intercept', -140.25::float8, 1.5::float8),
             (1, 'btc_price', 0.0031::float8, 0.001::float8), (2, 'mnav', 1e-7::float8, NULL)) c");
$r = $c->get("/api/coefficients");
is $r->{status}, 200, "coefficients without a login";
my $json = decode_json($r->{body});
is_deeply $json->{coefficients}, {intercept => -140.25, btc_price => 0.0031, mnav => 1e-7}, "by name";
is $json->{last_updated}, "2026-01-31T01:02:03Z", "with their time";
is $json->{model}{name}, "mstr", "and model";
like $r->{headers}{"cache-control"}[0], qr/max-age=\d+/, "may be kept for a while";
my $tag = $r->{headers}{etag}[0];
like $tag, qr/^"[0-9a-f]{32}"$/, "with a tag";
for my $header ($tag, "W/$tag", "\"other\", $tag", "*") {
    my $again = $c->get("/api/coefficients", headers => {HTTP_IF_NONE_MATCH => $header});
    is $again->{status}, 304, "If-None-Match: $header";
    is $again->{body}, "", "... sends nothing";
}
is $c->get("/api/coefficients", headers => {HTTP_IF_NONE_MATCH => '"other"'})->{status}, 200, "another tag";
$c->sql("UPDATE coefficient SET value = 7 WHERE position = 0");
$r = $c->get("/api/coefficients", headers => {HTTP_IF_NONE_MATCH => $tag});
is $r->{status}, 200, "a change has another tag";
is decode_json($r->{body})->{coefficients}{intercept}, 7, "and is seen at once";
is $c->get("/api/coefficients?model=none")->{status}, 404, "an unknown model";
is $c->get("/api/coefficients?model=%27%3B--")->{status}, 404, "a strange one";

# Status.
$c->login("vera");
$r = $c->get("/api/v1/status");
is $r->{status}, 200, "status with a session";
$json = decode_json($r->{body});
is $json->{last_run}, undef, "no run yet";
is scalar @{$json->{instruments}}, 10, "every instrument";
my ($btc) = grep { $_->{symbol} eq "BTC-USD" } @{$json->{instruments}};
is $btc->{freshness}, "none", "without data";
is $json->{models}[0]{version}, 1, "the active model";
is $json->{now}, "2026-02-01T00:00:00Z", "at the data's time";
$c->sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, state, queued_at, started_at, finished_at, rows_new)
         VALUES ('incremental', 'timer', 'timer', 1, '{fetch}', 'partial', '2026-01-31 22:30Z', '2026-01-31 22:30:01Z', '2026-01-31 22:30:09Z', 12)");
$json = decode_json($c->get("/api/v1/status")->{body});
is $json->{last_run}{state}, "partial", "the last run";
is $json->{last_run}{finished_at}, "2026-01-31T22:30:09Z", "and when it ended";
is $json->{last_run}{rows_new}, 12, "and what it brought";
is $json->{simulated}, JSON::PP::false, "not simulated";

# Symbols.
is $c->visitor->get("/api/v1/symbols")->{status}, 401, "symbols need a login";
$c->sql("UPDATE instrument SET active = false WHERE symbol = 'MSFT'");
$c->sql("WITH l AS (INSERT INTO load (instrument_id, interval_s, kind, request, state, rows_new)
                    SELECT id, 86400, 'provider', 'x', 'stored', 2 FROM instrument WHERE symbol = 'WTI' RETURNING *)
         INSERT INTO bar SELECT instrument_id, 86400, d::timestamptz, 1, 1, 1, 1, NULL, id FROM l, unnest(ARRAY['2026-01-29Z', '2026-01-30Z']) d");
$r = $c->get("/api/v1/symbols");
$json = decode_json($r->{body});
is scalar @{$json->{symbols}}, 10, "all symbols, retired ones too";
is $json->{next}, undef, "nothing follows";
is_deeply [map { $_->{symbol} } @{$json->{symbols}}], [sort { lc $a cmp lc $b } map { $_->{symbol} } @{$json->{symbols}}], "in order";
my %by = map { $_->{symbol} => $_ } @{$json->{symbols}};
is_deeply $by{WTI}, {symbol => "WTI", title => $by{WTI}{title}, kind => "energy", currency => "USD", calendar => "EIA", interval => "1d",
    first => "2026-01-29T00:00:00Z", last => "2026-01-30T00:00:00Z", rows => 2, active => JSON::PP::true,
    intervals => [{interval => "1d", first => "2026-01-29T00:00:00Z", last => "2026-01-30T00:00:00Z"}]}, "what is known of one";
is $by{MSFT}{active}, JSON::PP::false, "one that is retired";
is "@{[$by{MSFT}{rows}, $by{MSFT}{first} // 'null', scalar @{$by{MSFT}{intervals}}]}", "0 null 0", "and empty";
$tag = $r->{headers}{etag}[0];
is $r->{headers}{"cache-control"}[0], "private, no-cache", "asked again each time";
$r = $c->get("/api/v1/symbols", headers => {HTTP_IF_NONE_MATCH => $tag});
is "$r->{status} $r->{body}", "304 ", "not sent again while nothing changed";
$c->sql("UPDATE instrument SET title = 'Another' WHERE symbol = 'MSFT'");
is $c->get("/api/v1/symbols", headers => {HTTP_IF_NONE_MATCH => $tag})->{status}, 200, "sent after a change";
my @pages;
for (my $after = ""; defined $after;) {
    $json = decode_json($c->get("/api/v1/symbols?limit=4&after=$after")->{body});
    push @pages, [map { $_->{symbol} } @{$json->{symbols}}];
    $after = $json->{next};
}
is_deeply [map { scalar @$_ } @pages], [4, 4, 2], "page by page";
is_deeply [sort map { @$_ } @pages], [sort keys %by], "each once";
is $c->get("/api/v1/symbols?limit=$_")->{status}, 422, "limit=$_" for qw(0 1001 x);
$c->sql("DELETE FROM bar; DELETE FROM load; UPDATE instrument SET active = true");

# Health.
$r = $c->get("/healthz", no_cookies => 1);
is_deeply decode_json($r->{body}), {status => "ok"}, "healthz";
$r = $c->get("/readyz", no_cookies => 1);
is $r->{status}, 200, "a new installation is ready";
$json = decode_json($r->{body});
is_deeply [sort keys %{$json->{components}}], [qw(database disk freshness schema)], "per component";
is $json->{components}{$_}{status}, "ok", $_ for qw(database schema);
$c->sql("DELETE FROM sqitch.dependencies; UPDATE sqitch.changes SET change = 'grunts' WHERE change = 'grants'");
$r = $c->get("/readyz");
is $r->{status}, 503, "a change is missing";
is decode_json($r->{body})->{components}{schema}{detail}, "1 change is missing, first grants: run sqitch deploy", "which is named";
$c->sql("UPDATE sqitch.changes SET change = 'grants' WHERE change = 'grunts'");
is $c->get("/readyz")->{status}, 200, "deployed again";
$c->sql("REVOKE SELECT ON sqitch.changes FROM quotemill_console");
is decode_json($c->get("/readyz")->{body})->{components}{schema}{detail}, "cannot be read", "no right to look";
$c->sql("GRANT SELECT ON sqitch.changes TO quotemill_console");
rmdir "$c->{dir}/archive";
is decode_json($c->get("/readyz")->{body})->{components}{disk}{status}, "down", "no archive";
mkdir "$c->{dir}/archive";
$c->sql("INSERT INTO load (instrument_id, interval_s, kind, request, state) SELECT id, 86400, 'provider', 'x', 'stored' FROM instrument;
         INSERT INTO bar SELECT instrument_id, 86400, '2026-01-31', 1, 1, 1, 1, NULL, id FROM load");
is decode_json($c->get("/readyz")->{body})->{components}{freshness}{status}, "ok", "fresh data";
$c->sql("UPDATE bar SET ts = '2025-06-30' WHERE instrument_id = (SELECT id FROM instrument WHERE symbol = 'MSTR')");
$json = decode_json($c->get("/readyz")->{body});
is $json->{components}{freshness}{detail}, "1 instrument is behind: MSTR", "a source that is behind";
is $json->{status}, "degraded", "degrades";
$c->sql("UPDATE bar SET ts = '2025-06-30'");
is $c->get("/readyz")->{status}, 503, "when all are behind it is down";
unlike $c->log_text, qr/request\.failed/, "nothing failed unseen";
done_testing;
