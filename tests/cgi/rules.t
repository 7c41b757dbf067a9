#!/usr/bin/perl
# /rules: rules and bounds seen and changed; /api/v1/quality: what days are
# worth.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2026-02-01T00:00:00Z");
$c->add_user(@$_) for ["olaf", "operator"], ["vera", "viewer"];

sub value {
    return $c->sql("SELECT severity, threshold FROM validation_rule WHERE name = '$_[0]'");
}
sub own {
    return $c->sql("SELECT rule, severity, threshold FROM instrument_rule r JOIN instrument i ON i.id = instrument_id
                     WHERE symbol = '$_[0]' ORDER BY 1");
}
sub audited {
    return $c->sql("SELECT action, object, before, after FROM audit_log ORDER BY id DESC LIMIT 1");
}

subtest "a viewer reads" => sub {
    is $c->get("/rules")->{status}, 303, "not without a login";
    $c->login("vera");
    my $r = $c->get("/rules");
    is $r->{status}, 200, "the rules";
    like $r->{body}, qr{jump_z.*flags.*>10<.*times the usual move}s, "with severity and threshold";
    like $r->{body}, qr{required.*aligned.*jump_z}s, "in the order in which they judge";
    unlike $r->{body}, qr{method="post" action="/rules/}, "no form to change them";
    like $r->{body}, qr{<a href="/rules\?instrument=WTI">WTI</a>}, "who has bounds of its own";
    is $c->post("/rules/jump", severity => "off", was_severity => "flag")->{status}, 403, "changes nothing";
    $r = $c->get("/rules?instrument=wti");
    like $r->{body}, qr{Rules for WTI}, "those of an instrument";
    like $r->{body}, qr{name="price_min"[^>]*value="-100"[^>]*readonly}, "and its bounds";
    $r = $c->get("/rules?instrument=<b>");
    like $r->{body}, qr{There is no instrument &quot;&lt;b&gt;&quot;}, "an unknown one is told";
};

subtest "for all" => sub {
    $c->login("olaf");
    my %was = (was_severity => "flag", was_threshold => "10");
    is value("jump_z"), "flag|10", "as it comes";
    my $r = $c->post("/rules/jump_z", %was, severity => "refuse", threshold => " 12.5 ");
    is $r->{status}, 303, "changed";
    is value("jump_z"), "refuse|12.5", "stored";
    is audited(), 'rule.set|rule:jump_z|{"severity": "flag", "threshold": 10}|{"severity": "refuse", "threshold": 12.5}',
        "audited";
    like $c->get("/rules")->{body}, qr{The rule jump_z is changed}, "told";
    $r = $c->post("/rules/jump_z", %was, severity => "off", threshold => "1");
    is $r->{status}, 422, "whoever saw the page before that change";
    like $r->{body}, qr{The rule changed since the page was made}, "is told";
    like $r->{body}, qr{<details open.*name="was_severity" value="refuse".*value="off" selected.*value="1"}s,
        "and sees both: what is and what was typed";
    is value("jump_z"), "refuse|12.5", "nothing changed";
    %was = (was_severity => "refuse", was_threshold => "12.5");
    is $c->post("/rules/jump_z", %was, severity => "flag", threshold => "")->{status}, 303, "no threshold";
    is value("jump_z"), "flag|", "is none";
    for ([threshold => "ten"], [threshold => "0"], [threshold => "-1"], [severity => "maybe"], [severity => ""]) {
        my %form = (was_severity => "flag", severity => "flag", @$_);
        is $c->post("/rules/jump_z", %form)->{status}, 422, "not @$_";
    }
    is $c->post("/rules/nothing", severity => "flag", was_severity => "flag")->{status}, 422, "no such rule";
    is $c->post("/rules/order", severity => "flag", was_severity => "refuse", threshold => 3)->{status}, 422,
        "one without a threshold gets none";
    is value("jump_z"), "flag|", "nothing of that is stored";
};

subtest "for one" => sub {
    my %of = (instrument => "AAPL");
    is $c->post("/rules/jump", %of, severity => "", threshold => "0.3")->{status}, 303, "a threshold of its own";
    is own("AAPL"), "jump||0.3", "stored beside the rule";
    like audited(), qr{^rule\.set\|rule:jump of AAPL\|}, "audited";
    my $r = $c->get("/rules?instrument=AAPL");
    like $r->{body}, qr{jump<span class="sub">of its own}, "marked";
    like $r->{body}, qr{as for all: flag}, "and what holds for all";
    is $c->post("/rules/jump", %of, severity => "off", threshold => "")->{status}, 422, "not over what was not seen";
    is $c->post("/rules/jump", %of, was_threshold => "0.3", severity => "off", threshold => "")->{status}, 303, "but so";
    is own("AAPL"), "jump|off|", "changed";
    is $c->post("/rules/jump", %of, was_severity => "off", severity => "")->{status}, 303, "as for all again";
    is own("AAPL"), "", "gone";
    is $c->post("/rules/jump", instrument => "NOPE", severity => "off")->{status}, 404, "of an unknown instrument";

    my %was = (was_price_min => "", was_price_max => "", was_jump_frac => "0.4");
    is $c->post("/rules", %of, %was, price_min => "1", price_max => "5000", jump_frac => "0.4")->{status}, 303, "bounds";
    is $c->sql("SELECT price_min, price_max, jump_frac FROM instrument WHERE symbol = 'AAPL'"), "1|5000|0.4", "stored";
    is audited(), 'instrument.bounds|instrument:AAPL|{"jump_frac": 0.4, "price_max": null, "price_min": null}|' .
        '{"jump_frac": 0.4, "price_max": 5000, "price_min": 1}', "audited";
    is $c->post("/rules", %of, %was, price_min => "2")->{status}, 422, "once";
    %was = (was_price_min => "1", was_price_max => "5000", was_jump_frac => "0.4");
    for ([price_min => "9000", price_max => "5000"], [jump_frac => "0"], [price_max => "much"]) {
        $r = $c->post("/rules", %of, %was, @$_);
        is $r->{status}, 422, "not @$_";
        like $r->{body}, qr{name="$_->[0]"[^>]*value="$_->[1]"}, "which is kept to be mended";
    }
    is $c->post("/rules", price_min => "2")->{status}, 422, "of nobody";
    like $c->get("/instruments")->{body}, qr{href="/rules"}, "the way there";
};

subtest "quality" => sub {
    $c->sql("INSERT INTO quality SELECT id, 86400, '2024-01-01Z'::timestamptz + n * interval '1 day', 1, 1, 1, 0, n % 2, 2, 1,
               0.5 - n * 0.125 FROM instrument, generate_series(0, 3) AS n WHERE symbol = 'AAPL';
             INSERT INTO quality SELECT id, 60, '2024-01-01Z', 390, 300, 300, 2, 0, 0, 0, 0.25 FROM instrument
              WHERE symbol = 'AAPL'");
    my $r = $c->get("/api/v1/quality/aapl?limit=2");
    is $r->{headers}{"content-type"}[0], "application/json", "JSON";
    ok $r->{headers}{etag}[0], "with a tag";
    is $c->request("GET", "/api/v1/quality/aapl?limit=2",
        headers => {HTTP_IF_NONE_MATCH => $r->{headers}{etag}[0]})->{status}, 304, "that is known again";
    my $day = sub { +{ts => "2024-01-0$_[0]T00:00:00Z", score => $_[1], expected => 1, present => 1, refused => 0,
                      flagged => $_[2], agreement => 0.5} };
    is_deeply decode_json($r->{body}), {symbol => "AAPL", interval => "1d", next => "2024-01-03T00:00:00Z",
        rows => [$day->(4, 0.125, 1), $day->(3, 0.25, 0)]}, "newest first, by pages";
    $r = $c->get("/api/v1/quality/AAPL?limit=2&before=2024-01-03T00:00:00Z");
    is_deeply decode_json($r->{body})->{rows}, [$day->(2, 0.375, 1), $day->(1, 0.5, 0)], "the next one";
    is decode_json($r->{body})->{next}, undef, "which is the last";
    $r = $c->get("/api/v1/quality/AAPL?from=2024-01-02&to=2024-01-02");
    is_deeply decode_json($r->{body})->{rows}, [$day->(2, 0.375, 1)], "a day";
    $r = $c->get("/api/v1/quality/AAPL?interval=1m");
    is_deeply decode_json($r->{body})->{rows}, [{ts => "2024-01-01T00:00:00Z", score => 0.25, expected => 390,
        present => 300, refused => 2, flagged => 0, agreement => undef}], "of minutes; nobody to agree with";
    is_deeply decode_json($c->get("/api/v1/quality/MSFT")->{body})->{rows}, [], "none yet";
    is $c->get("/api/v1/quality/$_->[0]")->{status}, $_->[1], "$_->[0]: $_->[1]"
        for ["NOPE", 404], ["AAPL?limit=0", 422], ["AAPL?interval=2d", 422], ["AAPL?from=x", 422];
};

done_testing;
