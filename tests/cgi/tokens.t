#!/usr/bin/perl
# API tokens: made on the page and by command, what they open and what not.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use IPC::Open3;
use IO::Handle;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_LOGIN_TRIES => 3);
$c->add_user(@$_) for ["ada", "admin"], ["olaf", "operator"], ["vera", "viewer"];

# Standard output, standard error and exit status of quotemill token ...
sub command {
    local %ENV = (%ENV, %{$c->{settings}});
    my $pid = open3(my $to, my $from, my $errors = IO::Handle->new, ($ENV{QM_BIN} // "bin") . "/quotemill", "token", @_);
    close $to;
    local $/;
    my ($out, $err) = (<$from> // "", <$errors> // "");
    waitpid $pid, 0;
    return ($out, $err, $? >> 8);
}

sub as {
    my ($token, $method, $uri, %o) = @_;
    return $c->request($method, $uri, no_cookies => 1, %o, headers => {HTTP_AUTHORIZATION => "Bearer $token", %{$o{headers} // {}}});
}

subtest "by command" => sub {
    my ($out, $err, $rc) = command("add");
    is $rc, 0, "the only admin needs no words" or diag $err;
    like $out, qr/^qm_[A-Za-z0-9_-]{43}\n$/, "the token alone is printed";
    chomp(my $token = $out);
    is as($token, GET => "/users")->{status}, 200, "it opens what an admin may see";
    is as($token, POST => "/runs/1/cancel", body => "a=b")->{status}, 404, "and do, without a CSRF token";
    is $c->sql("SELECT who LIKE 'cli:%' FROM audit_log WHERE action = 'token.add'"), "t", "audited, with who made it";
    is $c->sql("SELECT round(extract(epoch FROM expires_at - now()) / 86400) FROM api_token"), 365, "good for a year";

    ($out, $err, $rc) = command("list", "--json");
    my $list = decode_json($out);
    is $list->[0]{user}, "ada", "listed";
    ok $list->[0]{last_used_at}, "with its use";
    unlike $out, qr/\Q$token\E/, "never itself";
    ($out, $err, $rc) = command("revoke", $list->[0]{id});
    is "$out$rc", "0", "revoked";
    is as($token, GET => "/users")->{status}, 401, "it opens nothing any more";
    ($out, $err, $rc) = command("revoke", $list->[0]{id});
    is $rc, 1, "once";
    like $err, qr/revoked already/, "in words";
    for (["add", "--scope", "all"], ["add", "--days", "x"], ["add", "--days", 9999], ["revoke"], ["revoke", "x"], ["what"],
         ["list", "--days", 3], ["add", "a", "b"]) {
        is((command(@$_))[2], 2, "wrong usage: @$_");
    }
    is((command("add", "nobody"))[2], 1, "nobody's");
    $c->add_user("ann", "admin");
    ($out, $err, $rc) = command("add");
    is $rc, 2, "with two admins somebody has to say whose";
    like $err, qr/whose\?.*USER/, "and is told how";
    ($out, $err, $rc) = command("add", "Olaf", "--days", 0, "--name", "a b");
    is $rc, 0, "a name in any case";
    is $c->sql("SELECT name || ' ' || scope FROM api_token WHERE expires_at IS NULL"), "a b full", "without an end";
    $c->sql("DELETE FROM login_throttle");
};

my %token;
for my $scope (qw(read upload full)) {
    ($token{$scope}) = command("add", "olaf", "--scope", $scope);
    chomp $token{$scope};
}

subtest "what each scope opens" => sub {
    my $form = {body => "mode=incremental"};
    my @asked = (
        [GET => "/runs", 200, 200, 200],
        [GET => "/api/v1/status", 200, 200, 200],
        [GET => "/api/coefficients", 404, 404, 404],
        [GET => "/users", 403, 403, 403],
        [POST => "/trigger", 403, 403, 303],
        [PUT => "/upload/", 403, 422, 422],
        [POST => "/tokens/999/revoke", 403, 403, 404],
    );
    for (@asked) {
        my ($method, $uri, @wanted) = @$_;
        for my $scope (qw(read upload full)) {
            my $r = as($token{$scope}, $method => $uri, $method eq "POST" ? %$form : ());
            is $r->{status}, shift @wanted, "$scope: $method $uri";
            next unless $r->{status} >= 400;
            is $r->{headers}{"content-type"}[0], "application/problem+json", "... in JSON";
        }
    }
    like as($token{read}, PUT => "/upload/")->{headers}{"www-authenticate"}[0],
        qr/insufficient_scope", scope="upload"/, "a refusal names the scope that it takes";
    is $c->sql("SELECT requested_by FROM run"), "olaf", "a run is its owner's";
};

subtest "cookies count for nothing beside a token" => sub {
    $c->login("ada");
    my $r = $c->get("/users", headers => {HTTP_AUTHORIZATION => "Bearer $token{read}"});
    is $r->{status}, 403, "a session cannot lend its role";
    ok !$r->{headers}{"set-cookie"}, "and no cookie is set";
    is $c->get("/users", headers => {HTTP_AUTHORIZATION => "Basic YTpi"})->{status}, 200, "another scheme is not ours";
};

subtest "tokens that are not good" => sub {
    my $r = as("qm_" . "x" x 43, GET => "/api/v1/status");
    is $r->{status}, 401, "unknown";
    is $r->{headers}{"www-authenticate"}[0], 'Bearer realm="quotemill", error="invalid_token"', "says how to come in";
    like $r->{body}, qr/"detail":"The token is not good/, "in words";
    is as("qm_" . "x" x 43, GET => "/")->{status}, 401, "a page does not lead to the login";
    is as("", GET => "/")->{status}, 401, "empty";
    $r = as("garbage", GET => "/");
    is $r->{status}, 429, "too many of them";
    cmp_ok $r->{headers}{"retry-after"}[0], ">", 200, "are told how long to wait";
    is as($token{read}, GET => "/runs")->{status}, 200, "a good one from the same address passes";
    is as("garbage", GET => "/", address => "192.0.2.99")->{status}, 401, "another address is not locked";
    is $c->visitor->login("vera")->{status}, 303, "nor is a login";
    $c->sql("UPDATE app_user SET disabled = true WHERE name = 'olaf'");
    is as($token{read}, GET => "/runs")->{status}, 429, "its owner was disabled";
    $c->sql("UPDATE app_user SET disabled = false, role = 'viewer' WHERE name = 'olaf'");
    is as($token{full}, POST => "/trigger", body => "mode=incremental")->{status}, 403, "it is no more than its owner";
    $c->sql("DELETE FROM login_throttle");
};

subtest "the page" => sub {
    my $vera = $c->visitor;
    $vera->login("vera");
    my $r = $vera->get("/tokens");
    like $r->{body}, qr/There is no token yet/, "a viewer has none";
    $r = $vera->post("/tokens", name => "<b>mine</b>", scope => "read", days => 30);
    is $r->{status}, 200, "one is made";
    my ($token) = $r->{body} =~ /id="new-token">(qm_[A-Za-z0-9_-]{43})</;
    ok $token, "and shown";
    like $r->{body}, qr/&lt;b&gt;mine/, "its name is text";
    ok !grep({ /qm_flash/ } @{$r->{headers}{"set-cookie"} // []}), "no cookie carries it";
    is $r->{headers}{"cache-control"}[0], "no-store", "nothing keeps the page";
    unlike $vera->get("/tokens")->{body}, qr/\Q$token\E/, "it is not shown again";
    unlike $c->log_text, qr/\Q$token\E/, "nor logged";
    is as($token, GET => "/runs")->{status}, 200, "it works";
    like $vera->get("/tokens")->{body}, qr/from 192\.0\.2\.7/, "its use is shown";
    unlike $vera->get("/tokens")->{body}, qr/olaf/, "nobody else's is";
    my $other = $c->sql("SELECT max(t.id) FROM api_token t JOIN app_user u ON u.id = user_id WHERE u.name = 'olaf'");
    is $vera->post("/tokens/$other/revoke")->{status}, 404, "nor can be revoked";
    my $own = $c->sql("SELECT max(id) FROM api_token");
    is $vera->post("/tokens/$own/revoke", csrf => "x")->{status}, 403, "without the form's token nothing is";
    is $vera->post("/tokens/$own/revoke")->{status}, 303, "her own is revoked";
    is as($token, GET => "/runs")->{status}, 401, "and opens nothing any more";
    is $vera->post("/tokens/$own/revoke")->{status}, 409, "once";
    for ([name => ""], [name => "x" x 65], [scope => "all"], [days => -1], [days => "soon"], [days => 99999]) {
        $r = $vera->post("/tokens", @$_, name => "keep me", scope => "full", days => 365);
        is $r->{status}, 422, "wrong: @$_";
        like $r->{body}, qr/href="#f-$_->[0]"/, "named in the summary";
        like $r->{body}, qr/id="$_->[0]-error"/, "and beside the field";
    }
    like $r->{body}, qr/value="keep me"/, "what was typed is kept";
    $c->login("ada");
    like $c->get("/tokens")->{body}, qr/olaf.*vera|vera.*olaf/s, "an admin sees all";
    is $c->post("/tokens/$other/revoke")->{status}, 303, "and revokes any";
    is $c->sql("SELECT who FROM audit_log WHERE action = 'token.revoke' ORDER BY id DESC LIMIT 1"), "ada", "audited";
};

unlike $c->log_text, qr/request\.failed/, "nothing failed unseen";
done_testing;
