#!/usr/bin/perl
# Incidents, events, deliveries and silences: who sees what, what may be done
# about it, the bell, and the API.
use strict;
use warnings;
use JSON::PP ();
use Test::More;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new;
my %id = map { $_->[0] => $c->add_user(@$_) }
    ["vera", "viewer"], ["olaf", "operator"], ["otto", "operator"], ["anna", "admin"];

# An installation's incident of a provider, one of olaf's own rule, one of
# olaf's shared rule that is over, and what was found in bars of the past.
$c->sql(<<"SQL");
INSERT INTO alert_rule (name, kind, severity, owner_id, owner, shared, condition)
VALUES ('Olaf''s own', 'pipeline', 'critical', $id{olaf}, 'olaf', false, 'run_failed'),
       ('Olaf shares <b>', 'pipeline', 'info', $id{olaf}, 'olaf', true, 'run_failed');
INSERT INTO alert_incident (owner_id, shared, title, severity, tags, opened_at, closed_at, events, tell_at)
VALUES (NULL, true, 'Binance does not answer', 'warning', '{provider:binance}', now() - interval '2 hours', NULL, 2, now()),
       ($id{olaf}, false, 'Secret of Olaf', 'critical', '{rule:1}', now() - interval '1 hour', NULL, 1, now()),
       ($id{olaf}, true, 'Shared and over', 'info', '{rule:2}', now() - interval '3 days', now() - interval '2 days', 2, now());
INSERT INTO alert_event (rule_id, rule_name, owner_id, shared, severity, kind, subject, at, left_value, text, incident_id, retroactive)
SELECT r.id, r.name, NULL, true, 'warning', e.kind, 'binance', now(), 3.5, e.words, CASE WHEN e.live THEN 1 END, NOT e.live
  FROM (VALUES ('A provider does not answer', 'fired', 'Binance is silent', true),
               ('Data is late', 'fired', 'BTC-USD is late', true),
               ('Data is late', 'fired', 'was late then', false)) AS e(name, kind, words, live)
  JOIN alert_rule r USING (name)
 ORDER BY e.words;
INSERT INTO alert_event (rule_id, rule_name, owner_id, shared, severity, kind, subject, at, text, incident_id)
SELECT id, name, owner_id, shared, severity, 'fired', '', now(), 'seen by ' || name, CASE WHEN shared THEN 3 ELSE 2 END
  FROM alert_rule WHERE owner = 'olaf';
INSERT INTO channel (name, kind, created_by) VALUES ('Ops', 'webhook', 'test');
INSERT INTO delivery (channel_id, channel_name, kind, severity, state, attempts, title, body, answer, error)
SELECT id, 'Ops', k.kind, 'warning', k.state, k.n, k.title, 'the body ' || k.title, k.answer, k.error
  FROM channel, (VALUES ('opened', 'dead', 12, 'first', 'HTTP 500 broken', 'it says 500'),
                        ('opened', 'sent', 1, 'second', '200 ok', NULL),
                        ('test', 'waiting', 0, NULL, NULL, NULL)) AS k(kind, state, n, title, answer, error)
 WHERE name = 'Ops';
INSERT INTO delivery_incident (delivery_id, incident_id) VALUES (1, 1), (2, 2);
SQL

my %as;
for my $name ("vera", "olaf", "otto", "anna") {
    $as{$name} = $c->visitor;
    $as{$name}->login($name);
}
sub see { my ($who, $url) = @_; return $as{$who}->get($url)->{body} }
sub bell { my $body = see(shift, shift // "/account"); return $body =~ m{id="bell-words">([^<]*)<} ? $1 : "no bell" }

# The bell: what each may see.
is bell("vera"), "1 warning", "the bell counts what a viewer may see";
is bell("olaf"), "2, worst critical", "... with one's own";
is bell("otto"), "1 warning", "... without another's";
is bell("anna", "/"), "2, worst critical", "... all for admins, on the overview too";
like $as{olaf}->get("/bell")->{body}, qr/"count":2,"severity":"critical","words":"2, worst critical","tone":"bad"/,
    "and for pages that ask again";
like see("olaf", "/"), qr{Secret of Olaf.*action="/incidents/2/ack".*action="/incidents/2/silence"}s,
    "the overview names them with their buttons";
unlike see("vera", "/"), qr{Secret|/incidents/1/ack}, "... which viewers have not";

# The list.
my $list = see("olaf", "/incidents");
like $list, qr{>Open<.*Secret of Olaf.*Binance does not answer.*>Over<.*Shared and over}s, "open ones come first";
like $list, qr{Data is late, A provider does not answer}, "... with their rules";
like $list, qr{state-stale.*?critical.*?state-late.*?warning}s, "... and their severity in words";
unlike see("otto", "/incidents"), qr/Secret/, "another's is not there";
like see("vera", "/incidents?severity=info"), qr/Shared and over/, "filtered by severity";
unlike see("vera", "/incidents?severity=info"), qr/Binance does not/, "... which leaves the others out";
like see("vera", "/incidents?state=nonsense"), qr/There is no state/, "a wrong filter is told";
like see("vera", "/incidents?state=acked"), qr/No incident matches/, "nothing found says so";
is $as{vera}->get("/incidents/2")->{status}, 404, "another's own is not there by its number either";
is $as{otto}->post("/incidents/2/ack", note => "x")->{status}, 404, "... nor to be acknowledged";
is $as{otto}->post("/incidents/2/silence", hours => 1)->{status}, 404, "... nor silenced";
my @csv = split /\r\n/, $as{vera}->get("/incidents.csv?state=open")->{body};
is scalar @csv, 2, "CSV of what is filtered";
like $csv[1], qr/^1,open,warning,Binance does not answer,"Data is late, A provider does not answer",/, "... in order";

# Acknowledging.
like see("olaf", "/incidents/1"), qr{To Ops: it began.*given up.*HTTP 500 broken}s, "the timeline has deliveries and answers";
my $r = $as{olaf}->post("/incidents/1/ack", note => "on <it>", next => "/incidents");
is $r->{location}, "/incidents", "acknowledged, and back to where the button was";
is $c->sql("SELECT acked_by || ack_note FROM alert_incident WHERE id = 1"), "olafon <it>", "... who and with what note";
is $c->sql("SELECT count(*) FROM audit_log WHERE action LIKE 'incident.%' AND who = 'olaf'"), 1, "... audited";
like see("olaf", "/incidents"), qr{Incident|acknowledged</span><span class="sub">by olaf: on &lt;it&gt;}, "... seen on the list";
is bell("vera"), "none", "... and the bell is silent";
is $as{anna}->post("/incidents/1/ack")->{status}, 409, "not a second time";
is $as{olaf}->post("/incidents/2/ack", note => "x" x 2001)->{status}, 422, "a note too long comes back";
is $as{olaf}->post("/incidents/1/ack", next => "//evil.example/")->{status}, 409, "(and leads nowhere else)";

# Silencing from an incident: by its provider, or rule by rule.
$r = $as{olaf}->post("/incidents/1/silence", hours => 8, reason => "maintenance");
is $r->{location}, "/incidents/1", "silenced";
is $c->sql("SELECT provider || reason || round(extract(epoch FROM ends_at - now()) / 3600) FROM silence"), "binancemaintenance8",
    "... by its provider, for so long";
like see("vera", "/incidents/1"), qr/Silenced by olaf: maintenance/, "... which all see";
$as{olaf}->post("/incidents/2/silence", hours => 1);
is $c->sql("SELECT count(*) FROM silence s JOIN alert_rule r ON r.id = s.rule_id WHERE r.name = 'Olaf''s own'"), 1, "... or by its rule";
like see("olaf", "/incidents/2"), qr/Silenced by olaf: incident 2/, "... with a reason of its own";
is $as{olaf}->post("/incidents/2/silence", hours => "0")->{status}, 422, "not for no time";

# The silences' page.
like see("vera", "/silences"), qr{provider binance.*maintenance.*olaf}s, "silences are listed with who and why";
unlike see("vera", "/silences"), qr{Olaf's own|<form[^>]*action="/silences}, "... no private rule, no form for viewers";
like see("olaf", "/silences?provider=eia&rule=8"), qr{<option value="8" selected>.*<option value="eia" selected>}s,
    "the form is filled in by its address";
my @window = (kind => "window", reason => "nights", weekdays => 0, weekdays => 4, from_time => "22:00", to_time => "06:00",
    time_zone => "Europe/Berlin", severity => "warning");
is $as{olaf}->post("/silences", @window)->{location}, "/silences", "a mute window";
is $c->sql("SELECT weekdays || ' ' || from_time || ' ' || to_time || ' ' || time_zone FROM silence WHERE weekdays IS NOT NULL"),
    "17 22:00:00 06:00:00 Europe/Berlin", "... as it was said";
like see("vera", "/silences"), qr/up to warning, Monday, Friday 22:00 to 06:00 Europe\/Berlin/, "... in words";
for my $bad (["reason", reason => ""], ["ends_at", length => "until", ends_at => ""], ["ends_at", length => "until", ends_at => "x"],
    ["time_zone", kind => "window", weekdays => 1, time_zone => "Moon"], ["weekdays", kind => "window"],
    ["from_time", kind => "window", weekdays => 1, time_zone => "UTC", from_time => "25:00"])
{
    my ($field, %with) = @$bad;
    my $got = $as{olaf}->post("/silences", %{{reason => "typed reason", length => 1, %with}});
    is $got->{status}, 422, "a wrong $field is refused";
    like $got->{body}, qr/id="(f-)?$field(-error)?"[^>]*>(&quot;|[A-Z])/, "... beside it";
}
$as{olaf}->post("/account/zone", zone => "Europe/Istanbul");
$as{olaf}->post("/silences", reason => "by the clock", length => "until", ends_at => "2099-01-02T12:00", starts_at => "");
my $far = $c->sql("SELECT max(id) FROM silence");
is $c->sql("SELECT count(*) FROM silence WHERE reason = 'by the clock'"), 0, "a silence of 73 years is refused";
is $as{otto}->post("/silences/1/end")->{status}, 403, "another's is not ended by an operator";
is $as{olaf}->post("/silences/1/end")->{location}, "/silences", "ended by who made it";
is $as{olaf}->post("/silences/1/end")->{status}, 409, "... once";
like see("vera", "/silences"), qr{over.*provider binance.*ended by olaf}s, "... and seen";
is $as{otto}->post("/silences/2/end")->{status}, 404, "one of another's rule is not there";

# Events.
my $events = see("vera", "/alerts/events");
like $events, qr{was late then.*?retroactive</span><span class="sub">nobody was told}s, "retroactive ones are marked in words";
unlike $events, qr/Olaf's own/, "another's are not there";
like $events, qr/seen by Olaf shares &lt;b&gt;/, "shared ones are, as text";
unlike see("vera", "/alerts/events?told=live"), qr/was late then/, "filtered";
is scalar(() = $as{vera}->get("/alerts/events.csv?told=retroactive")->{body} =~ /\r\n/g), 2, "CSV of what is filtered";
like see("vera", "/alerts/events?from=x"), qr/is not a day/, "a wrong day is told";

# Deliveries.
my $deliveries = see("vera", "/deliveries");
like $deliveries, qr{first.*?it says 500.*?HTTP 500 broken}s, "deliveries with the server's answer";
unlike $deliveries, qr/second/, "... without those of another's incidents";
is $as{vera}->get("/deliveries/2")->{status}, 404, "... by their number either";
like see("vera", "/deliveries/1"), qr{Given up after 12 attempts.*HTTP 500 broken.*Incident 1.*the body first}s, "one with its text";
my $key = $c->sql("SELECT key FROM delivery WHERE id = 1");
like see("vera", "/deliveries/1"), qr/<code>$key</, "... and its key";
unlike see("vera", "/deliveries/1"), qr{/retry|http-equiv="refresh"}, "... which viewers do not send again";
like see("vera", "/deliveries/3"), qr{http-equiv="refresh" content="2".*Waits to be sent}s, "one under way asks again by itself";
is $as{olaf}->post("/deliveries/1/retry")->{location}, "/deliveries/1", "sent again";
is $c->sql("SELECT state FROM delivery WHERE id = 1"), "waiting", "... it waits";
is $as{olaf}->post("/deliveries/1/retry")->{status}, 409, "... once";
is $as{otto}->post("/deliveries/2/retry")->{status}, 404, "another's is not there";
like see("vera", "/deliveries?state=sent"), qr/No delivery matches/, "filtered";

# The API, with a session's cookie and its token in the head.
sub api {
    my ($who, $method, $url, $json) = @_;
    return $as{$who}->request($method, "/api/v1/$url",
        $method eq "GET" ? () : (body => $json, type => "application/json", headers => {HTTP_X_CSRF_TOKEN => $as{$who}{csrf}}));
}
sub answer { return JSON::PP::decode_json(shift->{body}) }
my $got = answer(api("vera", "GET", "alerts/incidents?limit=1"));
is_deeply [map { "$_->{id} $_->{state} $_->{severity}" } @{$got->{incidents}}], ["3 closed info"], "API: incidents, newest first";
is $got->{next}, 3, "... by pages";
$got = answer(api("vera", "GET", "alerts/incidents?before=$got->{next}"));
is_deeply [map { "$_->{id} $_->{state} $_->{acked_by} $_->{note}" } @{$got->{incidents}}], ["1 acked olaf on <it>"],
    "... without another's";
is $got->{next}, undef, "... to the end";
is api("vera", "GET", "alerts/incidents?state=x")->{status}, 422, "... a wrong filter is refused";
is api("vera", "POST", "alerts/incidents/2/ack", "{}")->{status}, 403, "viewers acknowledge nothing";
is api("otto", "POST", "alerts/incidents/2/ack", "{}")->{status}, 404, "another's is not there";
is api("olaf", "POST", "alerts/incidents/2/ack", '{"note": 7}')->{status}, 422, "a wrong note is refused";
$got = answer(api("olaf", "POST", "alerts/incidents/2/ack", '{"note": "mine"}'));
is "$got->{state} $got->{note}", "acked mine", "acknowledged";
$got = answer(api("vera", "GET", "alerts/events?retroactive=yes"));
is_deeply [map { "$_->{text} $_->{rule} $_->{value} " . ($_->{incident} // "none") } @{$got->{events}}],
    ["was late then Data is late 3.5 none"], "API: events";
is api("vera", "GET", "alerts/events?from=never")->{status}, 422, "... a wrong time is refused";
$r = api("olaf", "POST", "silences", '{"reason": "test", "symbol": "btc-usd", "hours": 2}');
is $r->{status}, 201, "API: a silence";
$got = answer($r);
is "$got->{state} $got->{symbol} $got->{author}", "active BTC-USD olaf", "... as it is kept";
is answer(api("olaf", "POST", "silences/$got->{id}/end", ""))->{state}, "over", "... ended";
is answer(api("olaf", "POST", "silences/$got->{id}/end", ""))->{status}, 409, "... once";
$got = answer(api("olaf", "POST", "silences",
    '{"reason": "n", "weekdays": ["saturday", "sunday"], "from": "22:30", "to": "06:00", "time_zone": "UTC"}'));
is "@{$got->{weekdays}} $got->{from} $got->{to} " . ($got->{ends_at} // "no end"), "saturday sunday 22:30 06:00 no end", "a mute window";
for my $bad ('[]', '{"reason": "x"}', '{"reason": "x", "hours": -1}', '{"reason": "x", "hours": 1, "symbol": "NONE"}',
    '{"reason": "x", "hours": 1, "rule": "a"}', '{"reason": "x", "weekdays": ["someday"]}')
{
    is api("olaf", "POST", "silences", $bad)->{status}, 422, "refused: $bad";
}
is answer(api("olaf", "POST", "silences", '{"reason": "x", "hours": 1, "severity": "loud"}'))->{errors}[0]{field}, "severity",
    "... with its field";
is answer(api("vera", "GET", "silences?limit=2"))->{next} > 0, 1, "silences by pages";
$got = answer(api("olaf", "GET", "channels"));
is_deeply [map { "$_->{name} $_->{kind}" } @{$got->{channels}}], ["Console console", "Ops webhook"], "API: channels";
is api("vera", "GET", "channels")->{status}, 403, "... not for viewers";

done_testing;
