#!/usr/bin/perl
# Logging in and out: sessions, throttle, where it leads to.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_LOGIN_TRIES => 3, QM_LOGIN_LOCK_S => 125, QM_SESSION_IDLE_S => 600, QM_SESSION_MAX_S => 3600);
my $id = $c->add_user("anna", "admin");
my $wrong = "Name, password or code is wrong";

# In and out.
my $r = $c->login("anna", next => "/runs?state=failed");
is $r->{status}, 303, "the right password lets in";
is $r->{location}, "/runs?state=failed", "and leads to where one wanted to go";
my ($cookie) = grep { /^qm_session=/ } @{$r->{headers}{"set-cookie"}};
like $cookie, qr/^qm_session=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/, "the session's cookie";
my $token = $c->{jar}{qm_session};
is $c->sql("SELECT count(*) FROM session WHERE token_hash = '$token'"), 0, "the token itself is not stored";
is $c->sql("SELECT count(*) FROM audit_log WHERE action = 'session.begin' AND who = 'anna' AND address = '192.0.2.7'"), 1,
    "a login is audited";
is $c->get("/login?next=/runs")->{location}, "/runs", "who is logged in does not see the login";
is $c->sql("SELECT agent FROM session"), "test browser", "the browser is noted";

my $first = $token;
$c->login("anna", keep => 1);
isnt $c->{jar}{qm_session}, $first, "each login has a token of its own";
is $c->sql("SELECT count(*) FROM session"), 1, "the session that it replaces has ended";
is $c->post("/logout")->{location}, "/login", "logging out";
is $c->sql("SELECT count(*) FROM session"), 0, "ends the session";
ok !exists $c->{jar}{qm_session}, "and takes the cookie away";
like $c->get("/login")->{body}, qr/You are logged out\./, "and says so";
unlike $c->get("/login")->{body}, qr/You are logged out\./, "once";
is $c->get("/", headers => {HTTP_COOKIE => "qm_session=$first"})->{status}, 303, "the old token is worth nothing";
is $c->get("/", headers => {HTTP_COOKIE => "qm_session=$_"})->{status}, 303, "nor is $_" for "x", "' OR 1=1 --", "a" x 43;

# Only same-site paths.
for my $next ("//evil.example/", "https://evil.example/", "/\\evil.example", "/%0d%0aSet-Cookie:x=1", "javascript:alert(1)",
    "/" . "a" x 600) {
    $c->{jar} = {};
    $c->get("/login?next=" . Console::escape($next));
    $r = $c->post("/login", name => "anna", password => "correct horse battery", next => $next);
    like $r->{location}, qr{^/(?!/|\\)}, "next=$next stays here";
    unlike $r->{head}, qr/^Set-Cookie:x/mi, "... and adds no header";
}

# What is wrong is not told.
my $v = $c->visitor;
$r = $v->login("anna", password => "wrong");
is $r->{status}, 422, "a wrong password";
like $r->{body}, qr/$wrong\./, "is not told from a wrong name";
like $r->{body}, qr/value="anna"/, "what was typed is kept";
unlike $r->{body}, qr/value="wrong"/, "the password is not";
$r = $v->login("nobody", password => "wrong");
like $r->{body}, qr/$wrong\./, "a wrong name has the same words";
$c->sql("UPDATE app_user SET disabled = true; DELETE FROM login_throttle");
like $v->login("anna")->{body}, qr/$wrong\./, "so has a disabled user";
is $c->get("/")->{status}, 303, "whose session is worth nothing";
$c->sql("UPDATE app_user SET disabled = false; DELETE FROM login_throttle");
my %took;
for my $name ("anna", "nobody") {
    my $start = time;
    for (1 .. 2) { $v->login($name, password => "wrong"); $c->sql("DELETE FROM login_throttle") }
    $took{$name} = time - $start;
}
ok $took{nobody} > $took{anna} / 2, "an unknown name takes as long";

# The throttle, by account.
$c->sql("DELETE FROM login_throttle");
is $v->login("anna", password => "wrong")->{status}, 422, "first failure";
is $v->login("ANNA", password => "wrong")->{status}, 422, "second failure";
$r = $v->login("anna", password => "wrong");
is $r->{status}, 422, "third failure";
like $r->{body}, qr/logging in is now locked for 2 min/, "says how long the lock lasts";
$r = $v->login("anna");
is $r->{status}, 429, "the right password is not looked at now";
like $r->{body}, qr/locked for 2 min/, "and the page says for how long";
cmp_ok $r->{headers}{"retry-after"}[0], ">", 100, "as does Retry-After";
is $c->sql("SELECT count(*) FROM audit_log WHERE action = 'login.lock' AND object = 'user:anna'"), 1, "the lock is audited";
$c->sql("UPDATE login_throttle SET locked_until = now() - interval '1 second'");
is $v->login("anna")->{status}, 303, "after the lock it goes on";
is $c->sql("SELECT count(*) FROM login_throttle WHERE key = 'user:anna'"), 0, "and failures are forgotten";

# By address.
$c->sql("DELETE FROM login_throttle");
$v->login("guess$_", password => "wrong") for 1 .. 3;
is $v->login("anna")->{status}, 429, "an address that guesses names is locked too";
$v->{jar} = {};
$v->get("/login");
my $csrf = $v->{csrf};
$r = $v->request("POST", "/login", address => "192.0.2.8", body => "csrf=$csrf&name=anna&password=correct%20horse%20battery");
is $r->{status}, 303, "another address is not";
$c->sql("DELETE FROM login_throttle");
$v->login("guess1", password => "wrong");
$v->login("guess2", password => "wrong");
is $v->login("anna")->{status}, 303, "a right login in between";
is $c->sql("SELECT failures FROM login_throttle WHERE key LIKE 'addr:%'"), 2, "does not wash the address clean";
$v->login("guess3", password => "wrong");
is $v->login("anna")->{status}, 429, "so the lock comes all the same";
$c->sql("DELETE FROM login_throttle");

# Guesses at the same time.
my @children;
for (1 .. 6) {
    my $pid = fork // die;
    if ($pid == 0) {
        my $mine = $c->visitor;
        my $status = $mine->login("anna", password => "wrong")->{status};
        require POSIX;
        POSIX::_exit($status == 429 ? 1 : 0);
    }
    push @children, $pid;
}
my $locked = 0;
for (@children) { waitpid $_, 0; $locked += $? >> 8 }
is $locked, 3, "of six guesses at the same time three are judged";
$c->sql("DELETE FROM login_throttle");

# Expiry.
$c->login("anna");
$c->sql("UPDATE session SET seen_at = now() - interval '601 seconds'");
is $c->get("/runs")->{status}, 303, "an idle session has ended";
$c->login("anna");
$c->sql("UPDATE session SET created_at = now() - interval '3601 seconds', seen_at = now()");
is $c->get("/runs")->{status}, 303, "an old session has ended, however busy";
$c->login("anna");
is $c->sql("SELECT count(*) FROM session"), 1, "a login sweeps what has ended";
$c->sql("UPDATE session SET seen_at = now() - interval '2 minutes'");
$c->get("/runs");
is $c->sql("SELECT seen_at > now() - interval '10 seconds' FROM session"), "t", "being used is noted";
my $seen = $c->sql("SELECT seen_at FROM session");
$c->get("/runs");
is $c->sql("SELECT seen_at FROM session"), $seen, "at most once a minute";

# Odd values.
for my $bad (["name", ""], ["name", "x" x 5000], ["name", "'; DROP TABLE app_user; --"], ["name", "<script>alert(1)</script>"]) {
    $v->{jar} = {};
    $v->get("/login");
    $r = $v->post("/login", name => $bad->[1], password => "wrong password");
    is $r->{status}, 422, "a name of " . substr $bad->[1], 0, 30;
    unlike $r->{body}, qr/<script>alert/, "... comes back escaped";
    $c->sql("DELETE FROM login_throttle");
}
is $c->sql("SELECT count(*) FROM app_user"), 1, "the table is still there";
$v->{jar} = {};
$v->get("/login");
is $v->post("/login", name => "anna")->{status}, 422, "a form without a password";
my $login_csrf = $v->{csrf};
delete $v->{jar}{qm_login};
is $v->post("/login", csrf => $login_csrf, name => "anna", password => "correct horse battery")->{status}, 403,
    "a login form without its cookie is refused";

unlike $c->log_text, qr/request\.failed|correct horse|wrong password/, "the log has no failure and no password";
done_testing;
