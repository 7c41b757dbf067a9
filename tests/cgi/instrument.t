#!/usr/bin/perl
# An instrument's page: state, chart's data, table by pages, corrections, what
# was known before; odd symbols; adding and retiring; what each role may do.
use strict;
use warnings;
use Test::More;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2026-02-02T12:00:00Z");
$c->add_user("ann", "operator");
$c->add_user("vic", "viewer");

# 100 days of closes 1 .. 100 to 2026-02-01, loaded by load 1 in January; load 2
# corrected the close of 2026-01-30 from 97.5 to 98 on the first of February.
$c->sql(<<'SQL');
INSERT INTO instrument (symbol, title, kind, calendar, price_min, jump_frac)
VALUES ('X/Y^Z=1.F-0_', 'Odd & <named>', 'crypto', '24x7', -5, 0.25);
INSERT INTO instrument (symbol, title, kind, calendar) VALUES ('EMPTY', 'EMPTY', 'stock', 'NYSE');
INSERT INTO listing (instrument_id, provider, provider_symbol, priority)
SELECT i.id, p, 'S-' || p, row_number() OVER () FROM instrument i, unnest(ARRAY['yahoo', 'binance']) p WHERE symbol LIKE 'X/%';
INSERT INTO load (instrument_id, interval_s, kind, provider, provider_symbol, request, state, created_at, stored_at, rows_new, rows_changed)
SELECT id, 86400, 'provider', 'yahoo', 'S-yahoo', 'r', 'stored', t, t, 100 - n * 99, n
  FROM instrument, (VALUES ('2026-01-31T00:00Z'::timestamptz, 0), ('2026-02-01T06:00Z', 1)) v (t, n) WHERE symbol LIKE 'X/%';
INSERT INTO bar SELECT i.id, 86400, '2025-10-25Z'::timestamptz + n * interval '1 day', n - 0.25, n + 1, n - 0.5, n, n * 10,
       CASE n WHEN 98 THEN l.last ELSE l.first END
  FROM instrument i, (SELECT min(id) AS first, max(id) AS last FROM load) l, generate_series(1, 100) n WHERE symbol LIKE 'X/%';
INSERT INTO bar_history SELECT b.instrument_id, 86400, '2026-01-31Z', 97, 99, 96, 97.5, 970, l.first, l.last, '2026-01-31Z', '2026-02-01T06:00Z'
  FROM bar b, (SELECT min(id) AS first, max(id) AS last FROM load) l LIMIT 1;
INSERT INTO bar_dirty (instrument_id, interval_s, from_ts, to_ts) SELECT instrument_id, 86400, min(ts), max(ts) FROM bar GROUP BY 1;
SQL
my $odd = "/instruments/" . Console::escape("X/Y^Z=1.F-0_");

sub cells {
    my ($body) = @_;
    my ($table) = $body =~ m{<table class="values[^>]*>(.*?)</table>}s;
    return [map { [m{<t[hd][^>]*>(.*?)</t[hd]>}g] } grep { /<td/ } split m{</tr>}, $table // ""];
}
sub days {
    my ($body) = @_;
    return [map { $_->[0] =~ /datetime="([^"]*)"/ } @{cells($body)}];
}
sub link_of {
    my ($body, $rel) = @_;
    my ($url) = $body =~ m{href="([^"]+)" rel="$rel"};
    return $url && $url =~ s/&amp;/&/gr;
}

is($c->get($odd)->{status}, 303, "not without a login");
$c->login("vic");

subtest "its state, newest value and sources" => sub {
    my $r = $c->get($odd);
    is($r->{status}, 200, "a symbol of all signs");
    my $body = $r->{body};
    like($body, qr{<h1>X/Y\^Z=1\.F-0_: Odd &amp; &lt;named&gt;</h1>}, "a title, as text");
    like($body, qr{class="quote">100\.00</span> USD <span class="change change-up">▲ 1\.01}, "the newest close and its change");
    like($body, qr{>fresh</strong>: up to date}, "and whether it is new enough");
    like($body, qr{Yahoo.*S-yahoo.*load 2<.*Binance.*S-binance.*Nothing came from there}s, "sources in their order, each with its last load");
    like($body, qr{from \S+5\.00<}, "bounds");
    like($body, qr{doubted from 25\S+% on}, "and the change that is doubted");
    like($body, qr{href="/rules\?instrument=X%2FY%5EZ%3D1\.F-0_"}, "the rules that judge its rows are one click away");
    like($body, qr{data-api="/api/v1/charts/X%2FY%5EZ%3D1\.F-0_"}, "the chart knows where its bars are");
    is(scalar(() = $body =~ /type="checkbox" name="indicator"/g), 20, "a checkbox for every indicator");
    unlike($body, qr/data-interval="1h"/, "no button for intervals without bars");
    is($c->get(lc $odd)->{status}, 200, "any case will do");
    like($c->get("/instruments")->{body}, qr{href="\Q$odd\E"}, "the list leads there");
    like($c->get($_)->{body}, qr{href="\Q$odd\E"}, "so does $_") for "/loads", "/loads/1";
};

subtest "values by pages, newest first" => sub {
    my $body = $c->get($odd)->{body};
    my $rows = cells($body);
    is(scalar @$rows, 30, "a page of rows");
    is_deeply([@{$rows->[0]}[1 .. 5]], ["99.75", "101.00", "99.50", "100.00", "1\x{202f}000.00"]) or diag explain $rows->[0]
        if 0;
    like($rows->[0][4], qr/^100\.00$/, "the newest first");
    is(link_of($body, "prev"), undef, "nothing is newer");
    my (@seen, @pages);
    for (my $url = $odd; $url && @pages < 10; ) {
        my $page = $c->get($url)->{body};
        push @pages, days($page);
        push @seen, @{$pages[-1]};
        $url = link_of($page, "next");
        is_deeply(days($c->get(link_of($page, "prev"))->{body}), $pages[-2], "and back") if @pages > 1;
    }
    is(scalar @seen, 100, "every bar");
    is_deeply(\@seen, [sort { $b cmp $a } @seen], "once each, in order");
    like($c->get("$odd?before=2020-01-01")->{body}, qr/no more bars this way/, "before the first: said so");
    is($c->get("$odd?before=x%3Cscript%3E")->{status}, 422, "a place that is none");
    my $plain = $c->get("$odd?indicator=sma_20&indicator=rsi_14&interval=1d")->{body};
    my ($head) = $plain =~ m{<table class="values[^>]*>(.*?)</thead>}s;
    like($head, qr{SMA 20</th><th[^>]*>RSI 14}, "chosen indicators are columns");
    is(scalar @{cells($plain)->[0]}, 8, "with a value each");
    like($plain, qr{value="rsi_14"[^>]*checked}, "and stay checked");
    like(link_of($plain, "next"), qr/indicator=sma_20&indicator=rsi_14/, "page by page");
    is($c->get("$odd?indicator=$_")->{status}, 422, "no indicator: $_") for "nope", "%3Cb%3E";
    is($c->get("$odd?interval=$_")->{status}, 422, "no interval: $_") for "2d", "%3Cb%3E";
    like($c->get("$odd?interval=1h")->{body}, qr/No such bars are there/, "an interval without bars");
};

subtest "corrections, and what was known before them" => sub {
    my $body = $c->get($odd)->{body};
    like($body, qr{2026-01-31</time><span class="sub"><a href="/loads/2" title="The close was 97\.50 until 1 Feb 2026, 06:00 UTC">}, "a corrected bar leads to its load");
    is(scalar(() = $body =~ /corrected by load/g), 1, "only that one");
    my $then = $c->get("$odd?as_of=2026-02-01T03:00")->{body};
    like($then, qr/believed on <time datetime="2026-02-01T03:00:00Z">/, "the page says that it looks back");
    like($then, qr{2026-01-31</time>.*?<td class="num">97\.50</td>}s, "to what was believed then");
    like($then, qr/data-as-of="2026-02-01T03:00:00Z"/, "so does the chart");
    like($then, qr/name="as_of" type="datetime-local" step="1" value="2026-02-01T03:00:00"/, "the time stays in the form");
    like($c->get("$odd?as_of=2026-01-01")->{body}, qr/No such bars are there/, "nothing was known before the first load");
    my $r = $c->get("$odd?as_of=%3Cb%3E");
    is($r->{status}, 422, "no time");
    like($r->{body}, qr{id="as_of-error">&quot;&lt;b&gt;&quot; is not a time}, "said beside the field");
};

subtest "gaps and quality of late" => sub {
    like($c->get($odd)->{body}, qr/Gaps of the last 90 days.*None: every bar/s, "no gap");
    unlike($c->get($odd)->{body}, qr/Quality of the last/, "nothing was scored yet");
    $c->sql("DELETE FROM bar WHERE ts IN ('2026-01-10Z', '2026-01-11Z', '2026-01-20Z');
             INSERT INTO quality (instrument_id, interval_s, ts, expected, present, stored, refused, flagged, compared, agreed, score)
             SELECT id, 86400, d, 1, (n < 3)::int, (n < 3)::int, n % 2, 0, 0, 0, 1 - n / 4.0
               FROM instrument, (VALUES ('2026-01-08'::date, 0), ('2026-01-09', 1), ('2026-01-10', 3), ('2025-11-01', 4)) v (d, n)
              WHERE symbol LIKE 'X/%'");
    my $body = $c->get($odd)->{body};
    like($body, qr{<strong>2 bars</strong> of 1d: 2026-01-10 to 2026-01-11<.*<strong>1 bar</strong> of 1d: 2026-01-20<}s, "two gaps");
    like($body, qr/0\.67 on average, where 1 is the best\. 2 of 3 days fell short:/, "the mean of 30 days");
    like($body, qr{<strong>0\.25</strong> on <time datetime="2026-01-10">2026-01-10</time>: 0 of 1 bar there, 1 row refused<.*0\.75}s,
         "what was wrong, newest first");
    for my $to ("/quarantine?instrument=", "/coverage?instrument=", "/loads?instrument=") {
        like($body, qr{href="\Q$to\EX%2FY}, "a link to $to");
        my ($url) = $body =~ m{href="(\Q$to\E[^"]*)"};
        is($c->get($url =~ s/&amp;/&/gr)->{status}, 200, "that leads somewhere");
    }
};

subtest "an empty one, and none" => sub {
    my $r = $c->get("/instruments/empty");
    is($r->{status}, 200, "no bars");
    like($r->{body}, qr/No bar of EMPTY is stored yet/, "said so");
    unlike($r->{body}, qr/id="chart-box"/, "without a chart");
    like($r->{body}, qr/Nobody can answer for it/, "nor a source");
    $r = $c->get("/instruments/EMTPY");
    is($r->{status}, 404, "unknown");
    like($r->{body}, qr/did you mean EMPTY\?/, "the nearest is named");
    is($c->get("/instruments/" . Console::escape("../" x 20 . "etc"))->{status}, 404, "nor is this one");
    is($c->get("/instruments/%00")->{status}, 404, "nor what is no text");
    is($c->get("/instruments/X/Y")->{status}, 404, "a bare slash is another address");
};

subtest "viewers look, operators add" => sub {
    unlike($c->get("/instruments")->{body}, qr/Add an instrument/, "a viewer sees no form");
    unlike($c->get($odd)->{body}, qr/Retire/, "nor a button");
    is($c->post("/instruments", symbol => "NEW")->{status}, 403, "and may not");
    is($c->post("/instruments/EMPTY/retire")->{status}, 403, "nor retire");
    $c->login("ann");
    my $n = $c->sql("SELECT count(*) FROM instrument");
    $c->get("/instruments");
    my $r = $c->post("/instruments", symbol => "<b>", title => "T", kind => "cake", currency => "usd", calendar => "MARS",
                     interval => "2d", price_min => "5", price_max => "4", jump_frac => "much", provider => "yahoo");
    is($r->{status}, 422, "a wrong form");
    like($r->{body}, qr/id="$_-error"/, "$_: said beside it")
        for qw(symbol kind currency calendar interval price_min jump_frac listing);
    like($r->{body}, qr/name="symbol"[^>]*value="&lt;b&gt;"/, "what was typed is kept");
    like($r->{body}, qr/<details[^>]*id="add" open/, "the form is open");
    is($c->sql("SELECT count(*) FROM instrument"), $n, "nothing was added");
    is($c->post("/instruments", symbol => "empty", kind => "stock", title => "", currency => "")->{status}, 422, "a symbol that is taken");
    $r = $c->post("/instruments", symbol => "EUR/USD", title => "Euro", kind => "fx", currency => "USD", calendar => "", interval => "1h",
                  price_min => "", price_max => "10", jump_frac => "0.1", provider => "yahoo", listing => "EURUSD=X");
    is("$r->{status} $r->{location}", "303 /instruments/EUR%2FUSD", "a right one leads to its page");
    is($c->sql("SELECT kind, calendar, interval_s, price_max, jump_frac, provider_symbol FROM instrument i JOIN listing l ON l.instrument_id = i.id WHERE symbol = 'EUR/USD'"),
       "fx|24x7|3600|10|0.1|EURUSD=X", "it is as described");
    is($c->sql("SELECT who || ' ' || action || ' ' || object FROM audit_log ORDER BY id DESC LIMIT 1"),
       "ann instrument.add instrument:EUR/USD", "and audited");
    like($c->get($r->{location})->{body}, qr/is there now.*No bar of EUR/s, "which says so");
};

subtest "retired and brought back" => sub {
    $c->get("/instruments/EUR%2FUSD");
    is($c->post("/instruments/EUR%2FUSD/retire")->{status}, 303, "retired");
    my $body = $c->get("/instruments/EUR%2FUSD")->{body};
    like($body, qr/retired<\/strong>: nothing is fetched/, "its page stays and says so");
    like($body, qr/Bring EUR\/USD back/, "and offers to bring it back");
    my $list = $c->get("/instruments")->{body};
    like($list, qr{id="retired-title".*EUR%2FUSD}s, "the list has it among the retired");
    is($c->post("/instruments/EUR%2FUSD/retire")->{status}, 409, "not twice");
    is($c->post("/instruments/EUR%2FUSD/retire", undo => 1)->{status}, 303, "it comes back");
    is($c->sql("SELECT active FROM instrument WHERE symbol = 'EUR/USD'"), "t", "active");
    is($c->sql("SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE object = 'instrument:EUR/USD'"),
       "instrument.add instrument.retire instrument.bring_back", "all audited");
    is($c->post("/instruments/NOPE/retire")->{status}, 404, "one that is not there");
};

done_testing;
