#!/usr/bin/perl
# /api/v1/alerts: rules as programs make, change and try them, as each role and
# as somebody else.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2024-03-20T12:00:00Z");
my $json = JSON::PP->new->canonical;
my %who;
for (["ann", "operator"], ["bob", "operator"], ["vera", "viewer"], ["root", "admin"]) {
    $c->add_user(@$_);
    $who{$_->[0]} = $c->visitor;
    $who{$_->[0]}->login($_->[0]);
}
$c->sql("DELETE FROM alert_rule");

# One request with a JSON body; ->{json} is the answer's.
sub api {
    my ($name, $method, $path, $body, %o) = @_;
    my $headers = delete $o{headers} // {};
    my $r = $who{$name}->request($method, "/api/v1/alerts$path", type => "application/json",
        body => !defined $body ? "" : ref $body ? $json->encode($body) : $body,
        headers => {HTTP_X_CSRF_TOKEN => $who{$name}{csrf} // "", %$headers}, %o);
    $r->{json} = $r->{body} =~ /^[{\[]/ ? $json->decode($r->{body}) : undef;
    return $r;
}

sub field { my $e = shift->{json}{errors} // []; return join " ", map { $_->{field} } @$e }
my @high = (name => "High", symbol => "btc-usd", when => "close > 100");

subtest "a rule is made, read, replaced, changed in part and deleted" => sub {
    my $r = api(ann => POST => "", {@high, channels => ["console"], cooldown_s => "2h"});
    is $r->{status}, 201, "made";
    my $id = $r->{json}{id};
    is $r->{headers}{location}[0], "/api/v1/alerts/$id", "with its address";
    is $r->{headers}{etag}[0], '"1"', "and its version";
    my %want = (name => "High", kind => "series", severity => "warning", symbol => "BTC-USD", interval => "1d",
        when => "close above 100", for_bars => 1, clear => undef, no_data_s => 0, cooldown_s => 7200, owner => "ann",
        version => 1, note => "", words => "BTC-USD, 1d: close above 100; at most once in 2 h");
    is_deeply {map { $_ => $r->{json}{$_} } keys %want}, \%want, "as it was said, in full";
    is_deeply $r->{json}{channels}, ["Console"], "channels by their names";
    is_deeply $r->{json}{state}, {phase => undef, since => undef, fired_at => undef, value => undef, active => 0,
        incident => undef, silenced => JSON::PP::false, fault => undef}, "it was not looked at yet";
    is_deeply api(ann => GET => "/$id")->{json}, $r->{json}, "read again";

    $r = api(ann => PUT => "/$id", {@high, version => 1});
    is $r->{status}, 200, "replaced";
    is $r->{json}{cooldown_s}, 0, "what is not said is the standard";
    is $r->{json}{channels}, undef, "also with channels";
    is $r->{json}{version}, 2, "a version later";
    is api(ann => PUT => "/$id", $r->{json})->{json}{version}, 3, "an answer may be sent back as it is";
    $r = api(ann => PUT => "/$id", {@high});
    is $r->{status}, 422, "not without a version";
    is field($r), "version", "... which is said";
    is api(ann => PUT => "/$id", {@high}, headers => {HTTP_IF_MATCH => 'W/"3"'})->{json}{version}, 4, "by If-Match";

    $r = api(ann => PATCH => "/$id", {severity => "critical"});
    is $r->{status}, 200, "changed in part";
    is_deeply [@{$r->{json}}{qw(severity when version)}], ["critical", "close above 100", 5], "the rest stays";
    is api(ann => PATCH => "/$id", {note => "x", version => 4})->{status}, 409, "an old version is refused";
    is api(ann => PATCH => "/$id", {note => "x"}, headers => {HTTP_IF_MATCH => $_})->{status}, 409, "If-Match: $_"
        for '"4"', '"abc"', "4";
    is api(ann => PATCH => "/$id", {note => "x"}, headers => {HTTP_IF_MATCH => "*"})->{status}, 200, "any version";
    is api(ann => PATCH => "/$id", {id => 1e6})->{status}, 422, "another rule's id is not taken";

    is api(ann => DELETE => "/$id", {version => 1})->{status}, 409, "deleting an old version is refused";
    $r = api(ann => DELETE => "/$id");
    is $r->{status}, 204, "deleted";
    is $r->{body}, "", "with nothing to say";
    is api(ann => $_->[0] => "/$id", $_->[1])->{status}, 404, "$_->[0] finds it no more"
        for [GET => undef], [PUT => {@high}], [PATCH => {}], [DELETE => undef];
    is $c->sql("SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE object = 'alert:$id'"),
        "alert.add " . "alert.change " x 5 . "alert.delete", "all of it is audited";
};

subtest "what is wrong is said of its field" => sub {
    for (["name", {name => ""}], ["when", {when => "close over 1"}], ["symbol", {symbol => "NOPE"}],
        ["interval", {interval => "7m"}], ["channels", {channels => ["Nobody"]}], ["colour", {colour => 1}],
        ["clear", {clear => 101}], ["escalate_to", {escalate_s => 60}])
    {
        my $r = api(ann => POST => "", {@high, %{$_->[1]}});
        is $r->{status}, 422, "a bad $_->[0]";
        is field($r), $_->[0], "... named";
        like $r->{headers}{"content-type"}[0], qr{^application/problem\+json}, "... in problem+json";
        like $r->{json}{errors}[0]{text}, qr/^["A-Z].*[.?]$/, "... in a sentence";
    }
    is api(ann => POST => "", "[1]")->{status}, 422, "a list is no rule";
    is api(ann => POST => "")->{status}, 422, "nor is nothing";
    is api(ann => POST => "", "{\"name\"")->{status}, 400, "what is no JSON";
    is api(ann => POST => "", "a=b", type => "application/x-www-form-urlencoded")->{status}, 415, "a form";
    is api(ann => POST => "", "{}", length => 9 << 20)->{status}, 413, "too much";
    is api(ann => POST => "", {@high}, headers => {HTTP_X_CSRF_TOKEN => "x"})->{status}, 403, "another's token";
    is $c->sql("SELECT count(*) FROM alert_rule"), 0, "nothing was made";
};

subtest "lists are filtered and read page by page" => sub {
    api(ann => POST => "", {@high, name => "r$_", severity => $_ % 2 ? "info" : "critical"}) for 1 .. 5;
    api(root => POST => "", {name => "late", condition => "data_late", shared => JSON::PP::true});
    my ($path, @seen) = "?limit=2";
    for (1 .. 9) {
        my $r = api(ann => GET => $path)->{json};
        push @seen, map { $_->{name} } @{$r->{alerts}};
        last unless $r->{next};
        $path = "?limit=2&before=$r->{next}";
    }
    is "@seen", "late r5 r4 r3 r2 r1", "newest first, each once";
    my $oldest = $c->sql("SELECT min(id) FROM alert_rule");
    my $r = api(ann => GET => "?limit=2&after=$oldest")->{json};
    is_deeply [map { $_->{name} } @{$r->{alerts}}], ["r3", "r2"], "and backwards";
    is $r->{next}, $oldest + 2, "with where that goes on";
    my $names = sub { join " ", map { $_->{name} } @{api(@_)->{json}{alerts}} };
    is $names->(ann => GET => "?severity=info&symbol=btc-usd"), "r5 r3 r1", "by severity and symbol";
    is $names->(ann => GET => "?kind=pipeline"), "late", "by kind";
    is $names->(ann => GET => "?search=R4&phase="), "r4", "by name";
    is $names->(bob => GET => ""), "late", "of others only what is shared";
    is $names->(root => GET => "?owner=ann&limit=1"), "r5", "an admin sees all";
    is field(api(ann => GET => "?$_=x")), $_, "a bad $_ is said" for qw(severity kind phase before limit);
    is_deeply api(vera => GET => "?owner=nobody")->{json}, {alerts => [], next => undef}, "none";
};

# Every route that takes an id or a body, for one who may not see, may only
# see, and has the wrong role: nothing changes.
subtest "another's rule can be neither read nor changed" => sub {
    my $own = api(ann => POST => "", {@high, name => "own"})->{json}{id};
    my $shared = api(ann => POST => "", {@high, name => "shared", shared => JSON::PP::true})->{json}{id};
    my $count = "SELECT md5(string_agg(r::text, '' ORDER BY id)) FROM alert_rule r";
    my $before = $c->sql($count);
    my %routes = (
        GET => [""], PUT => [""], PATCH => [""], DELETE => [""],
        POST => ["/enable", "/disable", "/duplicate"]);
    my $body = {@high, version => 1};
    for my $method (sort keys %routes) {
        for my $path (@{$routes{$method}}) {
            my $sent = $method =~ /^P[UA]T/ ? $body : undef;
            my $none = api(bob => $method => "/99999$path", $sent);
            my $r = api(bob => $method => "/$own$path", $sent);
            is $r->{status}, 404, "$method $path of another's";
            (my $text = $r->{body}) =~ s/\b$own\b/99999/;
            is $text, $none->{body}, "... as if it were not there";
            is api(vera => $method => "/$own$path", $sent)->{status}, $method eq "GET" ? 404 : 403, "... for a viewer";
            next if $path eq "/duplicate";
            is api(bob => $method => "/$shared$path", $sent)->{status}, $method eq "GET" ? 200 : 403,
                "$method $path of a shared one";
        }
    }
    my $mine = api(bob => POST => "", {@high, name => "bob's"})->{json}{id};
    $before = $c->sql($count);
    is api(bob => POST => "/disable", {ids => [$mine, $own]})->{status}, 404, "switching off with another's among them";
    is api(bob => POST => "/disable", {ids => [$mine, $shared]})->{status}, 403, "... or a shared one";
    is api(bob => POST => "/replay", {id => $own})->{status}, 404, "a replay of another's";
    is api(vera => POST => "", {@high})->{status}, 403, "a viewer makes none";
    is api(vera => POST => "/import", [])->{status}, 403, "nor imports any";
    is api(bob => GET => "/$_")->{status}, 404, "no rule $_" for 0, -1, "x", "9" x 30;
    unlike api(bob => GET => "/export")->{body}, qr/"own"/, "the export has what one sees";
    is $c->sql($count), $before, "nothing was changed";
    is api(root => PATCH => "/$own", {note => "seen"})->{json}{owner}, "ann", "an admin may, and it stays hers";
};

subtest "on, off and copies" => sub {
    my @ids = map { api(ann => POST => "", {@high, name => "s$_"})->{json}{id} } 1, 2;
    is api(ann => POST => "/$ids[0]/disable")->{json}{enabled}, JSON::PP::false, "off";
    is api(ann => GET => "/$ids[0]")->{json}{state}{phase}, "off", "... as its state says";
    is_deeply api(ann => POST => "/disable", {ids => \@ids})->{json}, {changed => 1}, "many at once: what was on";
    is_deeply api(ann => POST => "/enable", {ids => \@ids})->{json}, {changed => 2}, "and on again";
    is field(api(ann => POST => "/enable", $_)), "ids", "bad ids" for {}, {ids => []}, {ids => ["x"]}, {ids => {a => 1}};
    my $r = api(bob => POST => "/" . api(root => GET => "?search=late")->{json}{alerts}[0]{id} . "/duplicate");
    is $r->{status}, 201, "a copy of what one sees";
    is_deeply [@{$r->{json}}{qw(name owner enabled)}], ["late (copy)", "bob", JSON::PP::false], "is one's own and waits";
};

subtest "out and in again" => sub {
    my $r = api(ann => GET => "/export?owner=ann&symbol=BTC-USD");
    like $r->{headers}{"content-disposition"}[0], qr/attachment/, "a file";
    my $n = @{$r->{json}{alerts}};
    cmp_ok $n, ">", 5, "with rules";
    is_deeply api(bob => POST => "/import", $r->{json})->{json}, {added => $n, replaced => 0, skipped => 0},
        "which another takes in";
    is_deeply api(bob => POST => "/import?replace=yes", $r->{json})->{json}, {added => 0, replaced => $n, skipped => 0},
        "and again in their place";
    is_deeply api(bob => POST => "/import", $r->{json})->{json}, {added => 0, replaced => 0, skipped => $n}, "or not";
    $r->{json}{alerts}[1]{when} = "x";
    $r = api(bob => POST => "/import?replace=yes", $r->{json});
    is field($r), "alerts[1].when", "one that is wrong is said";
    is field(api(bob => POST => "/import", {})), "alerts", "what is no export";
};

# Ten days that rise to 109 and fall back to 100.
$c->sql("INSERT INTO load (id, instrument_id, interval_s, kind, request)
         OVERRIDING SYSTEM VALUE VALUES (1, 1, 86400, 'upload', '');
         INSERT INTO bar (instrument_id, interval_s, ts, open, high, low, close, volume, load_id)
         SELECT 1, 86400, '2024-03-01Z'::timestamptz + d * interval '1 day', v, v, v, v, 1, 1
           FROM generate_series(0, 18) d, LATERAL (SELECT 109 - abs(9 - d) AS v) x");

subtest "a rule is tried on the past" => sub {
    my $rule = {symbol => "BTC-USD", when => "close above 105"};
    my $r = api(vera => POST => "/replay", {rule => $rule});
    is $r->{status}, 200, "by anybody";
    is_deeply [@{$r->{json}}{qw(symbol interval bars fired resolved flaps)}], ["BTC-USD", "1d", 19, 1, 1, 0], "summed up";
    is_deeply [map { "$_->{event} $_->{ts} $_->{left}" } @{$r->{json}{events}}],
        ["fired 2024-03-07T00:00:00Z 106", "resolved 2024-03-14T00:00:00Z 105"], "with its events";
    is api(vera => POST => "/replay", {rule => $rule, from => "2024-03-10", to => "2024-03-12"})->{json}{bars}, 3, "of a span";
    is field(api(vera => POST => "/replay", {rule => {%$rule, when => "x"}})), "rule.when", "a bad rule";
    is field(api(vera => POST => "/replay", {rule => {%$rule, for_bars => 0}})), "rule.for_bars", "a worse one";
    is field(api(vera => POST => "/replay", {rule => {condition => "run_failed"}})), "rule.kind", "one without a past";
    is api(vera => POST => "/replay", {rule => $rule, from => "yesterday"})->{status}, 422, "a bad day";
    my $id = api(ann => POST => "", {@high, shared => JSON::PP::true})->{json}{id};
    is api(vera => POST => "/replay", {id => $id})->{json}{fired}, 1, "one that is stored";
};

subtest "a rule is tried at this moment" => sub {
    my $rule = {symbol => "BTC-USD", when => "close above 101", clear => 99};
    my $r = api(vera => POST => "/test", {rule => $rule});
    is $r->{status}, 200, "by anybody";
    is_deeply [@{$r->{json}}{qw(phase ts fired_at bars)}],
        ["active", "2024-03-19T00:00:00Z", "2024-03-04T00:00:00Z", 19], "active, since it has not come to its clear level";
    is_deeply [@{$r->{json}}{qw(left right)}], [{term => "close", value => 100}, {term => "101", value => 101}], "its terms";
    is api(vera => POST => "/test", {rule => {%$rule, no_data_s => 3600}})->{json}{phase}, "no_data", "nothing came since";
    my $found = sub {
        my $r = api(vera => POST => "/test", {rule => {condition => "breaker_open", subject => "binance"}})->{json};
        return join " ", $r->{phase}, map { $_->{subject} } @{$r->{findings}};
    };
    is $found->(), "ok", "a condition that does not hold";
    $c->sql("INSERT INTO rate_bucket (provider, tokens, refilled_at, blocked_until) VALUES ('binance', 0, now(), now() + interval '1 hour')
             ON CONFLICT (provider) DO UPDATE SET blocked_until = EXCLUDED.blocked_until");
    is $found->(), "active binance", "and one that does";
    my $id = api(ann => POST => "", {@high})->{json}{id};
    is api(ann => POST => "/$id/test")->{json}{phase}, "ok", "one that is stored";
    is api(bob => POST => "/$id/test")->{status}, 404, "not for others";
    is field(api(vera => POST => "/test", {rule => {%$rule, clear => 102}})), "rule.clear", "a bad one";
    is $c->sql("SELECT count(*) FROM alert_state"), 0, "nothing is kept";
};

subtest "a token may what its scope says" => sub {
    my %token;
    for my $scope ("read", "full") {
        open my $pipe, "-|", "env", "QM_DB_CONSOLE=$c->{settings}{QM_DB_CONSOLE}", "QM_VAR=$c->{dir}",
            ($ENV{QM_BIN} // "bin") . "/quotemill", "token", "add", "ann", "--scope", $scope
            or die "token: $!";
        chomp($token{$scope} = <$pipe>);
        close $pipe;
    }
    my $as = sub { my $t = shift; api("vera", @_, no_cookies => 1, headers => {HTTP_AUTHORIZATION => "Bearer $token{$t}"}) };
    is $as->("read", GET => "", undef)->{status}, 200, "read: lists";
    is $as->("read", POST => "", {@high})->{status}, 403, "... and makes none";
    my $r = $as->("full", POST => "", {@high, name => "by token"});
    is $r->{status}, 201, "full: makes one, without a CSRF token";
    is $r->{json}{owner}, "ann", "which is the token's owner's";
    is $as->("full", DELETE => "/$r->{json}{id}", undef)->{status}, 204, "and deletes it";
};

done_testing;
