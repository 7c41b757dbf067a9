#!/usr/bin/perl
# What the dispatcher checks before any handler: every route, signed out and
# with each role; methods; CSRF; sizes; headers.
use strict;
use warnings;
use Test::More;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new;
$c->add_user($_->[0], $_->[1]) for ["vera", "viewer"], ["olaf", "operator"], ["anna", "admin"];

my @routes;
open my $def, "<", "cgi/routes.def" or die;
while (<$def>) {
    push @routes, {kind => $1, method => $2, path => $3, role => lc $4, template => $5 // "NULL"}
        if /^(ROUTE|CACHED|BARE|JSON)\((\w+),\s*"([^"]+)",\s*ROLE_(\w+),\s*\w+(?:,\s*(\S+))?\)/;
}
cmp_ok scalar @routes, ">", 20, "routes are read";

sub path_of { my $p = shift->{path}; $p =~ s/\{id\}/999999/; $p =~ s/\{\w+\}/none/; return $p }
sub is_api { my $r = shift; return $r->{path} =~ m{^/api/} || $r->{method} eq "GET" && $r->{template} eq "NULL" }

# Signed out.
for my $r (grep { $_->{role} ne "none" } @routes) {
    my $path = path_of($r);
    my $got = $c->request($r->{method}, $path);
    if ($r->{method} eq "GET" && !is_api($r)) {
        is $got->{status}, 303, "GET $path signed out leads to the login";
        my $next = $path eq "/" ? "" : "?next=" . Console::escape($path);
        is $got->{location}, "/login$next", "... and back to $path";
    } else {
        is $got->{status}, 401, "$r->{method} $path signed out is refused";
        like $got->{headers}{"content-type"}[0], is_api($r) ? qr{^application/problem\+json} : qr{^text/html},
            "... in the caller's language";
    }
}

# Each role against each route that needs another; a POST without its token.
my %rank = (none => 0, viewer => 1, operator => 2, admin => 3);
for my $user (["vera", "viewer"], ["olaf", "operator"], ["anna", "admin"]) {
    my $v = $c->visitor;
    is $v->login($user->[0])->{status}, 303, "$user->[0] logs in";
    for my $r (@routes) {
        my $path = path_of($r);
        if ($rank{$r->{role}} > $rank{$user->[1]}) {
            my $got = $r->{method} eq "POST" ? $v->post($path) : $v->request($r->{method}, $path);
            is $got->{status}, 403, "$user->[1]: $r->{method} $path is refused";
            like $got->{body}, qr/Your role is $user->[1]; this needs the role $r->{role}/, "... in words";
        } elsif ($r->{method} ne "GET") {
            for my $token (undef, "", "f" x 43) {
                my $got = $r->{kind} ne "JSON" ? $v->post($path, csrf => $token)
                    : $v->request($r->{method}, $path, type => "application/json", body => "{}",
                        headers => defined $token ? {HTTP_X_CSRF_TOKEN => $token} : {});
                is $got->{status}, 403, "$user->[1]: $r->{method} $path with a wrong token is refused";
            }
        }
    }
}
is $c->sql("SELECT count(*) > 0 FROM audit_log WHERE action = 'csrf.refused' AND who = 'vera'"), "t",
    "a refused token is audited";
is $c->sql("SELECT count(*) > 0 FROM audit_log WHERE action = 'access.denied' AND object = 'POST /users' AND who = 'olaf'"),
    "t", "a change that the role forbids is audited";
is $c->sql("SELECT count(*) FROM app_user"), 3, "nothing was changed";
is $c->sql("SELECT count(*) FROM run"), 0, "nothing was queued";

# A token belongs to its session.
my $vera = $c->visitor;
my $anna = $c->visitor;
$vera->login("vera");
$anna->login("anna");
is $anna->post("/account/zone", csrf => $vera->{csrf}, zone => "Europe/Istanbul")->{status}, 403,
    "another session's token is refused";
is $c->sql("SELECT time_zone FROM app_user WHERE name = 'anna'"), "UTC", "... and nothing changed";

# Methods and addresses.
my $got = $c->request("PUT", "/runs");
is $got->{status}, 405, "a method that a path does not have";
is $got->{headers}{allow}[0], "GET, HEAD", "... says which it has";
is $c->request("DELETE", "/login")->{headers}{allow}[0], "GET, HEAD, POST", "all of them";
is $c->get("/nowhere")->{status}, 404, "an unknown address";
is $c->get("/runs/")->{status}, 404, "an empty segment is no id";
is $c->get("/api/nowhere")->{headers}{"content-type"}[0], "application/problem+json", "API errors are problem+json";
is $c->get("/runs/%ff")->{status}, 404, "bytes that are not UTF-8 match no route";
is $c->get("/login?next=%zz")->{status}, 400, "a broken query";
is $c->get("/login?x=" . "y" x 5000)->{status}, 414, "a long address";
is $c->get("/login?x=%00")->{status}, 400, "a NUL in the query";

# Bodies.
is $vera->request("POST", "/account/zone", body => "x" x 70000)->{status}, 413, "a long body";
is $vera->request("POST", "/account/zone", body => "x", length => "99999999999999999999")->{status}, 413, "an absurd length";
is $vera->request("POST", "/account/zone", body => "x", length => -1)->{status}, 400, "a negative length";
is $vera->request("POST", "/account/zone", body => "x", length => "1x")->{status}, 400, "a length that is no number";
is $vera->request("POST", "/account/zone", body => "abc", length => 10)->{status}, 400, "a body that is cut off";
is $vera->request("POST", "/account/zone", body => "{}", type => "application/json")->{status}, 415, "a body that is no form";
is $vera->request("POST", "/account/zone", body => "zone=%ff")->{status}, 400, "a body that is not UTF-8";
is $vera->request("POST", "/account/zone", body => join "&", ("a=1") x 600)->{status}, 400, "too many values";

# HEAD.
my $head = $c->request("HEAD", "/login");
is $head->{status}, 200, "HEAD is answered";
is $head->{body}, "", "... without a body";
my $length = length $c->get("/login")->{body};
is $head->{headers}{"content-length"}[0], $length, "... with the body's length";

# Headers.
my $page = $vera->get("/");
is $page->{headers}{"content-security-policy"}[0],
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    . "form-action 'self'; base-uri 'none'; frame-ancestors 'none'", "pages carry the content policy";
is $page->{headers}{"x-content-type-options"}[0], "nosniff", "nosniff";
is $page->{headers}{"cache-control"}[0], "no-store", "pages are not stored";
ok $page->{headers}{"referrer-policy"} && $page->{headers}{"permissions-policy"}, "referrer and permissions policies";
like $page->{body}, qr/vera/, "the page knows who is there";
unlike $page->{body}, qr{href="/users"}, "the navigation offers only what the role allows";
like $c->visitor->get("/login")->{headers}{"set-cookie"}[0], qr/HttpOnly; SameSite=Lax/, "cookies are HttpOnly and Lax";

# Live channels.
is $vera->get("/live-auth")->{status}, 204, "live updates for who is signed in";
is $c->get("/live-auth", no_cookies => 1)->{status}, 401, "... and nobody else";
is $vera->get("/live/runs/7", headers => {DOCUMENT_URI => "/live-auth"})->{status}, 204,
    "a subrequest counts by its own address";

is $c->stop >> 8, 0, "the console ends cleanly on SIGTERM";
unlike $c->log_text, qr/request\.failed/, "nothing failed unseen";
done_testing;
