#!/usr/bin/perl
# Models: what answered at a time, the API, the page and its forms.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_NOW => "2026-02-01T00:00:00Z");
$c->add_user("vera", "viewer");
$c->add_user("olga", "operator");

sub api {
    my ($uri) = @_;
    return decode_json($c->get($uri)->{body});
}

# Versions 1 to 20: 3 active, 4 refused, the others retired; 1 answered first,
# then 2, 3, and after 1 again, 3.
my $card = '[{"rule": "<b>r2</b>", "value": 0.8, "limit": 0.5, "passed": true, "words": "fine"}]';
$c->sql("INSERT INTO model_version (model_id, version, state, fitted_at, rows, first_ts, last_ts, fingerprint, r2, rmse, condition,
             holdout_ts, holdout_rows, holdout_r2, holdout_rmse, scorecard)
         SELECT id, g, CASE g WHEN 3 THEN 'active' WHEN 4 THEN 'refused' ELSE 'retired' END, '2026-01-01Z'::timestamptz + g * interval '1 day',
                1000 + g, '2020-01-02', '2026-01-30', g::text, 0.9, 20, 8, '2024-12-01', 200, 0.8, 30, '$card'
           FROM model, generate_series(1, 20) g");
$c->sql("INSERT INTO coefficient SELECT id, p, n, version * 10 + p, CASE p WHEN 0 THEN 2.5 END
           FROM model_version, (VALUES (0, 'intercept'), (1, 'btc_price'), (2, 'mnav')) k (p, n)");
$c->sql("INSERT INTO model_activation (model_id, version_id, at, who, why, how)
         SELECT v.model_id, v.id, t.at::timestamptz, t.who, t.why, t.how FROM model_version v
           JOIN (VALUES (1, 1, '2026-01-02 10:00:00Z', 'timer', '', 'retrained'), (2, 2, '2026-01-03 10:00:00.5Z', 'timer', '', 'retrained'),
                        (3, 3, '2026-01-04 10:00:00.123456Z', 'timer', '', 'promoted'),
                        (4, 1, '2026-01-05 10:00:00Z', '<i>olga</i>', 'better & older', 'chosen'),
                        (5, 3, '2026-01-05 10:00:00Z', 'timer', '', 'returned'))
                t (n, version, at, who, why, how) USING (version) ORDER BY t.n");

subtest "which version answered at a time" => sub {
    my %version = (
        "2026-01-02T10:00:00Z" => 1, "2026-01-03T10:00:00Z" => 1, "2026-01-03T10:00:00.499999Z" => 1,
        "2026-01-03T10:00:00.5Z" => 2, "2026-01-03T10:00:01Z" => 2, "2026-01-04T10:00:00.123455Z" => 2,
        "2026-01-04T10:00:00.123456Z" => 3, "2026-01-03T11:00:00.5%2B01:00" => 2, "2026-01-03T11:00:00.4%2B01:00" => 1,
        "2026-01-05" => 3, "2026-01-05T09:59:59" => 3, "2026-01-05T10:00:00Z" => 3, "2999-01-01" => 3);
    for my $as_of (sort keys %version) {
        my $r = $c->get("/api/coefficients?as_of=$as_of", no_cookies => 1);
        is $r->{status}, 200, "$as_of: answered to everybody";
        my $json = decode_json($r->{body});
        is $json->{model}{version}, $version{$as_of}, "version $version{$as_of}";
        is_deeply $json->{coefficients}, {intercept => 10 * $version{$as_of}, btc_price => 10 * $version{$as_of} + 1,
            mnav => 10 * $version{$as_of} + 2}, "its coefficients";
    }
    my $json = api("/api/coefficients?as_of=2026-01-03T12:00:00Z");
    is $json->{as_of}, "2026-01-03T12:00:00Z", "the time is repeated";
    is $json->{since}, "2026-01-03T10:00:00.500000Z", "since when";
    is $json->{until}, "2026-01-04T10:00:00.123456Z", "until when";
    is api("/api/coefficients?as_of=$json->{until}")->{model}{version}, 3, "that time's answer is the next one";
    is_deeply [@$json{qw(stale stale_reason)}], [undef, undef], "staleness is not judged in hindsight";
    ok exists $json->{stale}, "and says so";
    is $json->{last_updated}, "2026-01-03T00:00:00Z", "when it was fitted";
    is api("/api/coefficients?as_of=2026-01-06")->{until}, undef, "the last one answers still";
    my $r = $c->get("/api/coefficients?as_of=2026-01-02T09:59:59Z");
    is $r->{status}, 404, "before the first";
    like $r->{body}, qr/no active version at 2026-01-02T09:59:59Z yet/, "in words";
    for my $bad ("", "yesterday", "2026-13-01", "2026-01-03T25:00", "1", "2026-01-03T10:00:00Z'; DROP TABLE model --", "%00", "x" x 500) {
        my $uri = "/api/coefficients?as_of=" . Console::escape($bad);
        is $c->get($uri)->{status}, 422, "no time: " . substr $bad, 0, 30;
    }
    is $c->get("/api/coefficients?as_of=2026-01-06&model=none")->{status}, 404, "an unknown model";
    my $tag = $c->get("/api/coefficients?as_of=2026-01-06")->{headers}{etag}[0];
    is $c->get("/api/coefficients?as_of=2026-01-06", headers => {HTTP_IF_NONE_MATCH => $tag})->{status}, 304, "with a tag";
    is $c->get("/api/coefficients")->{body}, '{"coefficients":{"intercept":30,"btc_price":31,"mnav":32},'
        . '"last_updated":"2026-01-04T00:00:00Z","stale":false,"stale_reason":null,'
        . '"model":{"name":"mstr","version":3,"rows":1003,"r2":0.9,"rmse":20},"simulated":false}', "without a time it is as it was";
};

subtest "the API" => sub {
    is $c->get("/api/v1/models")->{status}, 401, "not for everybody";
    is $c->get("/api/v1/models/mstr")->{status}, 401, "nor is one of them";
    $c->login("vera");
    my $json = api("/api/v1/models");
    my $m = $json->{models}[0];
    is $json->{next}, undef, "all on one page";
    is_deeply [@$m{qw(name target method active newest newest_state shadow since)}],
        ["mstr", "MSTR", "ols", 3, 20, "retired", undef, "2026-01-05T10:00:00Z"], "a model";
    is_deeply $m->{live}, {state => "none", rows => 0, of => 10, rmse => undef, limit => 90}, "no live row yet";
    $c->sql("INSERT INTO model (name, title, target_id) SELECT 'a' || g, '<b>', min(i.id) FROM instrument i, generate_series(1, 3) g GROUP BY g");
    is_deeply [map { $_->{name} } @{api("/api/v1/models?limit=2")->{models}}], ["a1", "a2"], "two at a time";
    is api("/api/v1/models?limit=2")->{next}, "a2", "the edge";
    is_deeply [map { $_->{name} } @{api("/api/v1/models?limit=2&after=a2")->{models}}], ["a3", "mstr"], "the rest";
    is $c->get("/api/v1/models?limit=$_")->{status}, 422, "limit $_" for 0, -1, 101, "x";

    my $one = api("/api/v1/models/mstr?limit=5");
    is_deeply [map { $_->{version} } @{$one->{versions}}], [20, 19, 18, 17, 16], "the newest versions";
    is $one->{next}, 16, "there are older ones";
    is_deeply [map { $_->{version} } @{api("/api/v1/models/mstr?limit=16&before=16")->{versions}}], [reverse 1 .. 15], "which follow";
    is api("/api/v1/models/mstr?limit=16&before=16")->{next}, undef, "and end";
    is $one->{active}, 3, "the active one";
    is_deeply $one->{coefficients}, {intercept => 30, btc_price => 31, mnav => 32}, "its coefficients";
    is_deeply $one->{std_errors}, {intercept => 2.5, btc_price => undef, mnav => undef}, "and their errors";
    is_deeply $one->{spec}{inputs}[1], {name => "mnav", instrument => "MNAV", field => "close", transform => "none", lag => 0}, "an input";
    is_deeply [@{$one->{spec}}{qw(target interval intercept method lambda folds live_band)}],
        ["MSTR", "1d", JSON::PP::true, "ols", undef, 5, 3], "what it is to be";
    is_deeply $one->{versions}[0]{coefficients}, {intercept => 200, btc_price => 201, mnav => 202}, "of each version, too";
    is $one->{versions}[0]{scorecard}[0]{rule}, "<b>r2</b>", "and its scorecard";
    my $r = $c->get("/api/v1/models/mstr");
    is $c->get("/api/v1/models/mstr", headers => {HTTP_IF_NONE_MATCH => $r->{headers}{etag}[0]})->{status}, 304, "with a tag";
    is $c->get("/api/v1/models/" . Console::escape($_))->{status}, 404, "no model $_" for "none", "mstr'--", "../x", "\x{c3}\x{a4}";
    is $c->get("/api/v1/models/mstr?before=x")->{status}, 422, "not an edge";
    is $c->get("/api/v1/models/a1")->{status}, 200, "a model without versions";
    is_deeply api("/api/v1/models/a1")->{versions}, [], "has none";
};

subtest "activation by the API" => sub {
    is $c->post("/api/v1/models/mstr/activate", version => 2)->{status}, 403, "not by a viewer";
    $c->login("olga");
    is $c->post("/api/v1/models/mstr/activate")->{status}, 422, "which?";
    is $c->post("/api/v1/models/mstr/activate", version => 77)->{status}, 404, "no such version";
    is $c->post("/api/v1/models/none/activate", version => 1)->{status}, 404, "no such model";
    is $c->post("/api/v1/models/mstr/activate", version => 3)->{status}, 409, "the active one";
    is $c->post("/api/v1/models/mstr/activate", version => 4, why => "x")->{status}, 422, "a refused one";
    is $c->post("/api/v1/models/mstr/activate", version => 4, even_refused => "yes")->{status}, 422, "without a reason";
    is $c->post("/api/v1/models/mstr/activate", version => 2, why => "x" x 201)->{status}, 422, "a long reason";
    is $c->sql("SELECT version FROM model_version WHERE state = 'active'"), 3, "nothing changed";
    my $r = $c->post("/api/v1/models/mstr/activate", version => 4, why => "I know", even_refused => "yes");
    is $r->{status}, 200, "with everything";
    is decode_json($r->{body})->{active}, 4, "it answers";
    is api("/api/coefficients")->{model}{version}, 4, "at once";
    is $c->sql("SELECT who || ' ' || why || ' ' || how FROM model_activation ORDER BY id DESC LIMIT 1"), "olga I know chosen", "written down";
    is api("/api/coefficients?as_of=2026-01-06")->{model}{version}, 3, "what answered before stays known";
    is $c->post("/api/v1/models/mstr/activate", version => 3, why => "")->{status}, 200, "and back";
};

subtest "the page says whether to trust" => sub {
    $c->login("vera");
    my $page = $c->get("/models/mstr")->{body};
    like $page, qr/Version 3 is active; it was put back in place of the newer version 20\./, "the verdict";
    like $page, qr/No picture of the fit/, "without bars there is no picture";
    like $page, qr/None yet\. Each retraining measures/, "nor a live error";
    like $page, qr/&lt;b&gt;r2&lt;\/b&gt;/, "rules are text";
    like $page, qr/the inputs are well told apart/, "the condition in words";
    like $page, qr/far from zero/, "coefficients, too";
    unlike $page, qr/>Activate</, "a viewer chooses nothing";
    $c->sql("UPDATE model_version SET state = 'retired' WHERE version = 20;
             UPDATE model_version SET state = 'shadow', shadow_rows = 20 WHERE version = 20;
             INSERT INTO model_error SELECT id, '2026-02-01'::timestamptz + g * interval '1 day', 100 + g, 95 FROM model_version,
                 generate_series(0, 11) g WHERE version = 3;
             INSERT INTO model_error SELECT id, '2026-02-01'::timestamptz + g * interval '1 day', 100, 101 FROM model_version,
                 generate_series(0, 3) g WHERE version = 20;
             INSERT INTO model_fold SELECT id, g, 500, '2020-01-02', '2023-01-01', 50, '2023-01-02', '2023-04-01',
                 CASE WHEN g <> 2 THEN 10 + g END, 0.5 FROM model_version, generate_series(1, 3) g WHERE version = 20");
    $page = $c->get("/models/mstr")->{body};
    like $page, qr/Version 3 is active since [^;]+; its live error is inside its band; version 20 is watched in shadow/,
        "with live errors and a shadow";
    like $page, qr/4 of 20 rows so far, 16 to go/, "how long the shadow has to go";
    like $page, qr/Version 3 is off by 11\.85\d* USD \(RMSE\) over the last 10 live rows; its band ends at 90\.00 USD/, "the live error";
    like $page, qr/p-live-picture-title/, "drawn";
    like $page, qr/p-folds-picture-title/, "and the folds";
    like $page, qr/data-label="RMSE">–</, "a fold without a fit has no error";
    $c->sql("UPDATE model_error SET actual = -100 WHERE version_id = (SELECT id FROM model_version WHERE version = 3)");
    like $c->get("/models/mstr")->{body}, qr/Version 3 is active, but its live error has left its band/, "out of the band";
    like $c->get("/models")->{body}, qr/Version 3 is active, but its live error has left its band/, "the list says so, too";
    is api("/api/v1/models")->{models}[0]{name}, "a1", "and programs";
    is api("/api/v1/models/mstr")->{live}{state}, "outside", "hear of it";
    is_deeply api("/api/v1/models/mstr")->{shadow}, {version => 20, rows => 4, of => 20}, "and of the shadow";
    is scalar @{api("/api/v1/models/mstr")->{folds}}, 3, "and of the folds";
    like $c->get("/models/a1")->{body}, qr/Not fitted yet/, "a model without anything";
    is $c->get("/models/none")->{status}, 404, "and one that is not";
};

subtest "versions page by page" => sub {
    my $page = $c->get("/models/mstr")->{body};
    like $page, qr/before=6#versions/, "there are older ones";
    my $older = $c->get("/models/mstr?before=6")->{body};
    is_deeply [$older =~ s/.*id="versions"//sr =~ /<tr><th scope="row">(\d+)<\/th>/g], [5, 4, 3, 2, 1], "they follow";
    like $older, qr/← Newest/, "and lead back";
    like $older, qr/Version 3 is active/, "the verdict stays";
    is $c->get("/models/mstr?before=$_")->{status}, 200, "a strange edge: $_" for "x", -1, "1e9", "99999999999999999999";
};

subtest "the page of a time" => sub {
    my $page = $c->get("/models/mstr?as_of=2026-01-03T12:00:00Z")->{body};
    like $page, qr/Version 2 answered at 2026-01-03T12:00:00Z/, "the version";
    like $page, qr/>20</, "its coefficients";
    like $page, qr/it passed the gate/, "why";
    like $c->get("/models/mstr?as_of=2026-01-05T09:00")->{body}, qr/Version 3 answered/, "without a zone";
    $c->sql("UPDATE app_user SET time_zone = 'Asia/Tokyo' WHERE name = 'vera'");
    like $c->get("/models/mstr?as_of=2026-01-03T18:59")->{body}, qr/Version 1 answered/, "by the visitor's clocks";
    like $c->get("/models/mstr?as_of=2026-01-03T19:01")->{body}, qr/Version 2 answered/, "nine hours ahead";
    like $c->get("/models/mstr?as_of=2026-01-03T10:00:01Z")->{body}, qr/Version 2 answered/, "unless it names its zone";
    like $c->get("/models/mstr?as_of=2025-01-01")->{body}, qr/No version was active at 2025-01-01 yet/, "before all";
    my $r = $c->get("/models/mstr?as_of=%3Cb%3Esoon");
    is $r->{status}, 422, "no time";
    like $r->{body}, qr/id="as_of-error"/, "is said beside the field";
    like $r->{body}, qr/value="&lt;b&gt;soon"/, "and kept as text";
    is $c->get("/models/mstr?as_of=")->{status}, 200, "nothing typed";
};

subtest "a former version is one click away" => sub {
    $c->login("olga");
    $c->sql("UPDATE model_version SET state = 'refused' WHERE version = 4");
    my $page = $c->get("/models/mstr?before=6")->{body};
    like $page, qr{>Activate<span class="visually-hidden"> version 2</span></button>}, "a button names its version";
    like $page, qr{ version 4</span>, though refused<}, "and what it overrides";
    is $c->post("/models/mstr/activate", version => 2)->{status}, 303, "no reason is needed";
    is $c->sql("SELECT version FROM model_version WHERE state = 'active'"), 2, "it answers";
    like $c->get("/models/mstr")->{body}, qr/chosen/, "the history says how it came so";
    my $r = $c->post("/models/mstr/activate", version => 4, why => "");
    is $r->{status}, 422, "a refused one needs a reason";
    like $r->{body}, qr/A reason is needed to take version 4/, "which is said";
    is $c->post("/models/mstr/activate", version => 4, why => "<b>trust</b> me")->{status}, 303, "with one it is taken";
    like $c->get("/models/mstr")->{body}, qr/&lt;b&gt;trust&lt;\/b&gt; me/, "and the reason is text";
};

subtest "a model is added by a form" => sub {
    my @good = (name => "wti-model", title => "", target => "WTI", inputs => "b=BRENT\r\n\r\n  HENRY-HUB:log:lag1  \r\n", interval => "1d",
        intercept => "yes", method => "ols", lambda => "", window => "", min_rows => "300");
    my $n = $c->sql("SELECT count(*) FROM model");
    sub with {
        my ($set, @form) = @_;
        my %form = (@form, %$set);
        return map { $_ => $form{$_} } sort keys %form;
    }
    like $c->get("/models")->{body}, qr/<form class="form" method="post" action="\/models"/, "an operator has one";
    for my $case (["name", "Wrong name"], ["name", "mstr"], ["target", ""], ["target", "WTI:rsi_14"], ["target", "NONE"],
                  ["inputs", ""], ["inputs", "BRENT:x"], ["inputs", "WTI"], ["inputs", "BRENT\nBRENT"], ["inputs", "NONE"],
                  ["method", "magic"], ["lambda", "1"], ["window", "3x"], ["min_rows", "3"], ["holdout", "0.9"], ["folds", "51"],
                  ["live_band", "0.5"], ["min_rows", "<b>"]) {
        my ($field, $value) = @$case;
        my $r = $c->post("/models", with({$field => $value}, @good));
        is $r->{status}, 422, "$field $value";
        like $r->{body}, qr/id="$field-error"/, "... is said beside the field";
        like $r->{body}, qr/<details class="card more" open>/, "... of the open form";
        like $r->{body}, qr/HENRY-HUB:log:lag1/, "... which keeps the rest" unless $field eq "inputs";
    }
    like $c->post("/models", with({min_rows => "<b>"}, @good))->{body}, qr/value="&lt;b&gt;"/, "what was typed is text";
    is $c->post("/models", with({interval => "7d"}, @good))->{status}, 422, "no such interval";
    is $c->sql("SELECT count(*) FROM model"), $n, "nothing was added";
    my $r = $c->post("/models", @good);
    is $r->{status}, 303, "a good one";
    is $r->{location}, "/models/wti-model", "leads to its page";
    is $c->sql("SELECT string_agg(n.name || ' ' || n.transform || ' ' || n.lag, ', ' ORDER BY position) FROM model m
                  JOIN model_input n ON n.model_id = m.id WHERE m.name = 'wti-model' AND min_rows = 300"),
        "b none 0, henry_hub_log_lag1 log 1", "as it was written";
    is $c->sql("SELECT who || ' ' || action FROM audit_log ORDER BY id DESC LIMIT 1"), "olga model.add", "and audited";
    like $c->get("/models/wti-model")->{body}, qr/No version yet/, "it waits for the next run";
    like $c->get("/models/wti-model")->{body},
        qr{action="/models/wti-model/switch">.*>Stop retraining wti-model</button>}, "a button stops it";
    is $c->post("/models/wti-model/switch", enabled => "no")->{status}, 303, "it is switched off";
    like $c->get("/models/wti-model")->{body}, qr/>Retrain wti-model with every run again</, "another starts it";
    is $c->sql("SELECT enabled FROM model WHERE name = 'wti-model'"), "f", "so it is";
    is $c->post("/models/wti-model/switch", enabled => "no")->{status}, 409, "once";
    like $c->get("/models")->{body}, qr/It is switched off: nothing is retrained/, "the list says so";
    is $c->post("/models/none/switch", enabled => "yes")->{status}, 404, "no such model";
    is $c->post("/models/wti-model/switch", enabled => "yes")->{status}, 303, "and on again";
    $c->login("vera");
    unlike $c->get("/models")->{body}, qr/Add a model/, "a viewer has no form";
    is $c->post("/models", @good)->{status}, 403, "and may not";
    is $c->post("/models/wti-model/switch", enabled => "no")->{status}, 403, "nor switch";
};

done_testing;
