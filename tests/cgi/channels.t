#!/usr/bin/perl
# Channels: who sees and changes them, the form by kind, secrets that are kept
# and never shown, tests that lead to their delivery.
use strict;
use warnings;
use Test::More;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new;
$c->add_user(@$_) for ["vera", "viewer"], ["olaf", "operator"], ["anna", "admin"];
my %as;
for my $name ("vera", "olaf", "anna") {
    $as{$name} = $c->visitor;
    $as{$name}->login($name);
}
my $anna = $as{anna};

# Who may what.
is $as{vera}->get("/channels")->{status}, 403, "viewers see no channels";
like $as{olaf}->get("/channels")->{body}, qr{Console.*not used yet.*action="/channels/1/test"}s, "operators see them, with a test";
unlike $as{olaf}->get("/channels")->{body}, qr{/channels/new}, "... and add none";
is $as{olaf}->get("/channels/new")->{status}, 403, "... nor by the address";
unlike $as{olaf}->get("/channels/1")->{body}, qr{name="version"|/delete}, "... nor change one";
is $as{olaf}->post("/channels/1", name => "Mine")->{status}, 403, "... nor by a form of theirs";
is $as{olaf}->post("/channels/1/delete")->{status}, 403, "... nor delete it";

# A new one, by kind.
my $choose = $anna->get("/channels/new")->{body};
like $choose, qr{/channels/new\?kind=$_"}, "kind $_ is offered" for qw(console email webhook slack telegram);
like $anna->get("/channels/new?kind=email")->{body}, qr{id="f-host".*<select id="f-tls".*id="f-password"[^>]*type="password"}s,
    "each kind has its fields";
my @hook = (kind => "webhook", name => "Ops", url => "http://127.0.0.1:9/hook", key => "very-secret-key-7", enabled => "yes",
    critical => "yes", version => 0);
my $r = $anna->post("/channels/new", @hook);
is $r->{status}, 303, "added";
my ($id) = $r->{location} =~ m{^/channels/(\d+)$};
ok $id, "... and shown";
my $page = $anna->get("/channels/$id")->{body};
like $page, qr{value="http://127.0.0.1:9/hook".*Kept; type a new one}s, "its settings are there, its secret is kept";
unlike $page, qr/very-secret/, "... and not shown";
unlike $c->sql("SELECT settings::text || secret FROM channel WHERE id = $id"), qr/very-secret/, "... nor readable where it is stored";
unlike $c->sql("SELECT string_agg(coalesce(before::text, '') || coalesce(after::text, ''), '') FROM audit_log"), qr/very-secret/,
    "... nor audited";

# What is wrong comes back with what was typed, but for secrets.
$r = $anna->post("/channels/new", @hook);
is $r->{status}, 409, "a name that is taken is refused";
like $r->{body}, qr{value="http://127.0.0.1:9/hook"}, "... with what was typed";
unlike $r->{body}, qr/very-secret/, "... but for the secret";
$r = $anna->post("/channels/new", kind => "webhook", name => "<b>", url => "http://127.0.0.1:9/");
is $r->{status}, 422, "a wrong name is refused";
like $r->{body}, qr{id="name-error".*value="&lt;b&gt;"}s, "... beside it, as text";
$r = $anna->post("/channels/new", kind => "webhook", name => "Far", url => "http://hooks.example.org/x");
is $r->{status}, 422, "http to elsewhere is refused";
like $r->{body}, qr{id="url-error">[A-Z]}, "... beside its field";
is $anna->post("/channels/new", kind => "pigeon", name => "x")->{status}, 422, "an unknown kind is refused";

# Changes: the secret stays unless a new one comes; who was too late is told.
my $sealed = $c->sql("SELECT secret FROM channel WHERE id = $id");
my ($version) = $page =~ /name="version" value="(\d+)"/;
my %form = (name => "Ops", url => "http://127.0.0.1:9/other", key => "", version => $version, critical => "yes", enabled => "yes");
is $anna->post("/channels/$id", %form)->{location}, "/channels/$id", "changed";
like $c->sql("SELECT settings ->> 'url' FROM channel WHERE id = $id"), qr/other$/, "... as typed";
like $anna->get("/channels/$id")->{body}, qr/Kept; type a new one/, "... its secret is kept";
$r = $anna->post("/channels/$id", %{{%form, url => "http://127.0.0.1:9/late"}});
is $r->{status}, 409, "who was too late is told";
is $c->sql("SELECT settings ->> 'url' FROM channel WHERE id = $id"), "http://127.0.0.1:9/other", "... and nothing is changed";
($version) = $anna->get("/channels/$id")->{body} =~ /name="version" value="(\d+)"/;
is $anna->post("/channels/$id", %{{%form, version => $version, remove_key => "yes"}})->{status}, 303, "a secret that may be absent is taken away";
unlike $anna->get("/channels/$id")->{body}, qr/Kept; type a new one/, "... and gone";

# A test leads to where its answer appears.
$r = $as{olaf}->post("/channels/$id/test");
like $r->{location}, qr{^/deliveries/\d+$}, "a test leads to its delivery";
like $as{olaf}->get($r->{location})->{body}, qr{Waits to be sent.*Asked for by.*olaf}s, "... which waits";
like $as{olaf}->get("/channels/$id")->{body}, qr{Waiting</dt><dd>.*1<.*test, }s, "the channel shows it";
is $as{olaf}->post("/channels/999/test")->{status}, 404, "no test of what is not there";

# Deleting: not while a rule names it.
$c->sql("INSERT INTO alert_rule (name, kind, condition, channels) VALUES ('r', 'pipeline', 'run_failed', '{$id}')");
$r = $anna->post("/channels/$id/delete");
is $r->{status}, 409, "not deleted while a rule names it";
like $r->{body}, qr/1 rule names the channel/, "... in words";
$c->sql("UPDATE alert_rule SET channels = NULL WHERE name = 'r';
         INSERT INTO delivery (channel_id, channel_name, kind, severity) VALUES ($id, 'Ops', 'opened', 'info')");
is $anna->post("/channels/$id/delete")->{location}, "/channels", "deleted";
is $anna->get("/channels/$id")->{status}, 404, "... and gone";
is $c->sql("SELECT state FROM delivery WHERE channel_name = 'Ops' AND kind = 'opened'"), "dropped", "... what waited for it is dropped";
is $c->sql("SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM audit_log WHERE action LIKE 'channel.%'"),
    $c->sql("SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM audit_log WHERE action LIKE 'channel.%' AND who IN ('anna', 'olaf')"),
    "all of it is audited";

done_testing;
