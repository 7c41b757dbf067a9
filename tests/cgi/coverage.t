#!/usr/bin/perl
# /coverage: the map and the list of gaps, choosing some to be filled; the same
# for programs. What is a gap is tests/unit/gap.c's.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2024-03-20T12:00:00Z", QM_SIMULATOR_URL => "http://127.0.0.1:9/sim");
$c->add_user(@$_) for ["olaf", "operator"], ["vera", "viewer"];
my $v = $c->visitor;
$c->login("olaf");
$v->login("vera");

like $c->get("/coverage")->{body}, qr/Nothing was due on these days/, "nothing is due where nothing is stored";

# BTC-USD: days but two, minutes of one day but ten; MSTR: days but one session.
$c->sql(<<~'SQL');
    SELECT bar_partitions_ensure('2024-03-10Z', '2024-03-10Z');
    INSERT INTO load (instrument_id, interval_s, kind, request, state)
    SELECT id, s, 'upload', '', 'stored' FROM instrument, (VALUES ('BTC-USD', 86400), ('BTC-USD', 60), ('MSTR', 86400)) v (symbol, s)
     WHERE instrument.symbol = v.symbol;
    INSERT INTO bar SELECT i.id, 86400, d, 1, 2, 1, 2, 5, 1 FROM instrument i, generate_series('2024-03-01Z'::timestamptz, '2024-03-18Z', '1 day') d
     WHERE symbol = 'BTC-USD' AND d <> ALL ('{2024-03-05Z,2024-03-06Z}'::timestamptz[]);
    INSERT INTO bar SELECT i.id, 60, d, 1, 2, 1, 2, 5, 2 FROM instrument i, generate_series('2024-03-10Z'::timestamptz, '2024-03-10T23:59Z', '1 minute') d
     WHERE symbol = 'BTC-USD' AND NOT d BETWEEN '2024-03-10T05:00Z' AND '2024-03-10T05:09Z';
    INSERT INTO bar SELECT i.id, 86400, d, 1, 2, 1, 2, 5, 3 FROM instrument i, generate_series('2024-03-01Z'::timestamptz, '2024-03-18Z', '1 day') d
     WHERE symbol = 'MSTR' AND extract(isodow FROM d AT TIME ZONE 'UTC') < 6 AND d <> '2024-03-12Z';
    INSERT INTO bar_history SELECT instrument_id, interval_s, ts, 1, 1, 1, 1, 1, 1, 2, now(), now() FROM bar b
     WHERE b.interval_s = 86400 AND b.instrument_id = (SELECT id FROM instrument WHERE symbol = 'MSTR') AND ts = '2024-03-04Z';
    INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, rule, severity, field, value, expected, raw)
    SELECT 1, id, 86400, '2024-03-08Z', 'jump', 'flag', '', '', '', '' FROM instrument WHERE symbol = 'BTC-USD';
    SQL

my $page = "/coverage?from=2024-02-26&to=2024-03-18";

sub gaps { return [$_[0]{body} =~ /name="gap" value="([^"]+)"/g] }

subtest "the map and the list" => sub {
    my $r = $c->get($page);
    is $r->{status}, 200;
    like $r->{body}, qr/11\D{1,3}533 bars missing, in 3 of 3 series/, "the verdict"
        or diag $r->{body} =~ /verdict-words">([^<]*)/;
    like $r->{body}, qr/aria-label="BTC-USD 1d: 1 gap, 2 bars missing"/, "a map has words";
    like $r->{body}, qr/aria-label="BTC-USD 1m: /, "minutes have a map of their own";
    like $r->{body}, qr/class="cover-$_"/, "there is a shape for $_" for qw(have part gap quarantined corrected closed);
    is_deeply gaps($c->get("$page&to=2024-03-18")), [
        "BTC-USD 1m 2024-03-10T05:00:00Z 2024-03-10T05:09:00Z",
        "BTC-USD 1m 2024-03-11T00:00:00Z 2024-03-18T23:59:00Z",
        "BTC-USD 1d 2024-03-05T00:00:00Z 2024-03-06T00:00:00Z",
        "MSTR 1d 2024-03-12T00:00:00Z 2024-03-12T00:00:00Z"], "each gap can be chosen"
        or diag explain gaps($r);
    like $r->{body}, qr/no bars yet/, "others have no bars";
    like $v->get($page)->{body}, qr/2024-03-12/, "viewers see the gaps";
    is_deeply gaps($v->get($page)), [], "and choose none";
    is_deeply gaps($c->get("$page&instrument=mstr")), ["MSTR 1d 2024-03-12T00:00:00Z 2024-03-12T00:00:00Z"], "of one instrument";
    is scalar @{gaps($c->get("$page&interval=1d"))}, 2, "of one interval";
    my $long = $c->get("/coverage?from=2021-01-01&to=2024-03-18");
    like $long->{body}, qr/A cell is a week/, "weeks where days are many";
    is $c->get("/coverage?$_")->{status}, 422, $_ for "from=x", "from=2024-03-02&to=2024-03-01", "interval=2m", "instrument=NONE",
        "from=1980-01-01";
};

subtest "gaps are chosen" => sub {
    is $v->post($page, gap => "MSTR 1d 2024-03-12T00:00:00Z 2024-03-12T00:00:00Z")->{status}, 403, "not by viewers";
    my $r = $c->post($page);
    is $r->{status}, 422, "one at least";
    like $r->{body}, qr/Choose the gaps to fill/, "and is told so";
    like $r->{body}, qr/BTC-USD 1m: /, "on the same page";
    is $c->post($page, gap => "MSTR 1d soon")->{status}, 422, "no gap at all";
    $r = $c->post($page, gap => "MSTR 1d 2024-03-13T00:00:00Z 2024-03-13T00:00:00Z");
    is $r->{status}, 422, "a bar that is there";
    like $r->{body}, qr/Nothing is missing there any more/, "needs no filling";
    $r = $c->post($page, gap => "BTC-USD 1m 2024-03-10T05:00:00Z 2024-03-10T05:09:00Z");
    is $r->{status}, 303;
    my ($id) = $r->{head} =~ m{/runs/(\d+)};
    is $c->sql("SELECT interval_s, extract(epoch FROM g.to_ts - g.from_ts)::int, r.mode, r.requested_by, r.trigger
                  FROM run_range g JOIN run r ON r.id = run_id WHERE run_id = $id"), "60|540|backfill|olaf|console", "one gap is one range";
    like $c->get("/runs/$id")->{body}, qr/it fills 1 gap \(10 bars\) of BTC-USD, by about 1 request/, "and a sentence says so";
    # a day is chosen whole: what is missing in it counts
    $r = $c->post($page, gap => "btc-usd 1d 2024-03-01T00:00:00Z 2024-03-08T23:59:59Z");
    ($id) = $r->{head} =~ m{/runs/(\d+)};
    is $c->sql("SELECT from_ts::date, to_ts::date FROM run_range WHERE run_id = $id"), "2024-03-05|2024-03-06", "time is cut to its gaps";
};

subtest "for programs" => sub {
    my $r = $c->get("/api/v1/coverage/mstr?from=2024-03-11&to=2024-03-16");
    is $r->{status}, 200;
    my $body = decode_json $r->{body};
    is "$body->{symbol} $body->{interval}", "MSTR 1d";
    is join(" ", map { "$_->{state}:$_->{present}/$_->{expected}" } @{$body->{rows}}),
        "have:1/1 gap:0/1 have:1/1 have:1/1 have:1/1 closed:0/0", "day by day";
    is_deeply $body->{gaps}, [{from => "2024-03-12T00:00:00Z", to => "2024-03-12T00:00:00Z", bars => 1, at_end => JSON::PP::false}], "with its gaps";
    is $body->{next}, undef;
    my $tag = $r->{headers}{etag}[0];
    is $c->request("GET", "/api/v1/coverage/mstr?from=2024-03-11&to=2024-03-16", headers => {HTTP_IF_NONE_MATCH => $tag})->{status}, 304, "a tag";
    my ($uri, @days) = ("/api/v1/coverage/BTC-USD?interval=1d&limit=7");
    for (my $next = ""; defined $next;) {
        my $part = decode_json $c->get($next eq "" ? $uri : "$uri&after=$next")->{body};
        push @days, map { substr $_->{ts}, 5, 5 } @{$part->{rows}};
        $next = $part->{next};
    }
    is "@days[0,-1] " . @days, "03-01 03-20 20", "pages lead through all days";
    is decode_json($c->get("$uri&order=desc")->{body})->{rows}[0]{ts}, "2024-03-20T00:00:00Z", "newest first";
    is_deeply decode_json($c->get("/api/v1/coverage/AAPL")->{body}), {symbol => "AAPL", interval => "1d", rows => [], gaps => [], next => undef}, "no bars";
    is $c->get("/api/v1/coverage/$_->[0]")->{status}, $_->[1], $_->[0] for ["NONE", 404], ["NONE?interval=1m", 404],
        ["MSTR?interval=2m", 422], ["MSTR?limit=0", 422], ["MSTR?from=x", 422], ["MSTR?order=up", 422];
};

done_testing;
