#!/usr/bin/perl
# /alerts: rules listed, made from presets, tried on the past, changed, copied,
# deleted, switched, brought in and taken along, as each role.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2026-02-02T12:00:00Z");
my %id = map { $_->[0] => $c->add_user(@$_) } ["ann", "operator"], ["bob", "operator"], ["vic", "viewer"], ["root", "admin"];

# 400 days to 2026-02-01: five days at 120, fifteen at 80.
$c->sql(<<'SQL');
INSERT INTO instrument (symbol, title, kind, calendar) VALUES ('ACME', 'Acme', 'crypto', '24x7');
INSERT INTO instrument (symbol, title, kind, calendar) VALUES ('EMPTY', 'Empty', 'crypto', '24x7');
INSERT INTO load (instrument_id, interval_s, kind, request, state)
SELECT id, 86400, 'upload', 'r', 'stored' FROM instrument WHERE symbol = 'ACME';
INSERT INTO bar SELECT i.id, 86400, '2026-02-01Z'::timestamptz - (400 - n) * interval '1 day', v, v, v, v, n, l.id
  FROM instrument i, load l, generate_series(1, 400) n, LATERAL (SELECT CASE WHEN n % 20 < 5 THEN 120 ELSE 80 END AS v) c
 WHERE symbol = 'ACME';
SQL

# The form as a page brings it, as pairs for post; changes on top.
sub form_of {
    my ($body, %change) = @_;
    my ($form) = $body =~ m{(<form class="form form-split.*?</form>)}s or return;
    my @pairs;
    for my $tag ($form =~ m{(<input [^>]*>|<select .*?</select>|<textarea .*?</textarea>)}gs) {
        my ($name) = $tag =~ /name="([^"]*)"/ or next;
        my $value;
        if ($tag =~ /^<select/) {
            ($value) = $tag =~ /<option value="([^"]*)" selected/;
            ($value) = $tag =~ /<option value="([^"]*)"/ unless defined $value;
        } elsif ($tag =~ /^<textarea/) {
            ($value) = $tag =~ m{>(.*?)</textarea>}s;
        } else {
            next if $tag =~ /type="checkbox"/ && $tag !~ /checked/;
            ($value) = $tag =~ /value="([^"]*)"/;
        }
        next if exists $change{$name};
        push @pairs, $name, $value =~ s/&quot;/"/gr =~ s/&amp;/&/gr;
    }
    return (@pairs, map { my $n = $_; map { ($n, $_) } ref $change{$n} ? @{$change{$n}} : $change{$n} } sort keys %change);
}
sub text_of {
    my ($html) = @_;
    return $html =~ s/<[^>]*>//gr =~ s/\s+/ /gr;
}
sub trial {
    my ($r) = @_;
    return text_of($r->{body} =~ m{id="trial-words"[^>]*>(.*?)</div>}s);
}
# As like, without the whole page where it fails.
sub has {
    my ($r, $pattern, $name) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok $r->{body} =~ $pattern, $name
        or diag "no $pattern in: ", substr text_of($r->{body} =~ m{<main[^>]*>(.*?)<form}s), 0, 600;
}
sub rule {
    my ($what, $id) = @_;
    return $c->sql("SELECT $what FROM alert_rule WHERE id = $id");
}
sub audited {
    return $c->sql("SELECT who, action, object FROM audit_log ORDER BY id DESC LIMIT 1");
}

my $id;
subtest "from a preset to a rule" => sub {
    is $c->get("/alerts/new")->{status}, 303, "not without a login";
    $c->login("ann");
    my $r = $c->get("/alerts/new?symbol=ACME");
    is $r->{status}, 200, "the form";
    has $r, qr{href="/alerts/new\?preset=rsi_above&amp;symbol=ACME&amp;interval=1d"}, "presets keep the instrument";
    has $r, qr{preset=pipeline&amp;symbol=ACME}, "the pipeline's conditions are a preset, too";
    has $r, qr{name="number" value="126"}, "it begins with a level near the newest close";
    like trial($r), qr{Would not have fired in the last 90 days}, "and is tried at once";
    like trial($r), qr{Now: ok close is 120\.00 on the bar of 2026-02-01\.}, "it says what holds now";
    $r = $c->post("/alerts/new", form_of($r->{body}, number => "110", span => "90d", do => "try"));
    is $r->{status}, 200, "tried, not saved";
    like trial($r), qr{Would have fired 5 times in the last 90 days}, "how often";
    like trial($r), qr{Median gap 20.{1,3}d; 0 flaps; longest active 5.{1,3}d; active 22\.5.{1,3}% of the time\.}, "and how long";
    like trial($r), qr{Now: active close is 120\.00}, "active now";
    has $r, qr{<svg class="picture-plot.*series-bad.*series-actual.*series-limit.*series-fired}s, "drawn";
    has $r, qr{<td class="num">120\.00</td><td>still active.*after 5.{1,3}d</span></td>}s, "and told in a table";
    is rule("count(*)", "0 OR owner_id IS NOT NULL"), 0, "nothing is stored";
    like trial($c->post("/alerts/new", form_of($r->{body}, span => "1y", do => "try"))), qr{fired 19 times in the last 1 year},
        "over a year";
    like trial($c->post("/alerts/new", form_of($r->{body}, span => "all", do => "try"))),
        qr{fired 21 times from 2024-12-29 to 2026-02-01}, "over all";
    $r = $c->post("/alerts/new", form_of($r->{body}, note => "Look \"here\" & there", cooldown => "2h", severity => "critical",
        do => "save"));
    is $r->{status}, 303, "saved";
    ($id) = $r->{location} =~ m{/alerts/(\d+)$};
    is rule("name, owner, severity, left_term, op, right_term, cooldown_s, note, enabled, channels", $id),
        'ACME 1d: close above 110|ann|critical|close|above|110|7200|Look "here" & there|t|', "as it was typed, with a name";
    is audited(), "ann|alert.add|alert:$id", "audited";
    my $page = $c->get("/alerts/$id");
    has $page, qr{The rule &quot;ACME 1d: close above 110&quot; is saved}, "told";
    like text_of($page->{body}), qr{Look &quot;here&quot; &amp; there.*Cooldown|at most once in 2 h}, "its page has the note";
    like trial($page), qr{fired 5 times in the last 90 days}, "and the replay";
    has $page, qr{href="/alerts/$id\?span=1y#trial"}, "over other spans, too";
    like trial($c->get("/alerts/$id?span=all")), qr{fired 21 times}, "such as all";
    has $page, qr{href="/silences\?rule=$id"}, "it can be silenced";
};

subtest "what is wrong stands beside its field" => sub {
    my $form = $c->get("/alerts/new?symbol=ACME")->{body};
    my @wrong = (
        [symbol => "", "Choose an instrument"],
        [symbol => "<b>", 'There is no instrument &quot;&lt;b&gt;&quot;'],
        [interval => "2d", "Choose 1m"],
        [left => "nonsense", 'There is no &quot;nonsense&quot; to compare'],
        [left => "number", 'There is no &quot;number&quot; to compare'],
        [op => "beside", "Choose how"],
        [number => "ten", '&quot;ten&quot; is no number'],
        [number => "", "Give the number"],
        [for_bars => "0", "Give a number of bars, 1 to 1000"],
        [clear => "200", "clear"],
        [cooldown => "soon", "is no time"],
        [no_data => "-1", "is no time"],
        [remind => "5s", "eminders"],
        [escalate => "10m", undef, "escalate_to"],
        [channel => "999999", undef],
        [severity => "deadly", "severity"],
        [name => "x" x 121, "1 to 120 characters"],
    );
    for (@wrong) {
        my ($field, $value, $text, $at) = @$_;
        my $r = $c->post("/alerts/new", form_of($form, $field => $value, do => "save"));
        is $r->{status}, 422, "$field=$value";
        $at //= $field;
        has $r, qr{href="#f-$at".*id="f-$at"}s, "named, with a link";
        has $r, qr{field-error"[^>]*>[^<]*$text}i, "in words" if defined $text;
        like trial($r), qr{cannot be tried yet}, "not tried";
    }
    my $r = $c->post("/alerts/new", form_of($form, number => "ten", note => "kept", cooldown => "3h", do => "try"));
    is $r->{status}, 200, "a try is not refused";
    has $r, qr{value="ten".*value="3h".*kept</textarea>}s, "what was typed is kept";
    is $c->post("/alerts/new", form_of($form, csrf => "wrong", do => "save"))->{status}, 403, "not without the token";
    is rule("count(*)", "0 OR owner_id IS NOT NULL"), 1, "nothing of it is stored";
    like trial($c->get("/alerts/new?symbol=EMPTY&preset=rsi_above")), qr{No bar of EMPTY at 1d is stored of the last 90 days},
        "without bars that is said";
    is $c->get("/alerts/new?symbol=NOPE")->{status}, 422, "an unknown instrument";
};

subtest "each preset is fit to be saved" => sub {
    my $page = $c->get("/alerts/new?symbol=ACME")->{body};
    for my $url ($page =~ m{<a class="button" href="(/alerts/new\?preset=[^"]*)"}g) {
        $url =~ s/&amp;/&/g;
        my $r = $c->get($url);
        unlike trial($r), qr{cannot be tried}, $url;
        $r = $c->post("/alerts/new", form_of($r->{body}, do => "save"));
        is $r->{status}, 303, "saved" or diag $r->{body} =~ m{(<div class="errors".*?</div>)}s;
    }
    like $c->sql("SELECT string_agg(left_term || ' ' || op || ' ' || right_term, ', ' ORDER BY id) FROM alert_rule WHERE owner = 'ann'"),
        qr{change_5 above 10, change_5 below -10, rsi_14 above 70, rsi_14 below 30, macd crosses_above macd_signal, macd crosses_below macd_signal, volume_spike_20 above 3, sma_50 crosses_above sma_200}, "as it says";
    my $r = $c->get("/alerts/new?preset=pipeline&condition=quality_below");
    has $r, qr{<option value="quality_below" selected>A day&#39;s data is of low quality \(score, usually 0\.9\)}, "a condition of the pipeline";
    has $r, qr{It is tried on the present alone.*Now:.*It holds for}s, "has no past to be tried on";
    $c->sql("INSERT INTO run (mode, steps, lane, trigger, requested_by, state, queued_at, finished_at, error)
             VALUES ('incremental', '{fetch}', 0, 'cli', 'ann', 'failed', now(), now(), 'it <broke>')");
    like trial($c->get("/alerts/new?preset=pipeline&condition=run_failed")), qr{Now: active It holds for 1 schedule},
        "but a present";
    has $c->get("/alerts/new?preset=pipeline&condition=run_failed"), qr{<li><p>.*failed.*it &lt;broke&gt;}s, "told in words";
    $r = $c->post("/alerts/new", form_of($r->{body}, threshold => "0.8", subject => "ACME", do => "save"));
    is $r->{status}, 303, "saved";
    is $c->sql("SELECT name, condition, threshold, subject FROM alert_rule WHERE owner = 'ann' ORDER BY id DESC LIMIT 1"),
        "A day's data is of low quality|quality_below|0.8|ACME", "as it says";
    is $c->post("/alerts/new", form_of($c->get("/alerts/new?preset=pipeline")->{body}, condition => $_->[0], threshold => $_->[1],
        do => "save"))->{status}, 422, "not @$_" for [nothing => ""], [run_failed => "3"], [disk_low => "101"];
    $c->sql("DELETE FROM alert_rule WHERE owner = 'ann' AND id <> $id");
};

subtest "changed, by one at a time" => sub {
    my $r = $c->get("/alerts/$id/edit");
    has $r, qr{name="number" value="110"}, "the form has what is stored";
    has $r, qr{name="cooldown" value="2h"}, "times as people write them";
    my @mine = form_of($r->{body}, number => "100", name => "Mine", do => "save");
    my $root = $c->visitor;
    $root->login("root");
    $root->post("/alerts/$id/edit", form_of($root->get("/alerts/$id/edit")->{body}, number => "115", do => "save"));
    is rule("right_term, version, owner", $id), "115|2|ann", "an admin was faster; the owner stays";
    $r = $c->post("/alerts/$id/edit", @mine);
    is $r->{status}, 409, "a conflict";
    has $r, qr{This rule was changed by root while you did so}, "who";
    has $r, qr{What is stored now.*close above 115}s, "what is stored now";
    has $r, qr{name="version" value="2".*name="number" value="100".*value="Mine"}s, "what was typed is kept";
    is rule("right_term", $id), "115", "nothing is changed";
    is $c->post("/alerts/$id/edit", form_of($r->{body}, do => "save"))->{status}, 303, "saved knowingly";
    is rule("name, right_term, version", $id), "Mine|100|3", "changed";
    $r = $c->post("/alerts/$id/edit", form_of($c->get("/alerts/$id/edit")->{body}, kind => "pipeline", number => "90",
        do => "try"));
    like trial($r), qr{Would have fired}, "tried; its kind cannot be changed";
    is rule("kind, right_term", $id), "series|100", "and not saved";
};

subtest "switched, one and many" => sub {
    my $r = $c->post("/alerts/$id/disable", next => "/alerts?state=ok");
    is $r->{location}, "/alerts?state=ok", "back to where it was done";
    is rule("enabled", $id), "f", "off";
    has $c->get("/alerts"), qr{&quot;Mine&quot; is switched off.*state-cancelled.*off</span>.*Mine</a>}s, "told and seen";
    is $c->post("/alerts/$id/enable", next => "https://evil.example/")->{location}, "/", "never to elsewhere";
    $r = $c->post("/alerts/$id/duplicate");
    my ($copy) = $r->{location} =~ m{^/alerts/(\d+)/edit$};
    is rule("name, enabled, right_term", $copy), "Mine (copy)|f|100", "a copy, switched off";
    $r = $c->post("/alerts/bulk?search=mine", do => "disable", id => $id, id => $copy);
    is $r->{location}, "/alerts?search=mine", "many, and back to the filter";
    has $c->get($r->{location}), qr{1 rule was switched off}, "how many changed";
    $c->post("/alerts/bulk", do => "enable", id => $id, id => $copy);
    is rule("string_agg(enabled::text, ' ')", "$id OR id = $copy"), "true true", "all on";
    is $c->post("/alerts/bulk", do => "explode", id => $id)->{status}, 422, "nothing else is done";
    $r = $c->post("/alerts/$copy/delete", version => "1");
    is $r->{status}, 409, "not deleted over a change that was not seen";
    $r = $c->get("/alerts/$copy");
    has $r, qr{<summary>Delete alert Mine \(copy\)</summary>}, "what would be deleted is named";
    my ($version) = $r->{body} =~ /name="version" value="(\d+)"/;
    is $c->post("/alerts/$copy/delete", version => $version)->{location}, "/alerts", "deleted";
    is $c->get("/alerts/$copy")->{status}, 404, "gone";
    is audited(), "ann|alert.delete|alert:$copy", "audited";
};

subtest "lists, CSV, JSON" => sub {
    has $c->get("/alerts?kind=series"), qr{Mine.*1 rule, that is all}s, "filtered";
    has $c->get("/alerts?state=nonsense"), qr{There is no state &quot;nonsense&quot;}, "no such filter";
    has $c->get("/alerts?instrument=EMPTY"), qr{No rule matches}, "nothing found";
    has $c->get("/alerts?owner=installation"), qr{A run failed.*installation}s, "the installation's";
    my $csv = $c->get("/alerts.csv?owner=mine");
    is $csv->{body}, "id,name,state,kind,severity,symbol,interval,what,since,fired_at,value,owner,shared\r\n"
        . "$id,Mine,,series,critical,ACME,1d," . ($csv->{body} =~ /1d,("[^"]*"|[^,]*)/)[0] . ",,,,ann,false\r\n", "as CSV";
    my $json = $c->get("/alerts/export.json?owner=mine")->{body};
    is_deeply [map { "$_->{name} $_->{when}" } @{decode_json($json)->{alerts}}], ["Mine close above 100"], "as JSON";
    is import_file($json)->{status}, 303, "brought in";
    has $c->get("/alerts"), qr{0 rules were added, 0 replaced, 1 left}, "what is there stays";
    import_file($json =~ s/above 100/above 77/r, replace => "yes");
    is rule("right_term", $id), "77", "but can be replaced";
    import_file($json =~ s/"Mine"/"Other"/r);
    is $c->sql("SELECT count(*) FROM alert_rule WHERE name = 'Other' AND owner = 'ann'"), 1, "new ones are added";
    my $r = import_file($json =~ s/above 100/beside 77/r);
    is $r->{status}, 422, "what is wrong is refused";
    has $r, qr{Nothing was changed: alerts\[0\].when: }, "and told";
    is import_file("{")->{status}, 422, "so is what is no JSON";
};

sub import_file {
    my ($text, %fields) = @_;
    my $mark = "xXx42xXx";
    my $body = "";
    my %all = (csrf => $c->{csrf}, %fields);
    $body .= "--$mark\r\nContent-Disposition: form-data; name=\"$_\"\r\n\r\n$all{$_}\r\n" for sort keys %all;
    $body .= "--$mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n"
        . "Content-Type: application/json\r\n\r\n$text\r\n--$mark--\r\n";
    return $c->request("POST", "/alerts/import", body => $body, type => "multipart/form-data; boundary=$mark");
}

subtest "who may see and change what" => sub {
    my ($shared) = $c->sql("UPDATE alert_rule SET shared = true WHERE name = 'Other' RETURNING id");
    my ($own) = $c->sql("SELECT id FROM alert_rule WHERE name = 'A run failed'");
    for my $who ("bob", "vic") {
        my $v = $c->visitor;
        $v->login($who);
        is $v->get("/alerts/$id")->{status}, 404, "$who does not see another's rule";
        my $list = $v->get("/alerts")->{body};
        unlike $list, qr{>Mine<}, "nor in the list";
        like $list, qr{>Other<.*>A run failed<}s, "but what is shared, and the installation's";
        unlike $v->get("/alerts.csv")->{body}, qr{Mine}, "nor in the CSV";
        my $page = $v->get("/alerts/$shared");
        is $page->{status}, 200, "a shared one";
        unlike $page->{body}, qr{/alerts/$shared/(edit|delete|enable|disable)}, "without buttons to change it";
        for my $rule ([$id, 404], [$shared, 403], [$own, 403]) {
            my ($n, $status) = @$rule;
            $status = 403 if $who eq "vic";
            is $v->get("/alerts/$n/edit")->{status}, $status, "$who: no form";
            is $v->post("/alerts/$n/$_", version => 1)->{status}, $status, "$who: not $_" for qw(delete enable disable);
            is $v->post("/alerts/$n/edit", version => 1, do => "save")->{status}, $status, "$who: not changed";
            is $v->post("/alerts/bulk", do => "disable", id => $n)->{status}, $status, "$who: not in bulk";
        }
        is $v->post("/alerts/$id/duplicate")->{status}, $who eq "vic" ? 403 : 404, "$who: not copied";
        is $v->get("/alerts/new")->{status}, $who eq "vic" ? 403 : 200, "$who: new ones";
        unlike $list, qr{/alerts/new}, "no link either" if $who eq "vic";
    }
    my $root = $c->visitor;
    $root->login("root");
    has $root->get("/alerts"), qr{>Mine<.*data-label="Owner">ann<}s, "an admin sees all, with owners";
    is $root->post("/alerts/$own/disable")->{status}, 303, "and changes the installation's";
    is rule("enabled", $own), "f", "really";
};

subtest "on the instrument's page" => sub {
    $c->sql("INSERT INTO alert_event (rule_id, rule_name, owner_id, shared, severity, kind, subject, instrument_id, interval_s, ts, at, text)
        SELECT id, name, owner_id, shared, severity, 'fired', 'ACME', instrument_id, interval_s, '2026-01-12Z', '2026-01-13Z', 'it rose'
          FROM alert_rule WHERE id = $id");
    my $r = $c->get("/instruments/ACME");
    has $r, qr{href="/alerts/new\?symbol=ACME&amp;interval=1d">New alert}, "a new rule";
    has $r, qr{<a href="/alerts/$id">Mine</a>}, "its rules";
    has $r, qr{data-fired="1d 2026-01-12T00:00:00Z"}, "when they fired, for the chart";
    has $c->get("/alerts/$id"), qr{Table of events.*it rose}s, "the rule's page has the event";
};

done_testing;
