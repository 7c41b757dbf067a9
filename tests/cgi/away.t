#!/usr/bin/perl
# The database goes away and comes back, under a console that keeps running.
use strict;
use warnings;
use Test::More;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new;
$c->add_user("vera", "viewer");
$c->login("vera");

sub kick { $c->sql_in("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$c->{db}'") }

sub allow { $c->sql_in("postgres", "ALTER DATABASE $c->{db} ALLOW_CONNECTIONS $_[0]") }

# A connection that broke while nobody used it.
is $c->get("/runs")->{status}, 200, "a page";
kick();
is $c->get("/runs")->{status}, 200, "after a restart of the server nobody notices";
kick();
is $c->post("/account/zone", zone => "Europe/Paris")->{status}, 303, "nor does a form";
is $c->sql("SELECT time_zone FROM app_user"), "Europe/Paris", "which is done";

# Away.
allow("false");
kick();
my $r = $c->get("/runs");
is $r->{status}, 503, "a page while it is away";
is $r->{headers}{"retry-after"}[0], 5, "says when to come again";
is $r->{headers}{refresh}[0], 5, "and does so by itself";
like $r->{body}, qr/The database cannot be reached right now\. This page asks again by itself/, "in words";
unlike $r->{body}, qr/FATAL|libpq|socket|qm_cgi/, "without the server's own";
$r = $c->post("/account/zone", zone => "Europe/London");
is $r->{status}, 503, "a form";
ok !$r->{headers}{refresh}, "is not sent again by itself";
like $r->{body}, qr/look before you send it again/, "and says so";
$r = $c->get("/api/v1/status");
is $r->{status}, 503, "the API";
is $r->{headers}{"content-type"}[0], "application/problem+json", "in JSON";
is $c->get("/api/coefficients")->{status}, 503, "public answers too";
is $c->get("/live-auth")->{status}, 503, "live updates are not let through";
is $c->get("/healthz")->{status}, 200, "the process itself is well";
$r = $c->get("/readyz");
is $r->{status}, 503, "but not ready";
like $r->{body}, qr/"database":\{"status":"down","detail":"cannot be reached"\}/, "naming what is missing";
is $c->get("/login")->{status}, 200, "the login page is there";
is $c->post("/login", name => "vera", password => "x" x 10)->{status}, 503, "but cannot be used";
is $c->get("/nowhere")->{status}, 404, "an unknown address stays unknown";

# Back.
allow("true");
is $c->get("/runs")->{status}, 200, "when it is back, pages are";
is $c->sql("SELECT time_zone FROM app_user"), "Europe/Paris", "nothing was changed meanwhile";
is $c->post("/account/zone", zone => "Europe/London")->{status}, 303, "and forms work again";
like $c->log_text, qr/<4>request\.unavailable method=GET path="\/runs"/, "the log tells";
unlike $c->log_text, qr/request\.failed/, "and nothing failed otherwise";

# Started while the database is away.
$c->stop;
allow("false");
kick();
$c->start;
is $c->get("/runs")->{status}, 503, "a console that starts first";
allow("true");
is $c->get("/runs")->{status}, 200, "finds the database later";
done_testing;
