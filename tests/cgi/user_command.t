#!/usr/bin/perl
# quotemill user add | passwd | list, and the console that such a user meets.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use IPC::Open3;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new;

# Standard output, standard error and exit status of quotemill user ...
sub user {
    my ($in, @args) = @_;
    local %ENV = (%ENV, %{$c->{settings}});
    my $pid = open3(my $to, my $from, my $errors = IO::Handle->new, ($ENV{QM_BIN} // "bin") . "/quotemill", "user", @args);
    print $to $in if defined $in;
    close $to;
    local $/;
    my ($out, $err) = (<$from> // "", <$errors> // "");
    waitpid $pid, 0;
    return ($out, $err, $? >> 8);
}

use IO::Handle;
my ($out, $err, $rc) = user(undef, "add", "anna", "--role", "admin");
is $rc, 0, "a user is added";
like $out, qr/^[a-z2-9]{20}\n$/, "the password alone is printed";
chomp(my $password = $out);
is $c->login("anna", password => $password)->{status}, 303, "and lets in";
is $c->sql("SELECT after->>'role' FROM audit_log WHERE action = 'user.add'"), "admin", "audited";
like $c->sql("SELECT who FROM audit_log WHERE action = 'user.add'"), qr/^cli:/, "with who did it";

($out, $err, $rc) = user("a password of mine\n", "add", "bob", "--password-stdin");
is $rc, 0, "a password from standard input";
is $out, "", "is not printed";
my $bob = $c->visitor;
is $bob->login("bob", password => "a password of mine")->{status}, 303, "and lets in";
is $c->sql("SELECT role FROM app_user WHERE name = 'bob'"), "viewer", "a viewer, when nothing was said";

($out, $err, $rc) = user(undef, "passwd", "BOB");
is $rc, 0, "a new password";
chomp $out;
is $bob->get("/")->{status}, 303, "ends the sessions";
is $bob->login("bob", password => $out)->{status}, 303, "and lets in";

($out, $err, $rc) = user(undef, "list");
like $out, qr/^anna +admin .*\nbob +viewer /m, "a list";
($out, $err, $rc) = user(undef, "list", "--json");
is_deeply [map { "$_->{name} $_->{role}" } @{decode_json($out)}], ["anna admin", "bob viewer"], "as JSON";
unlike $out, qr/argon2/, "without hashes";

for my $bad (
    [2, "expected add NAME"],
    [2, "expected add NAME", "add"],
    [2, "expected add NAME", "add", "a", "b"],
    [2, "expected add NAME", "explode", "a"],
    [2, "viewer, operator or admin", "add", "dora", "--role", "root"],
    [2, "unknown|no option", "add", "dora", "--colour", "red"],
    [2, "--role belongs to add", "passwd", "bob", "--role", "admin"],
    [1, "user named BOB already", "add", "BOB"],
    [1, "1 to 64 letters", "add", "d o r a"],
    [1, "no user zoe", "passwd", "zoe"],
    ) {
    my ($status, $words, @args) = @$bad;
    ($out, $err, $rc) = user(undef, @args);
    is $rc, $status, "exit $status: user @args";
    like $err, qr/^quotemill user: .*(?:$words)/, "... in words";
    is $out, "", "... and nothing else";
}
($out, $err, $rc) = user("short\n", "add", "dora", "--password-stdin");
is $rc, 1, "a short password";
like $err, qr/at least 8 characters/, "is refused";
is((user("", "add", "dora", "--password-stdin"))[2], 1, "so is none");
is((user("x" x 5000 . "\n", "add", "dora", "--password-stdin"))[2], 1, "and one that would be cut");
is $c->sql("SELECT count(*) FROM app_user"), 2, "nobody was added";
($out, $err, $rc) = user(undef, "--help");
is $rc, 0, "help";
like $out, qr/usage: quotemill user add NAME/, "says how";
done_testing;
