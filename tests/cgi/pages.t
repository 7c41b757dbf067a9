#!/usr/bin/perl
# Runs, trigger, models and instruments: filters and forms with good values,
# wrong ones and hostile ones; CSV; what a viewer may not do.
use strict;
use warnings;
use lib "tests/lib";
use Console;
use File::Temp qw(tempdir);
use POSIX qw(mkfifo O_RDONLY O_NONBLOCK);
use Fcntl;
use Test::More;

Console::skip_unless_ready();
my $fifo = tempdir(CLEANUP => 1) . "/wake";
mkfifo($fifo, 0600) or die "mkfifo: $!";
my $c = Console->new(QM_WAKE_FIFO => $fifo, QM_NOW => "2026-02-02T12:00:00Z");
$c->add_user("ann", "operator");
$c->add_user("vic", "viewer");
$c->login("ann");

my $evil = q(<script>alert(1)</script>' OR 1=1 --);
my $evil_url = "%3Cscript%3Ealert(1)%3C/script%3E%27%20OR%201=1%20--";

sub n_runs { $c->sql("SELECT count(*) FROM run") }

# One that ended, of some columns.
sub run_made {
    my (%v) = @_;
    my %all = (mode => "'incremental'", trigger => "'cli'", requested_by => "'x'", lane => 0, steps => "'{fetch}'",
               state => "'succeeded'", started_at => "now()", finished_at => "now() + interval '2 s'", %v);
    my @k = sort keys %all;
    return $c->sql("INSERT INTO run (" . join(",", @k) . ") VALUES (" . join(",", @all{@k}) . ") RETURNING id");
}

subtest "the list of runs is filtered by its address" => sub {
    my $cli = run_made();
    my $failed = run_made(state => "'timed_out'", trigger => "'console'", mode => "'full_refresh'",
                          requested_by => "'bob'", error => q('it took "too, long"'));
    my $old = run_made(queued_at => "'2025-06-01T10:00Z'", state => "'failed'", requested_by => "'o,ld'");
    my $one = run_made(instruments => "(SELECT array_agg(id) FROM instrument WHERE symbol = 'WTI')");
    my $ids = sub {
        my $r = $c->get("/runs.csv?" . shift);
        is($r->{status}, 200, "CSV");
        return [map { (split /,/)[0] } grep { !/^id,/ } split /\r\n/, $r->{body}];
    };
    is_deeply($ids->(""), [$one, $old, $failed, $cli], "all, newest first");
    is_deeply($ids->("state=failed"), [$old, $failed], "timed out is a failure");
    is_deeply($ids->("trigger=console"), [$failed], "trigger");
    is_deeply($ids->("mode=full_refresh"), [$failed], "mode");
    is_deeply($ids->("instrument=WTI&state=succeeded"), [$one, $cli], "one of its instruments, or of all");
    is_deeply($ids->("instrument=AAPL&state=succeeded"), [$cli], "not one of others");
    is_deeply($ids->("from=2025-06-01&to=2025-06-01"), [$old], "both days are included");
    is_deeply($ids->("to=2025-05-31"), [], "nothing before");
    my $csv = $c->get("/runs.csv")->{body};
    like($csv, qr/^id,state,trigger,mode,requested_by,queued_at,/, "a heading");
    like($csv, qr/,"o,ld",2025-06-01T10:00:00Z,/, "a comma is quoted, times are ISO");
    like($csv, qr/,"it took ""too, long"""\r\n/, "quotes are doubled");
    my $page = $c->get("/runs?state=failed&from=2025-01-01")->{body};
    like($page, qr/<option value="failed" selected>/, "the filter is shown");
    like($page, qr{href="/runs\.csv\?state=failed&amp;from=2025-01-01"}, "its CSV is of the same");
    like($page, qr{<a[^>]*href="/runs/$failed"}, "the run is there");
    like($page, qr/timed out/, "with its reason");
    like($c->get("/runs?state=cancelled")->{body}, qr/No run matches this filter/, "an empty one says so");
};

subtest "pages of runs hang together" => sub {
    $c->sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, state) SELECT 'backfill', 'api', 'x', 2, "
          . "'{fetch}', 'succeeded' FROM generate_series(1, 95)");
    my (@seen, $next);
    my $ids = sub { my @all = $_[0] =~ m{<a class="cell-link" href="/runs/(\d+)"}g; @all };
    my $url = "/runs?mode=backfill";
    my $pages = 0;
    my @back;
    while ($url && $pages++ < 10) {
        my $body = $c->get($url)->{body};
        push @seen, $ids->($body);
        push @back, [$ids->($body)];
        ($next) = $body =~ m{href="([^"]+)" rel="next"};
        $url = $next && $next =~ s/&amp;/&/gr;
        if (!$url) {
            my ($newer) = $body =~ m{href="([^"]+)" rel="prev"};
            is_deeply([$ids->($c->get($newer =~ s/&amp;/&/gr)->{body})], $back[-2], "back to the page before");
        }
    }
    is($pages, 3, "three pages");
    is(scalar @seen, 95, "every run");
    is_deeply(\@seen, [sort { $b <=> $a } @seen], "once each, newest first");
    unlike($c->get("/runs?mode=backfill")->{body}, qr/rel="prev"/, "nothing is newer than the first page");
};

subtest "hostile and wrong filters are refused in words" => sub {
    for my $q ("state=$evil_url", "trigger=$evil_url", "mode=x", "instrument=$evil_url", "from=$evil_url", "to=2026-02-30", "from=2026-02-02&to=2026-01-01",
               "from=" . "9" x 900) {
        my $r = $c->get("/runs?$q");
        is($r->{status}, 422, substr $q, 0, 40);
        unlike($r->{body}, qr/<script>alert/, "nothing of it is markup");
    like($r->{body}, qr/id="errors"/, "with a summary");
        is($c->get("/runs.csv?$q")->{status}, 422, "nor is there a CSV");
    }
    is($c->get("/runs?before=$evil_url&after=-5")->{status}, 200, "an unreadable place is the first page");
    is($c->get("/runs/$_")->{status}, 404, "/runs/$_") for "0", "-1", "x", "99999999999999999999", $evil_url;
};

subtest "a run is triggered, and its worker woken" => sub {
    sysopen(my $pipe, $fifo, O_RDONLY | O_NONBLOCK) or die "fifo: $!";
    my $r = $c->post("/trigger", mode => "backfill", from => "2026-01-05", to => "2026-01-09", instrument => "WTI",
                     instrument => "BRENT", step => "fetch", reason => $evil);
    is($r->{status}, 303, "redirects");
    my ($id) = $r->{head} =~ m{^location: /runs/(\d+)\r?$}im;
    ok($id, "to the run");
    is($c->sql("SELECT requested_by || ' ' || trigger || ' ' || mode || ' ' || steps::text || ' ' || array_length(instruments, 1) "
             . "FROM run WHERE id = $id"), "ann console backfill {fetch} 2", "which is as asked");
    is($c->sql("SELECT reason FROM run WHERE id = $id"), $evil, "with its reason as typed");
    is(sysread($pipe, my $byte, 10), 1, "one byte woke the worker");
    my $page = $c->get("/runs/$id")->{body};
    like($page, qr/&lt;script&gt;alert/, "which the page shows as text");
    unlike($page, qr/<script>alert/, "not as markup");
    like($page, qr/http-equiv="refresh"/, "it asks again by itself while the run is not over");
    like($page, qr{href="/trigger\?mode=backfill&amp;instrument=BRENT&amp;instrument=WTI&amp;step=fetch&amp;from=2026-01-05&amp;to=2026-01-09"},
         "and offers the same again");
    is($c->post("/runs/$id/cancel")->{status}, 303, "it is cancelled");
    is($c->sql("SELECT state || ' ' || cancel_by FROM run WHERE id = $id"), "cancelled ann", "by whom");
    is($c->post("/runs/$id/cancel")->{status}, 409, "once");
    like($c->get("/runs/$id")->{body}, qr/>Retry from the first step</, "and can be tried again");
    my $good = run_made();
    unlike($c->get("/runs/$good")->{body}, qr/>Retry/, "not so one that succeeded");
    is($c->post("/runs/$good/retry")->{status}, 409, "also when asked");
    close $pipe;
    is($c->post("/trigger", mode => "incremental")->{status}, 303, "nobody listens at the FIFO: the run is queued all the same");
};

subtest "a wrong form comes back as it was typed" => sub {
    my $before = n_runs();
    my @wrong = (
        ["mode", mode => "sideways"],
        ["from", mode => "backfill", to => "2026-01-09"],
        ["to", mode => "backfill", from => "2026-01-09"],
        ["from", mode => "backfill", from => "2026-01-09", to => "2026-01-01"],
        ["from", mode => "backfill", from => $evil, to => "2026-01-01"],
        ["from", mode => "incremental", from => "2026-01-01"],
        ["instrument", mode => "incremental", instrument => "NOSUCH"],
        ["instrument", mode => "incremental", instrument => $evil],
        ["step", mode => "incremental", step => "dance"],
        ["reason", mode => "incremental", reason => "x" x 201],
    );
    for (@wrong) {
        my ($field, @form) = @$_;
        my $r = $c->post("/trigger", @form);
        is($r->{status}, 422, "$field: " . substr("@form", 0, 50));
        like($r->{body}, qr/href="#f-$field"/, "named in the summary");
        like($r->{body}, qr/id="f-$field"/, "which leads to the field");
        unlike($r->{body}, qr/<script>alert/, "nothing of it is markup");
    }
    my $r = $c->post("/trigger", mode => "backfill", from => "2026-01-09", instrument => "MSTR", step => "process",
                     reason => "my \"reason\"");
    like($r->{body}, qr/value="backfill" checked/, "mode is kept");
    like($r->{body}, qr/name="from" type="date" value="2026-01-09"/, "dates are kept");
    like($r->{body}, qr/value="MSTR" checked/, "instruments are kept");
    like($r->{body}, qr/value="process" checked/, "steps are kept");
    like($r->{body}, qr/value="my &quot;reason&quot;"/, "the reason is kept");
    is(n_runs(), $before, "nothing was queued");
    is($c->post("/trigger", mode => "incremental", csrf => "wrong")->{status}, 403, "nor without the token");
    is(n_runs(), $before, "still nothing");
};

subtest "the forecast is of what the address says" => sub {
    like($c->get("/trigger?instrument=WTI")->{body}, qr/1 source, about 1 request/, "one source");
    like($c->get("/trigger?instrument=wti,brent%20mstr")->{body}, qr/3 sources, about/, "symbols typed in one text");
    like($c->get("/trigger")->{body}, qr/10 sources, about \d+ requests/, "all");
    like($c->get("/trigger?step=retrain")->{body}, qr/nothing is fetched/, "none");
    my $r = $c->get("/trigger?instrument=MSTRR");
    is($r->{status}, 422, "an unknown symbol");
    like($r->{body}, qr/MSTR\b/, "suggests a known one");
};

subtest "models: what is chosen is named, why is asked" => sub {
    like($c->get("/models/mstr")->{body}, qr/No version yet/, "empty at first");
    is($c->get("/models/$evil_url")->{status}, 404, "a model that is not");
    $c->sql("INSERT INTO model_version (model_id, version, state, fitted_at, rows, first_ts, last_ts, fingerprint, r2, rmse, "
          . "condition, holdout_rows, holdout_r2, holdout_rmse, scorecard) SELECT id, g, (ARRAY['retired', 'active', 'refused'])[g], "
          . "now(), 1000, now(), now(), g::text, 0.9, 20, 8, 200, 0.8, 30, "
          . "'[{\"rule\": \"<b>r2</b>\", \"value\": 0.8, \"limit\": 0.5, \"passed\": true, \"words\": \"fine\"}]' "
          . "FROM model, generate_series(1, 3) g");
    $c->sql("INSERT INTO coefficient SELECT id, 0, 'intercept', -1.5, 0.5 FROM model_version");
    my $page = $c->get("/models/mstr")->{body};
    like($page, qr/Version 2 is active; the newer version 3 was refused/, "the verdict");
    like($page, qr/&lt;b&gt;r2&lt;\/b&gt;/, "rules are text");
    like($page, qr{>Activate<span class="visually-hidden"> version 1</span></button>}, "a button names its version");
    like($page, qr{ version 3</span>, though refused<}, "and what it overrides");
    unlike($page, qr/>Activate<[^>]*> version 2/, "the active one has none");
    unlike($page, qr/Stale:/, "and it is not stale");
    $c->sql("UPDATE model_version SET last_ts = '2020-01-02' WHERE version = 2");
    like($c->get("/models/mstr")->{body}, qr/Stale: fitted on data up to [-0-9]{10}; that of [-0-9]{10} is overdue\./,
        "an old one says so, and why");
    my $r = $c->post("/models/mstr/activate", version => 3, why => " ");
    is($r->{status}, 422, "a refused one without a reason");
    like($r->{body}, qr/A reason is needed to take version 3/, "is asked for one");
    like($r->{body}, qr/Version 2 is active/, "nothing changed");
    is($c->post("/models/mstr/activate", version => "1; DROP TABLE model", why => "x")->{status}, 422, "not a version");
    is($c->post("/models/mstr/activate", version => 77, why => "x")->{status}, 404, "a version that is not");
    is($c->post("/models/mstr/activate", version => 2, why => "x")->{status}, 409, "the active one");
    is($c->post("/models/mstr/activate", version => 1, why => "ä" x 201)->{status}, 422, "201 are too many");
    is($c->post("/models/mstr/activate", version => 1, why => "ä" x 200)->{status}, 303, "200 characters are enough");
    is($c->sql("SELECT version FROM model_version WHERE state = 'active'"), 1, "it is active");
    is($c->sql("SELECT who FROM audit_log WHERE action LIKE 'model.%' ORDER BY id DESC LIMIT 1"), "ann", "and audited");
};

subtest "instruments page by page" => sub {
    $c->sql("INSERT INTO instrument (symbol, title, kind, calendar) SELECT 'T' || lpad(g::text, 4, '0'), '<i>t</i>', 'stock', 'NYSE' "
          . "FROM generate_series(1, 120) g");
    my $page = $c->get("/instruments")->{body};
    like($page, qr/rel="next"/, "there are more");
    unlike($page, qr/<i>t<\/i>/, "titles are text");
    my ($next) = $page =~ m{href="([^"]+)" rel="next"};
    like($c->get($next)->{body}, qr/← First/, "the next page leads back");
    like($c->get("/trigger")->{body}, qr/<textarea/, "so many instruments are typed, not ticked");
    like($c->get("/trigger?instrument=T0001%20T0002")->{body}, qr/>T0001 T0002<\/textarea>/, "and kept as typed");
    is($c->get("/instruments?after=$evil_url")->{status}, 200, "an odd place is a place");
};

subtest "the overview says what needs a person" => sub {
    $c->sql("DELETE FROM run WHERE state IN ('queued', 'running')");
    my $bad = run_made(state => "'failed'", error => "'no \"key\" <there>'", queued_at => "now() + interval '1 s'");
    my $page = $c->get("/")->{body};
    like($page, qr/Run $bad failed; \d+ sources have no data/, "verdict");
    like($page, qr/<title>✗ 1 failed · Overview/, "the tab shows trouble");
    like($page, qr{action="/runs/$bad/retry"}, "a button mends it");
    like($page, qr/no &quot;key&quot; &lt;there&gt;/, "the error in words");
    $c->sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, queued_at, not_before) VALUES ('incremental', 'cli', "
          . "'x', 0, '{fetch}', now() - interval '2 min', now() - interval '2 min')");
    $page = $c->get("/")->{body};
    like($page, qr/waits and no worker takes it/, "nobody works");
    like($page, qr/quotemill work/, "and how to mend that");
    $c->sql("UPDATE run SET state = 'running', started_at = now(), heartbeat_at = now() WHERE state = 'queued'");
    unlike($c->get("/")->{body}, qr/no worker/, "somebody does");
    $c->sql("UPDATE run SET state = 'succeeded', finished_at = now() WHERE state = 'running'");
    $page = $c->get("/")->{body};
    like($page, qr/Everything ran; \d+ sources have no data/, "made good by a later run of everything");
    like($page, qr{href="/trigger\?instrument=}, "sources without data can be fetched");
};

subtest "simulated rows are labelled wherever they show" => sub {
    my @pages = ("/", "/models", "/models/mstr", "/instruments");
    unlike($c->get($_)->{body}, qr/Simulated data/, "$_: nothing is simulated yet") for @pages;
    $c->sql("INSERT INTO load (instrument_id, interval_s, kind, request, simulated, state) "
          . "SELECT id, 86400, 'provider', '/', true, 'stored' FROM instrument LIMIT 1");
    like($c->get($_)->{body}, qr/Simulated data/, "$_: now it is") for @pages;
    my $run = run_made(simulated => "true");
    like($c->get("/runs/$run")->{body}, qr/Simulated data/, "its run");
};

subtest "a viewer looks and changes nothing" => sub {
    my $before = n_runs();
    my $failed = run_made(state => "'failed'");
    $c->login("vic");
    is($c->get($_)->{status}, 200, $_) for "/", "/runs", "/runs.csv", "/runs/$failed", "/models", "/models/mstr", "/instruments";
    is($c->get("/trigger")->{status}, 403, "/trigger");
    unlike($c->get("/")->{body}, qr{action="/runs/}, "no button on the overview");
    unlike($c->get("/runs/$failed")->{body}, qr{action="/runs/|/trigger}, "none on the run");
    unlike($c->get("/models/mstr")->{body}, qr/>Activate</, "none on the model");
    is($c->post("/trigger", mode => "incremental")->{status}, 403, "trigger");
    is($c->post("/runs/$failed/$_")->{status}, 403, $_) for "cancel", "retry";
    is($c->post("/models/mstr/activate", version => 2, why => "x")->{status}, 403, "activate");
    is(n_runs(), $before + 1, "nothing was queued");
};

done_testing;
