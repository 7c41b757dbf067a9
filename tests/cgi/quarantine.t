#!/usr/bin/perl
# The quarantine desk: the list and its filter, one row's page, decisions about
# one and about many, and who may make them.
use strict;
use warnings;
use Test::More;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new;
$c->add_user(@$_) for ["olaf", "operator"], ["vera", "viewer"];
my $v = $c->visitor;
$c->login("olaf");
$v->login("vera");

# Twelve days are stored; of the last three one is doubted, two are refused.
$c->sql(<<~'SQL');
    INSERT INTO load (instrument_id, interval_s, kind, provider, request, state, stored_at)
    VALUES (1, 86400, 'provider', 'binance', '/klines', 'stored', now());
    INSERT INTO bar SELECT 1, 86400, date '2024-03-01' + d, 100 + d, 102 + d, 99 + d, 101 + d, 5, 1
      FROM generate_series(0, 11) AS d;
    UPDATE bar SET open = 300, high = 302, low = 299, close = 301 WHERE ts = '2024-03-11Z';
    INSERT INTO quarantine (load_id, instrument_id, interval_s, ts, rule, severity, field, value, expected, raw,
                            open, high, low, close, volume)
    VALUES (1, 1, 86400, '2024-03-11Z', 'jump', 'flag', 'close', '301 after 110', 'a change of at most 50 %',
            '["2024-03-11",300,302,299,301,5]', 300, 302, 299, 301, 5),
           (1, 1, 86400, '2024-03-14Z', 'positive', 'refuse', 'low', '-1', 'above 0', 'row <b>one</b>', 113, 115, -1, 114, 5),
           (1, 2, 86400, '2024-03-14Z', 'numeric', 'refuse', 'close', 'abc', 'a finite number', 'row two',
            10, 12, 9, NULL, 5);
    SQL

sub rows_shown { return join " ", $_[0]{body} =~ m{href="/quarantine/(\d+)"><span}g }
sub state_of { return $c->sql("SELECT string_agg(state, ' ' ORDER BY id) FROM quarantine") }

subtest "the list" => sub {
    my $r = $c->get("/quarantine");
    is rows_shown($r), "3 2 1", "the open rows, newest first";
    like $r->{body}, qr/the change from the bar before is within/, "the rule in words";
    like $r->{body}, qr/low -1/, "the value";
    like $r->{body}, qr/Accept all 3 rows …/, "all of them can be decided about";
    for (["rule=jump", "1"], ["severity=refuse", "3 2"], ["instrument=btc-usd", "2 1"], ["from=2024-03-12", "3 2"],
         ["to=2024-03-11", "1"], ["load=1", "3 2 1"], ["before=3", "2 1"], ["state=rejected", ""]) {
        is rows_shown($c->get("/quarantine?$_->[0]")), $_->[1], $_->[0];
    }
    is scalar(() = $r->{body} =~ m{href="/quarantine\?instrument=[^"]*&amp;all=(?:accept|reject)"}g), 6, "and about each group";
    is $c->get("/quarantine?rule=nonsense")->{status}, 422, "no rule of ours";
    is $c->get("/quarantine?state=undecided")->{status}, 422, "no state of ours";
    my @csv = split /\r\n/, $c->get("/quarantine.csv?severity=flag")->{body};
    is scalar @csv, 2, "the CSV is the filter";
    like $csv[1], qr/^1,BTC-USD,1d,2024-03-11T00:00:00Z,jump,flag,close,/, "with its values";
    like $csv[1], qr/,300,302,299,301,5,1,binance,/, "and numbers";
    is $c->get("/quarantine.csv?rule=nonsense")->{status}, 422, "nor as CSV";
};

subtest "one row" => sub {
    my $r = $c->get("/quarantine/1");
    like $r->{body}, qr/Stored, and doubted/, "what it is";
    like $r->{body}, qr/close is 301 after 110; expected: a change of at most 50 %/, "what is wrong";
    is scalar(() = $r->{body} =~ /<th scope="row" class="nowrap">2024-03-/g), 8, "itself, stored, 5 before and 1 after";
    like $r->{body}, qr/<svg class="picture-plot/, "a picture";
    like $r->{body}, qr/name="close"[^>]*value="301"/, "the fields are filled in";
    like $c->get("/quarantine/2")->{body}, qr/row &lt;b&gt;one/, "what came is escaped";
    like $c->get("/quarantine/3")->{body}, qr/name="close"[^>]*value=""/, "what could not be read is empty";
    is $c->get("/quarantine/$_")->{status}, 404, "no row $_" for 99, "x", 0;
};

subtest "who may" => sub {
    my $r = $v->get("/quarantine");
    is rows_shown($r), "3 2 1", "a viewer looks";
    unlike $r->{body}, qr/name="verdict"|Accept/, "and is offered nothing";
    unlike $v->get("/quarantine/1")->{body}, qr/name="verdict"/, "nor on a row's page";
    unlike $v->get("/quarantine?all=reject")->{body}, qr/name="verdict"/, "nor asked";
    $v->get("/account");
    is $v->post("/quarantine/1", verdict => "reject")->{status}, 403, "a viewer does not decide";
    is $v->post("/quarantine/decide", verdict => "reject", id => 1)->{status}, 403, "nor about many";
    is $c->post("/quarantine/1", verdict => "reject", csrf => "x")->{status}, 403, "not without the token";
    is $c->post("/quarantine/decide", verdict => "reject", id => 1, csrf => undef)->{status}, 403, "nor about many";
    is state_of(), "open open open", "nothing was decided";
};

subtest "correct and reopen" => sub {
    my $correct = sub {
        my %good = (open => 110, high => 112, low => " 109 ", close => 111, volume => "", @_);
        return $c->post("/quarantine/1", verdict => "correct", %good);
    };
    my $r = $correct->(high => 100);
    is $r->{status}, 422, "no bar" or diag $r->{body};
    like $r->{body}, qr/High should be 111 or more/, "the field is named";
    like $r->{body}, qr/name="close"[^>]*value="111"/, "what was typed is kept";
    like $correct->(open => "1,5")->{body},
        qr/1,5&quot; is not a number/, "what is no number";
    like $correct->(close => "")->{body}, qr/Give the close/, "what is missing";
    $r = $correct->(note => "é" x 501);
    is $r->{status}, 422, "a note has its length";
    like $r->{body}, qr/longer than 500 characters/, "in characters";
    is $c->post("/quarantine/1", verdict => "explode")->{status}, 422, "no such decision";
    is state_of(), "open open open", "nothing was decided";

    $r = $correct->(note => "é" x 500);
    is $r->{location}, "/quarantine/1", "it is done" or diag $r->{body};
    my $page = $c->get("/quarantine/1")->{body};
    like $page, qr/Row 1 was corrected\. Run 1 is queued/, "and said";
    like $page, qr/Corrected by olaf/, "by whom";
    is $c->sql("SELECT close, volume FROM bar WHERE ts = '2024-03-11Z'"), "111|", "stored";
    is $c->sql("SELECT trigger, steps, instruments FROM run"), "console|{process,retrain}|{1}", "the run";
    like $c->get("/loads/2")->{body}, qr/decision on quarantine row 1 by olaf/, "the load says what it is";
    like $c->get("/loads?kind=correction")->{body}, qr/olaf/, "and is listed";
    $r = $c->post("/quarantine/1", verdict => "reject");
    is $r->{status}, 422, "decided is decided";
    like $r->{body}, qr/reopen it first/, "in words";
    $c->get("/quarantine/1");
    is $c->post("/quarantine/1", verdict => "reopen", reason => "wrong row")->{location}, "/quarantine/1", "reopened";
    like $c->get("/quarantine/1")->{body}, qr/Run 1, which is queued already/, "one run is enough";
    is $c->sql("SELECT close FROM bar WHERE ts = '2024-03-11Z'"), 301, "as before";
    is $c->sql("SELECT string_agg(action || ' ' || (before->>'state') || ' ' || (after->>'state'), ', ' ORDER BY id)
                  FROM audit_log WHERE object = 'quarantine 1'"),
        "quarantine.correct open corrected, quarantine.reopen corrected open", "audited";
    $r = $c->post("/quarantine/3", verdict => "accept");
    like $r->{body}, qr/not all its prices are known/, "a row without a price is not stored as it came";
};

subtest "many at once" => sub {
    my $list = "/quarantine/decide?severity=refuse";
    my $r = $c->post($list, verdict => "accept");
    is $r->{status}, 422, "none was marked";
    like $r->{body}, qr/Mark the rows/, "in words";
    is rows_shown($r), "3 2", "the list is there";
    is $c->post($list, verdict => "accept", id => 2, note => "x" x 501)->{status}, 422, "the note is too long";
    $r = $c->post($list, verdict => "accept", id => 3, id => 2, id => "x");
    is $r->{location}, "/quarantine?severity=refuse", "back to the filter" or diag $r->{body};
    like $c->get("/quarantine?severity=refuse")->{body},
        qr/1 row was accepted\. 1 row was left as before: 1 without a readable price/,
        "what went and what not";
    is state_of(), "open accepted open", "each by itself";
    like $c->get("/quarantine?all=reject")->{body}, qr/Reject all 2 rows of this filter\?.*name="newest" value="3"/s, "asked first";
    is $c->post("/quarantine/decide", verdict => "reject", all => 1, count => 3, newest => 3)->{status}, 422,
        "not when it is not what was shown";
    $c->sql("INSERT INTO quarantine (load_id, instrument_id, interval_s, rule, severity, field, value, expected, raw)
             VALUES (1, 1, 86400, 'required', 'refuse', 'time', '', 'a time', 'new')");
    $c->get("/quarantine");
    $r = $c->post("/quarantine/decide", verdict => "reject", all => 1, count => 2, newest => 3);
    is $r->{status}, 303, "what was shown" or diag $r->{body};
    is state_of(), "rejected accepted rejected open", "and nothing that came since";
    is $c->sql("SELECT count(*) FROM bar WHERE ts = '2024-03-11Z'"), 0, "a doubtful row was taken out";
    like $c->get("/quarantine?state=all&all=reopen")->{body}, qr/Reopen 4 rows/, "all the way back";
    $c->post("/quarantine/decide?state=all", verdict => "reopen", all => 1, count => 4, newest => 4);
    is state_of(), "open open open open", "reopened";
    is $c->sql("SELECT count(*), sum(close) FROM bar"), "12|1468", "and all is as it was";
};

subtest "what needs a person" => sub {
    $c->sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, state, started_at, finished_at)
             VALUES ('incremental', 'cli', 'x', 0, '{fetch}', 'succeeded', now(), now())");
    like $c->get("/")->{body}, qr{4 rows in quarantine wait for a decision.*href="/quarantine">Decide}s, "the overview says so";
    like $v->get("/")->{body}, qr{href="/quarantine">Look at them}, "to a viewer, too";
};

done_testing;
