#!/usr/bin/perl
# Charts, indicators and features for programs: pages, tags, errors, who may.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2026-02-01T00:00:00Z");
$c->add_user("vera", "viewer");
$c->sql("INSERT INTO instrument (symbol, title, kind, calendar, interval_s)
         VALUES ('FIL/USD', 'hours', 'crypto', '24x7', 3600), ('NONE', 'nothing', 'crypto', '24x7', 86400)");
my $load = "INSERT INTO load (instrument_id, interval_s, kind, request, state, stored_at)
            SELECT id, %d, '%s', 'x', 'stored', '%s' FROM instrument WHERE symbol = 'FIL/USD' RETURNING id";
my $first = $c->sql(sprintf $load, 3600, "upload", "2025-06-01Z");
$c->sql("INSERT INTO bar SELECT i.id, 3600, '2024-01-01Z'::timestamptz + n * interval '1 hour', 10 + n % 7, 20 + n % 11, 5, 11 + n % 5,
                CASE WHEN n <> 3 THEN n / 3.0 END, $first
           FROM instrument i, generate_series(0, 699) n WHERE symbol = 'FIL/USD'");
my $url = "/api/v1/charts/FIL%2FUSD";

# --- who may
for my $path ($url, "/api/v1/indicators/FIL%2FUSD", "/api/v1/features/FIL%2FUSD", "/api/v1/indicators", "/api/v1/features") {
    my $r = $c->visitor->get($path);
    is "$r->{status} $r->{headers}{'content-type'}[0]", "401 application/problem+json", "$path needs a login";
}
$c->sql("INSERT INTO api_token (user_id, name, scope, token_hash, created_by)
         SELECT id, 'reader', 'read', '" . token_hash("qm_" . "a" x 43) . "', 'vera' FROM app_user WHERE name = 'vera'");
is $c->visitor->get($url, headers => {HTTP_AUTHORIZATION => "Bearer qm_" . "a" x 43})->{status}, 200, "a token that reads will do";
sub token_hash {
    open my $b2, "-|", "printf %s '$_[0]' | b2sum -l 256" or die;
    return (split / /, <$b2>)[0];
}
$c->login("vera");

# --- one page
my $r = $c->get("$url?limit=2&indicators=sma_20,vwap&features=return_1,hour");
is $r->{status}, 200, "a viewer may";
is $r->{headers}{"content-type"}[0], "application/json", "JSON";
is $r->{headers}{"cache-control"}[0], "private, no-cache", "asked again each time";
like $r->{headers}{"content-length"}[0], qr/^\d+$/, "of a known length";
my $json = decode_json($r->{body});
is_deeply [sort keys %$json], [qw(interval next rows symbol version)], "its parts";
is "@$json{qw(symbol interval version next)}", "FIL/USD 1h 1 2024-01-01T01:00:00Z", "the instrument's own interval; a cursor";
is_deeply $json->{rows}[0], {ts => "2024-01-01T00:00:00Z", open => 10, high => 20, low => 5, close => 11, volume => 0, sma_20 => undef,
    vwap => undef, return_1 => undef, hour => 0}, "a row; null until warm";
cmp_ok abs(delete($json->{rows}[1]{return_1}) * 11 - 1), "<", 1e-14, "a feature";
is_deeply $json->{rows}[1], {ts => "2024-01-01T01:00:00Z", open => 11, high => 21, low => 5, close => 12, volume => 1 / 3,
    sma_20 => undef, vwap => 38 / 3, hour => 1}, "the next one";
like $r->{body}, qr/"volume":0\.3333333333333333,/, "numbers as the shortest text";
is_deeply [sort keys %{decode_json($c->get($url)->{body})->{rows}[0]}], [qw(close high low open ts volume)], "bars alone";
is scalar @{decode_json($c->get($url)->{body})->{rows}}, 500, "500 unless told";
$json = decode_json($c->get("/api/v1/charts/fil%2fusd?from=2024-01-01T03:00:00Z&to=2024-01-01T03:00:00Z")->{body});
is_deeply $json, {symbol => "FIL/USD", interval => "1h", next => undef, rows => [
    {ts => "2024-01-01T03:00:00Z", open => 13, high => 23, low => 5, close => 14, volume => undef}]}, "a volume that is not known";
is_deeply decode_json($c->get("/api/v1/charts/NONE")->{body}), {symbol => "NONE", interval => "1d", rows => [], next => undef}, "no bars";

# --- indicators and features
$json = decode_json($c->get("/api/v1/indicators")->{body});
my @indicators = map { $_->{name} } @{$json->{indicators}};
is scalar @indicators, 20, "the list of indicators";
is_deeply $json->{indicators}[7], {name => "rsi_14", title => "RSI 14", pane => "rsi", scale => "percent", unit => "percent", warm => 14,
    help => "Relative strength: the rises' share of all movement, in percent."}, "what a chart's menu needs";
$json = decode_json($c->get("/api/v1/features")->{body});
my @features = map { $_->{name} } @{$json->{features}};
is "$json->{version} $features[0] $json->{features}[0]{warm} $json->{features}[0]{formula}", "1 return_1 1 c / c[t-1] - 1", "and of features";
like $c->get("/api/v1/$_")->{headers}{etag}[0], qr/^"/, "$_ has a tag" for qw(indicators features);
my $all = decode_json($c->get("$url?limit=5000&indicators=all&features=all")->{body});
is scalar @{$all->{rows}}, 700, "all rows of a long answer";
is_deeply [sort keys %{$all->{rows}[0]}], [sort qw(ts open high low close volume), @indicators, @features], "with all columns";
my $only = decode_json($c->get("/api/v1/indicators/FIL%2FUSD?limit=5000")->{body});
is_deeply $only, {symbol => "FIL/USD", interval => "1h", next => undef, rows => [
    map { my %row; @row{"ts", @indicators} = @$_{"ts", @indicators}; \%row } @{$all->{rows}}]}, "indicators alone, all of them";
$only = decode_json($c->get("/api/v1/features/FIL%2FUSD?limit=5000&features=hour,rsi_zone")->{body});
is_deeply $only, {symbol => "FIL/USD", interval => "1h", version => 1, next => undef, rows => [
    map { +{ts => $_->{ts}, rsi_zone => $_->{rsi_zone}, hour => $_->{hour}} } @{$all->{rows}}]}, "features by name";

# --- pages: each row once, as it is in one long answer
for my $order ("asc", "desc") {
    my ($edge, @rows) = ("");
    for (my $i = 0; defined $edge && $i < 99; $i++) {
        my $page = decode_json($c->get("$url?limit=61&order=$order&indicators=all&features=all$edge")->{body});
        push @rows, @{$page->{rows}};
        $edge = defined $page->{next} ? ($order eq "asc" ? "&after=" : "&before=") . $page->{next} : undef;
    }
    @rows = reverse @rows if $order eq "desc";
    is_deeply \@rows, $all->{rows}, "$order: each row once, the same as in one answer";
}

# --- tags
my $tag = $c->get("$url?indicators=all")->{headers}{etag}[0];
like $tag, qr/^"[0-9a-f]{32}"$/, "a tag";
for (1 .. 2) {
    $r = $c->get("$url?indicators=all", headers => {HTTP_IF_NONE_MATCH => $tag});
    is "$r->{status} $r->{body} $r->{headers}{etag}[0]", "304  $tag", "nothing is sent again, $_";
}
is $c->get("$url?indicators=all")->{status}, 200, "but to who has nothing";
isnt $c->get("$url?indicators=$_")->{headers}{etag}[0], $tag, "another tag for $_" for "", "vwap";
my $long = $c->get("$url?limit=5000&indicators=all&features=all");
is $long->{headers}{"content-length"}, undef, "a long answer goes out in parts";
is $c->get("$url?limit=5000&indicators=all&features=all", headers => {HTTP_IF_NONE_MATCH => $long->{headers}{etag}[0]})->{status}, 304,
    "and has a tag";
is $c->request("HEAD", $url)->{body}, "", "HEAD has no body";

# --- a correction: seen at once, and as of before it
my $second = $c->sql(sprintf $load, 3600, "upload", "2025-07-01Z");
$c->sql("WITH old AS (DELETE FROM bar WHERE load_id = $first AND ts = '2024-01-10Z' RETURNING *),
              kept AS (INSERT INTO bar_history SELECT *, $second, '2025-06-01Z', '2025-07-01Z' FROM old)
         INSERT INTO bar SELECT instrument_id, interval_s, ts, 1, 30, 1, 2, 3, $second FROM old");
$r = $c->get("$url?indicators=all", headers => {HTTP_IF_NONE_MATCH => $tag});
is $r->{status}, 200, "a change has another tag";
my $rows = decode_json($r->{body})->{rows};
my ($at) = grep { $rows->[$_]{ts} eq "2024-01-10T00:00:00Z" } 0 .. $#$rows;
is $rows->[$at]{corrected}, JSON::PP::true, "the bar is marked";
is scalar(grep { $_->{corrected} } @$rows), 1, "no other one is";
is_deeply [map { $_->{sma_20} } @$rows[0 .. $at - 1]], [map { $_->{sma_20} } @{$all->{rows}}[0 .. $at - 1]], "nothing before it changed";
isnt $rows->[$at + 5]{sma_20}, $all->{rows}[$at + 5]{sma_20}, "what follows did";
my %then = %$all;
$then{as_of} = "2025-06-30T23:59:59.5Z";
is_deeply decode_json($c->get("$url?limit=5000&indicators=all&features=all&as_of=$then{as_of}")->{body}), \%then, "as of before it is known";
is_deeply decode_json($c->get("$url?as_of=2025-05-31")->{body})->{rows}, [], "as of before anything was";
is scalar(grep { $_->{corrected} } @{decode_json($c->get("$url?as_of=2025-07-01")->{body})->{rows}}), 1, "as of its own day it is there";

# --- bars that may still grow
my $derived = $c->sql(sprintf $load, 14400, "derived", "2025-08-01Z");
$c->sql("SELECT bar_partitions_ensure('2024-02-01Z', '2024-02-28Z');
         INSERT INTO bar SELECT id, 60, '2024-02-01T05:00Z', 1, 1, 1, 1, 1, $first FROM instrument WHERE symbol = 'FIL/USD';
         INSERT INTO bar SELECT id, 14400, t::timestamptz, 1, 1, 1, 1, 1, CASE WHEN t LIKE '%08%' THEN $first ELSE $derived END
           FROM instrument, unnest('{2024-02-01T00:00Z,2024-02-01T04:00Z,2024-02-01T08:00Z}'::text[]) t WHERE symbol = 'FIL/USD'");
$json = decode_json($c->get("$url?interval=4h")->{body});
is_deeply [map { $_->{partial} } @{$json->{rows}}], [undef, JSON::PP::true, undef], "the bucket of the newest minute may grow";
$json = decode_json($c->get("/api/v1/indicators/FIL%2FUSD?interval=4h&indicators=vwap")->{body});
is_deeply [map { $_->{partial} } @{$json->{rows}}], [undef, JSON::PP::true, undef], "its indicators, too";

# --- what is not understood
for my $case (["charts/NOPE", 404, "NOPE"], ["charts/NONE?interval=2d", 422, "choose 1m, 5m, 15m, 1h, 4h or 1d"],
    ["charts/NONE?limit=0", 422, "choose 1 to 5000"], ["charts/NONE?limit=5001", 422, "for limit"],
    ["charts/NONE?order=up", 422, "choose asc or desc"], ["charts/NONE?from=x", 422, "for from"], ["charts/NONE?to=x", 422, "for to"],
    ["charts/NONE?after=x", 422, "for after"], ["charts/NONE?before=x", 422, "for before"], ["charts/NONE?as_of=x", 422, "for as_of"],
    ["charts/NONE?from=2024-02-01&to=2024-01-01", 422, "is after"], ["charts/NONE?indicators=ema", 422, "ema_12"],
    ["indicators/NONE?indicators=rsi_14,,vwap", 422, "for indicators"], ["features/NONE?features=rsi_14", 422, "return_1"]) {
    my ($path, $status, $says) = @$case;
    $r = $c->get("/api/v1/$path");
    is "$r->{status} $r->{headers}{'content-type'}[0]", "$status application/problem+json", $path;
    like decode_json($r->{body})->{detail}, qr/\Q$says/, "... which says: $says";
    is $r->{headers}{etag}, undef, "... and has no tag";
}
unlike $c->log_text, qr/request\.failed/, "nothing failed unseen";
done_testing;
