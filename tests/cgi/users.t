#!/usr/bin/perl
# The users page and the audit log.
use strict;
use warnings;
use Test::More;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new;
my $anna = $c->add_user("anna", "admin");
$c->login("anna");

sub audit { return $c->sql("SELECT coalesce(before::text, '-') || ' ' || coalesce(after::text, '-') FROM audit_log WHERE action = '$_[0]' ORDER BY id DESC LIMIT 1") }

# Adding.
my $r = $c->post("/users", name => "bob", role => "operator", password => "a long password");
is $r->{location}, "/users", "a user is added";
$r = $c->get("/users");
like $r->{body}, qr/bob may log in now\./, "the page says so";
like $r->{body}, qr{<th scope="row">bob}, "and lists the user";
is audit("user.add"), '- {"role": "operator"}', "audited";
my $bob = $c->visitor;
is $bob->login("bob", password => "a long password")->{status}, 303, "who can log in";
$c->post("/users", name => "carl", role => "viewer", password => "");
($r) = $c->get("/users")->{body} =~ /with the password (\S+) which is shown only this once/;
like $r, qr/^[a-z2-9]{20}$/, "an empty password is made up and shown";
unlike $c->get("/users")->{body}, qr/\Q$r\E/, "once";
is $c->visitor->login("carl", password => $r)->{status}, 303, "it works";
is $c->visitor->get("/users", headers => {HTTP_COOKIE => "qm_flash=AAAA"})->{status}, 303, "a forged sentence does no harm";

my $before = $c->sql("SELECT count(*) FROM app_user");
my $audits = $c->sql("SELECT count(*) FROM audit_log");
for my $bad (
    [name => "", "1 to 64 letters"],
    [name => "x" x 65, "1 to 64 letters"],
    [name => "x" x 20000, "1 to 64 letters"],
    [name => "<img src=x>", "1 to 64 letters"],
    [name => "a b", "1 to 64 letters"],
    [name => "-dash", "1 to 64 letters"],
    [name => "x'); DROP TABLE app_user; --", "1 to 64 letters"],
    [name => "BOB", "There is a user of that name already"],
    [role => "root", "must be viewer, operator or admin"],
    [role => "", "must be viewer, operator or admin"],
    [password => "short", "at least 8 characters"],
    ) {
    my %form = (name => "dora", role => "viewer", password => "a long password", $bad->[0] => $bad->[1]);
    $r = $c->post("/users", %form);
    is $r->{status}, 422, "refused: $bad->[0] " . substr $bad->[1], 0, 30;
    like $r->{body}, qr/$bad->[2]/, "... in words";
    like $r->{body}, qr/href="#f-$bad->[0]"/, "... with a link to the field";
    unlike $r->{body}, qr/<img src=x>|a long password/, "... and nothing raw";
}
is $c->sql("SELECT count(*) FROM app_user"), $before, "nobody was added";
is $c->sql("SELECT count(*) FROM audit_log"), $audits, "nothing was audited";

# Changing.
my $id = $c->sql("SELECT id FROM app_user WHERE name = 'bob'");
is $c->post("/users/$id", action => "role", role => "admin")->{status}, 303, "a new role";
is audit("user.role"), '{"role": "operator"} {"role": "admin"}', "audited";
is $bob->get("/users")->{status}, 200, "counts at once";
is $bob->post("/users/$id", action => "disable")->{status}, 409, "nobody disables himself";
is $c->post("/users/$id", action => "role", role => "emperor")->{status}, 422, "an unknown role";
is $c->post("/users/$id", action => "disable")->{status}, 303, "disabling";
is audit("user.disable"), '{"disabled": false} {"disabled": true}', "audited";
is $bob->get("/")->{status}, 303, "logs out";
is $bob->login("bob", password => "a long password")->{status}, 422, "and keeps out";
is $c->post("/users/$id", action => "enable")->{status}, 303, "enabling";
is $bob->login("bob", password => "a long password")->{status}, 303, "lets in again";
is $c->post("/users/$id", action => "password")->{status}, 303, "a new password";
is $bob->get("/")->{status}, 303, "ends the sessions";
my ($password) = $c->get("/users")->{body} =~ /has the new password (\S+) which/;
is $bob->login("bob", password => $password)->{status}, 303, "and works";
is $c->post("/users/$id", action => "explode")->{status}, 422, "an unknown action";
is $c->post("/users/999999", action => "disable")->{status}, 404, "an unknown user";
is $c->post("/users/1%20OR%201=1", action => "disable")->{status}, 404, "no number";
is $c->post("/users/99999999999999999999", action => "disable")->{status}, 404, "too large a number";

# The last admin stays.
is $c->post("/users/$id", action => "role", role => "viewer")->{status}, 303, "one of two admins may go";
$r = $c->post("/users/$anna", action => "role", role => "viewer");
is $r->{status}, 409, "the last one may not";
like $r->{body}, qr/This is the last admin/, "in words";
is $c->sql("SELECT role FROM app_user WHERE name = 'anna'"), "admin", "and nothing was changed";
$c->sql("UPDATE app_user SET role = 'admin', disabled = true WHERE name = 'bob'");
is $c->post("/users/$anna", action => "role", role => "viewer")->{status}, 409, "a disabled admin does not count";

# The audit page.
$c->sql("DELETE FROM audit_log");
$c->sql("INSERT INTO audit_log (who, action, object, before, after)
         SELECT CASE WHEN i % 2 = 0 THEN 'anna' ELSE '<b>eve</b>' END, CASE WHEN i % 10 = 0 THEN 'model.activate' ELSE 'user.role' END,
                'user:u' || i, NULL, jsonb_build_object('n', i, 'x', '<script>')
           FROM generate_series(1, 120) i");
$r = $c->get("/audit");
is scalar(() = $r->{body} =~ /data-label="Object"/g), 50, "fifty entries a page";
like $r->{body}, qr/user:u120<.*user:u71</s, "newest first";
unlike $r->{body}, qr/<script>"|<b>eve/, "escaped";
like $r->{body}, qr/&lt;script&gt;/, "but there";
unlike $r->{body}, qr/Newer/, "nothing newer";
my ($older) = $r->{body} =~ /href="([^"]*)" rel="next"/;
$older =~ s/&amp;/&/g;
$r = $c->get($older);
like $r->{body}, qr/user:u70<.*user:u21</s, "the next page";
my ($newer) = $r->{body} =~ /href="([^"]*)" rel="prev"/;
$newer =~ s/&amp;/&/g;
like $c->get($newer)->{body}, qr/user:u120<.*user:u71</s, "and back";
$r = $c->get("/audit?action=model&who=anna");
is scalar(() = $r->{body} =~ /data-label="Object"/g), 12, "filtered";
like $r->{body}, qr/That is all\./, "all of them";
$r = $c->get("/audit?who=%3Cb%3Eeve%3C%2Fb%3E");
like $r->{body}, qr/who=%3Cb%3Eeve%3C%2Fb%3E/, "the filter stays in the links";
like $c->get("/audit?object=none")->{body}, qr/No entry matches this filter/, "nothing found";
is $c->get("/audit?before=x&after=-1")->{status}, 200, "edges that are no numbers";
$c->sql("DELETE FROM audit_log");
like $c->get("/audit")->{body}, qr/Nothing has been changed yet/, "an empty log";
unlike $c->log_text, qr/request\.failed/, "nothing failed unseen";
done_testing;
