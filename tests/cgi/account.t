#!/usr/bin/perl
# One's own account: zone, password, one-time codes, sessions.
use strict;
use warnings;
use Test::More;
use Digest::SHA qw(hmac_sha1);
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $c = Console->new(QM_LOGIN_TRIES => 4);
$c->add_user("vera", "viewer");
my $good = "correct horse battery";

# RFC 6238, done a second time.
sub code_at {
    my ($secret, $step) = @_;
    my ($bits, $i) = ("", 0);
    $secret =~ s/ //g;
    $bits .= sprintf "%05b", index("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", $_) for split //, $secret;
    my $key = pack "B*", $bits;
    my $mac = hmac_sha1(pack("NN", 0, $step), $key);
    my $offset = ord(substr $mac, -1) & 15;
    return sprintf "%06d", (unpack("N", substr $mac, $offset, 4) & 0x7fffffff) % 1_000_000;
}

sub totp_step { return int(time / 30) }

sub user_row { return $c->sql("SELECT $_[0] FROM app_user WHERE name = 'vera'") }

sub audits { return $c->sql("SELECT count(*) FROM audit_log WHERE action = '$_[0]'") }

$c->login("vera");
my $r = $c->get("/account");
is $r->{status}, 200, "the page";
like $r->{body}, qr/this browser/, "shows this session";
like $r->{body}, qr{<option value="Europe/Istanbul">}, "and the zones";
for my $agent (
    ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "Chrome on Linux"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1", "Safari on iPhone"],
    ["Mozilla/5.0 (Windows NT 10.0; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox on Windows"],
    ["curl/7.88.1", "curl"],
    ["", "unknown"],
    ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;"],
    ) {
    $c->sql("UPDATE session SET agent = '$agent->[0]'");
    like $c->get("/account")->{body}, qr{<th scope="row" title="[^"<]*">\Q$agent->[1]\E</th>}, "a browser: $agent->[1]";
}

# Zone.
$r = $c->post("/account/zone", zone => "europe/istanbul");
is $r->{location}, "/account", "a zone is saved";
is user_row("time_zone"), "Europe/Istanbul", "under its own spelling";
like $c->get("/account")->{body}, qr/The time zone is saved\./, "which the page says";
like $c->get("/account")->{body}, qr/title="[^"]* \+03"/, "and times are shown in it";
is $c->sql("SELECT before::text || after::text FROM audit_log WHERE action = 'user.zone'"),
    '{"time_zone": "UTC"}{"time_zone": "Europe/Istanbul"}', "audited with before and after";
for my $bad ("", "Mars/Olympus", "Europe/Istanbul'; --", "<b>", "UTC+3", "../../etc/passwd", "posix/UTC", "x" x 3000) {
    $r = $c->post("/account/zone", zone => $bad);
    is $r->{status}, 422, "no such zone: " . substr $bad, 0, 30;
    like $r->{body}, qr/There is no time zone of that name/, "... in words";
}
unlike $r->{body}, qr/value="<b>"/, "what comes back is escaped";
is user_row("time_zone"), "Europe/Istanbul", "nothing was changed";
is audits("user.zone"), 1, "nothing was audited";

# Password.
my $other = $c->visitor;
$other->login("vera");
for my $bad (
    [$good, "short", "short", "at least 8 characters"],
    [$good, "\xc3\xa9" x 7, "\xc3\xa9" x 7, "at least 8 characters"],
    [$good, "x" x 1001, "x" x 1001, "longer than 1000 bytes"],
    [$good, "a new password", "another password", "not the same"],
    ["not my password", "a new password", "a new password", "not your password"],
    ) {
    $r = $c->post("/account/password", current => $bad->[0], password => $bad->[1], again => $bad->[2]);
    is $r->{status}, 422, "refused: $bad->[3]";
    like $r->{body}, qr/\Q$bad->[3]\E/, "... in words";
    unlike $r->{body}, qr/value="a new password"/, "... and not printed back";
}
is audits("user.password"), 0, "nothing was changed";
is $other->get("/")->{status}, 200, "the other browser is still in";
my $long = "\xc3\xa9" x 500;
is $c->post("/account/password", current => $good, password => $long, again => $long)->{status}, 303,
    "a password of 1000 bytes";
is $c->get("/account")->{status}, 200, "this browser stays logged in";
is $other->get("/")->{status}, 303, "the other one does not";
is $c->sql("SELECT after FROM audit_log WHERE action = 'user.password'"), '{"sessions_ended": 1}', "audited, without any secret";
is $other->login("vera", password => substr $long, 0, 998)->{status}, 422, "no part of it is cut off";
is $other->login("vera", password => $long)->{status}, 303, "the whole of it lets in";
$c->sql("DELETE FROM login_throttle");
$c->post("/account/password", current => "guess $_", password => "a new password", again => "a new password") for 1 .. 4;
$r = $c->post("/account/password", current => $long, password => "a new password", again => "a new password");
like $r->{body}, qr/Too many wrong passwords: locked for/, "a borrowed session cannot guess the password";
$c->sql("DELETE FROM login_throttle");
is $c->post("/account/password", current => $long, password => $good, again => $good)->{status}, 303, "changed back";

# One-time codes.
is $c->post("/account/totp", action => "begin")->{status}, 303, "setting up";
$r = $c->get("/account");
my ($secret) = $r->{body} =~ m{<p class="secret">([A-Z2-7 ]+)</p>};
ok $secret, "shows the secret";
(my $plain = $secret) =~ s/ //g;
like $r->{body}, qr{otpauth://totp/quotemill:vera\?secret=$plain&amp;issuer=quotemill}, "and its address";
unlike user_row("totp_sealed"), qr/$plain/, "which is sealed in the database";
is $other->login("vera")->{status}, 303, "before it is confirmed no code is asked for";
for my $bad ("", "000000", "12345", "abcdef") {
    next if $bad eq code_at($secret, totp_step);
    is $c->post("/account/totp", action => "confirm", code => $bad)->{status}, 422, "a wrong code: '$bad'";
}
is user_row("totp_enabled"), "f", "leaves them off";
is $c->post("/account/totp", action => "confirm", code => code_at($secret, totp_step))->{status}, 303, "the right one";
is user_row("totp_enabled"), "t", "switches them on";
is audits("user.totp"), 1, "audited";
unlike $c->get("/account")->{body}, qr/$plain|\Q$secret\E/, "the secret is not shown again";
is $c->post("/account/totp", action => "begin")->{status}, 409, "a second secret is not begun over it";
$c->sql("DELETE FROM login_throttle");
like $other->login("vera")->{body}, qr/Name, password or code is wrong/, "now a login needs the code";
my $used = user_row("totp_last");
$c->sql("DELETE FROM login_throttle");
is $other->login("vera", code => code_at($secret, $used))->{status}, 422, "the code that confirmed is used up";
$c->sql("UPDATE app_user SET totp_last = totp_last - 2; DELETE FROM login_throttle");
my $now = totp_step;
my $code = code_at($secret, $now);
is $other->login("vera", code => $code)->{status}, 303, "a fresh one lets in";
is $other->login("vera", code => $code)->{status}, 422, "once";
$c->sql("DELETE FROM login_throttle");
is $other->login("vera", code => $code, password => "wrong password")->{status}, 422, "a code alone does not";
$c->sql("DELETE FROM login_throttle");
is $c->post("/account/totp", action => "disable", totp_password => "wrong password")->{status}, 422,
    "off only with the password";
is $c->post("/account/totp", action => "cancel")->{status}, 422, "cancel is no way round it";
is user_row("totp_enabled"), "t", "still on";
is $c->post("/account/totp", action => "disable", totp_password => $good)->{status}, 303, "with it";
is user_row("totp_enabled"), "f", "they are off";
is audits("user.totp"), 2, "audited";
is $c->post("/account/totp", action => "confirm", code => $code)->{status}, 409, "nothing is left to confirm";
is $c->post("/account/totp", action => "explode")->{status}, 422, "an unknown action";
$c->post("/account/totp", action => "begin");
is $c->post("/account/totp", action => "cancel")->{status}, 303, "a secret that was only begun is dropped at once";
is user_row("totp_sealed IS NULL"), "t", "and is gone";

# Sessions.
$c->sql("DELETE FROM login_throttle");
$other->login("vera");
$c->get("/account");
my ($hash) = $c->get("/account")->{body} =~ /name="session" value="([0-9a-f]{64})"/;
is $c->post("/account/sessions", session => $hash)->{status}, 303, "ending the other session";
is $other->get("/")->{status}, 303, "logs it out";
is $c->post("/account/sessions", session => $hash)->{status}, 404, "it cannot be ended twice";
$c->add_user("wim", "viewer");
$other->login("wim");
my $foreign = $c->sql("SELECT token_hash FROM session s JOIN app_user u ON u.id = user_id WHERE name = 'wim'");
is $c->post("/account/sessions", session => $foreign)->{status}, 404, "somebody else's session";
is $other->get("/")->{status}, 200, "stays";
my $third = $c->visitor;
$third->login("vera");
is $c->post("/account/sessions", session => "others")->{status}, 303, "all others";
is $third->get("/")->{status}, 303, "are ended";
is $c->get("/account")->{status}, 200, "this one is not";
is $c->post("/account/sessions")->{status}, 422, "a form that names none";
unlike $c->log_text, qr/request\.failed|$plain|\Q$good\E/, "the log has no failure and no secret";
done_testing;
