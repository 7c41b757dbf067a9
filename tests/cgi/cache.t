#!/usr/bin/perl
# The page cache: a page is kept while nothing changes and never a moment
# longer. Whether a page was rendered anew shows in the database: rendering
# the overview asks its queries, a kept page asks for the session only.
use strict;
use warnings;
use Test::More;
use lib "tests/lib";
use Console;

# What is kept is kept until anybody in the cluster commits anything, so tests
# beside this one would spoil it: it runs in a cluster of its own.
Console::skip_unless_ready();
exec "scripts/test-db", "run", "env", "QM_TEST_ALONE=yes", $^X, $0 unless $ENV{QM_TEST_ALONE};
my $c = Console->new(QM_NOW => "2026-02-01T00:00:00Z");
$c->add_user("vera", "viewer");
$c->add_user("anna", "admin");

# A page's time to settle: the minute must not end in the middle.
sub settle {
    my $left = 60 - time % 60;
    sleep $left + 1 if $left < 5;
}

# The session query touches `session` once for every request; the overview's
# queries touch `model`. Sequential and index scans of a table count both.
sub scans {
    $c->sql("SELECT pg_stat_force_next_flush()");
    select undef, undef, undef, 1.1; # let the console's backend flush
    $c->get("/login", no_cookies => 1); # and give it the occasion
    select undef, undef, undef, 0.1;
    return $c->sql("SELECT coalesce(sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)), 0) FROM pg_stat_user_tables
                     WHERE relname IN ('model', 'schedule')");
}

settle();
$c->login("vera");
my $first = $c->get("/");
is $first->{status}, 200, "the overview";
my ($rendered, $same, $now);
for (1 .. 5) { # the server's own analysis of a table is a commit too
    $c->get("/");
    $rendered = scans();
    $same = $c->get("/");
    last if ($now = scans()) == $rendered;
}
is $same->{body}, $first->{body}, "asked again it is the same";
is $now, $rendered, "and was not made anew";

# Any commit by anybody makes it anew.
$c->sql("UPDATE instrument SET title = 'Bitcoin, renamed' WHERE symbol = 'BTC-USD'");
$c->get("/");
cmp_ok scans(), ">", $rendered, "after a change it is made anew";
$c->sql("INSERT INTO run (mode, trigger, requested_by, lane, steps, state, started_at, finished_at, error)
         VALUES ('incremental', 'cli', 'x', 0, '{fetch}', 'failed', now(), now(), 'the unmistakable error')");
like $c->get("/")->{body}, qr/the unmistakable error|[Ff]ailed/, "and shows the change at once";
for my $n (1 .. 20) {
    $c->sql("UPDATE app_user SET name = 'vera$n' WHERE name LIKE 'vera%'");
    my $body = $c->get("/")->{body};
    like $body, qr/Account of <\/span>vera$n</, "never stale, $n";
}

# A change that is still under way is not seen, its commit is.
my $pid = open my $psql, "|-", "psql", "-XAtq", "-h", $c->{host}, "-U", "postgres", "-d", $c->{db} or die;
$psql->autoflush(1);
print $psql "BEGIN; UPDATE app_user SET name = 'late' WHERE name LIKE 'vera%';\n";
for (1 .. 100) {
    last if $c->sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'");
    select undef, undef, undef, 0.05;
}
like $c->get("/")->{body}, qr/vera20/, "before a commit";
like $c->get("/")->{body}, qr/vera20/, "and from the cache";
print $psql "COMMIT;\n";
close $psql;
like $c->get("/")->{body}, qr/Account of <\/span>late</, "after it";

# Nothing leaks from one visitor to the next.
my $anna = $c->visitor;
$anna->login("anna");
$anna->get("/");
my $mine = $c->get("/")->{body};
my $hers = $anna->get("/")->{body};
like $hers, qr/Account of <\/span>anna/, "each visitor gets the own page";
like $mine, qr/Account of <\/span>late/, "also from the cache";
like $hers, qr{href="/users"}, "with what the role allows";
unlike $mine, qr{href="/users"}, "and no more";
my ($my_token) = $mine =~ /name="csrf" value="([^"]+)"/;
my ($her_token) = $hers =~ /name="csrf" value="([^"]+)"/;
isnt $my_token, $her_token, "and the own token";
my $second = $c->visitor;
$second->login("late");
isnt $second->{csrf}, $my_token, "two sessions of one user have two tokens";
is $c->post("/account/zone", zone => "UTC")->{status}, 303, "which still work";
like $c->get("/")->{body}, qr/The time zone is saved/, "a sentence after a redirect is shown";
unlike $c->get("/")->{body}, qr/The time zone is saved/, "once, and not kept";
unlike $anna->get("/")->{body}, qr/The time zone is saved/, "nor shown to others";
$c->get("/");
$c->post("/logout");
is $c->get("/")->{status}, 303, "who has logged out gets nothing from the cache";
$anna->get("/");
$c->sql("DELETE FROM session");
is $anna->get("/")->{status}, 303, "nor who was logged out";

# Different addresses are different pages.
$anna->login("anna");
isnt $anna->get("/runs?state=failed")->{body}, $anna->get("/runs?state=queued")->{body}, "the query counts";

# Bounded: many visitors' pages do not grow the process without end.
my @visitors = map { my $v = $c->visitor; $v->login("anna"); $v } 1 .. 3;
for my $round (1 .. 40) {
    $visitors[$round % 3]->get("/?round=$round");
}
my $child = `pgrep -P $c->{pid}` || $c->{pid};
chomp $child;
open my $status, "<", "/proc/$child/status" or die;
my ($rss) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$status>;
SKIP: {
    skip "a sanitizer's memory is not ours", 1 if ($ENV{QM_BIN} // "") =~ /asan/;
    cmp_ok $rss, "<=", 16 * 1024, "resident memory is within 16 MiB ($rss KiB)";
}
done_testing;
