#!/usr/bin/perl
# /api/v1/export: what it sends, what it refuses, and through nginx: that a
# broken export never looks whole, that a client who leaves ends it, and that
# memory does not grow with the rows.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
my $rows = 400_000;    # some 40 MB: no buffer on the way holds them
my $c = Console->new(QM_NOW => "2026-02-01T00:00:00Z");
$c->add_user("vera", "viewer");
$c->sql("INSERT INTO instrument (symbol, title, kind, calendar, interval_s)
         VALUES ('DAY', 'days', 'stock', 'NYSE', 86400), ('MIN/USD', 'minutes', 'crypto', '24x7', 60)");
$c->sql("INSERT INTO bar SELECT id, 86400, d, 1.5, 2, 1, 1.25, CASE WHEN d < '2024-01-03Z' THEN 100 END, 1
           FROM instrument, generate_series('2024-01-01Z'::timestamptz, '2024-01-05Z', '1 day') d WHERE symbol = 'DAY'");
$c->sql("SELECT bar_partitions_ensure('2023-01-01Z', '2023-12-31Z');
         INSERT INTO bar SELECT id, 60, '2023-01-01Z'::timestamptz + n * interval '1 minute', n, n + 0.5, n - 0.25, n, n / 3.0, 1
           FROM instrument, generate_series(0, $rows - 1) n WHERE symbol = 'MIN/USD';
         ANALYZE bar");

is $c->get("/api/v1/export/DAY")->{status}, 401, "not without a login";
$c->login("vera");
my $r = $c->get("/api/v1/export/day");
is $r->{status}, 200, "a viewer may";
is $r->{headers}{"content-type"}[0], "text/csv; charset=utf-8", "CSV";
is $r->{headers}{"content-disposition"}[0], 'attachment; filename="DAY_1d.csv"', "has a name for the file";
is $r->{headers}{"content-length"}, undef, "no length: it is sent while it is read";
is $r->{body}, "symbol,ts,open,high,low,close,volume\n" .
    join("", map { "DAY,2024-01-0${_}T00:00:00Z,1.5,2,1,1.25," . ($_ < 3 ? 100 : "") . "\n" } 1 .. 5), "all rows";
$r = $c->get("/api/v1/export/DAY?from=2024-01-02&to=2024-01-03&format=json&interval=1d");
is $r->{headers}{"content-type"}[0], "application/json", "JSON";
is $r->{headers}{"content-disposition"}[0], 'attachment; filename="DAY_1d.json"', "has a name, too";
my %row = (open => 1.5, high => 2, low => 1, close => 1.25);
is_deeply decode_json($r->{body}), {
    symbol => "DAY", interval => "1d", next => undef,
    rows => [{ts => "2024-01-02T00:00:00Z", %row, volume => 100}, {ts => "2024-01-03T00:00:00Z", %row, volume => undef}]},
    "both days of a range";
$r = $c->get("/api/v1/export/MIN%2FUSD?to=2023-01-01T00:01:00Z");
is scalar(() = $r->{body} =~ /\n/g), 3, "a symbol with a slash; times inclusive";
is $r->{headers}{"content-disposition"}[0], 'attachment; filename="MIN-USD_1m.csv"', "whose file name has none";
$r = $c->get("/api/v1/export/DAY?from=2030-01-01");
is "$r->{status} $r->{body}", "200 symbol,ts,open,high,low,close,volume\n", "no rows is a header";
$r = $c->request("HEAD", "/api/v1/export/DAY");
is "$r->{status} $r->{headers}{'content-type'}[0] $r->{body}", "200 text/csv; charset=utf-8 ", "HEAD has no body";

for my $case (["NOPE", 404], ["DAY?interval=2d", 422], ["DAY?from=yesterday", 422], ["DAY?format=xml", 422],
    ["DAY?from=2024-02-01&to=2024-01-01", 422]) {
    my ($query, $status) = @$case;
    for my $method ("GET", "HEAD") {
        $r = $c->request($method, "/api/v1/export/$query");
        is $r->{status}, $status, "$method $query: $status";
        is $r->{headers}{"content-type"}[0], "application/problem+json", "as a problem";
        is $r->{headers}{"content-disposition"}, undef, "that is no file";
    }
}
$c->sql("REVOKE SELECT ON bar FROM quotemill_console");
$r = $c->get("/api/v1/export/DAY");
isnt $r->{status}, 200, "a failure before the first row has a status of its own";
is $r->{headers}{"content-disposition"}, undef, "and is no file";
$c->sql("GRANT SELECT ON bar TO quotemill_console");

# --- through nginx ------------------------------------------------------------
my $nginx = (grep { -x } "/usr/sbin/nginx")[0];
if (!$nginx) {
    note "no nginx here: what it makes of a broken export is not tested";
    done_testing;
    exit;
}
my $dir = $c->{dir};
chmod 0755, $dir;
chmod 0777, $c->{socket};
open my $conf, ">", "$dir/nginx.conf" or die;
print $conf <<"CONF";
daemon off;
worker_processes 1;
pid $dir/nginx.pid;
error_log $dir/nginx.log info;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $dir/body; fastcgi_temp_path $dir/fastcgi; proxy_temp_path $dir/proxy;
    uwsgi_temp_path $dir/uwsgi; scgi_temp_path $dir/scgi;
    fastcgi_param REQUEST_METHOD \$request_method;
    fastcgi_param REQUEST_URI \$request_uri;
    fastcgi_param HTTP_COOKIE \$http_cookie;
    fastcgi_max_temp_file_size 0;
    server {
        listen unix:$dir/direct.sock;
        location / { fastcgi_pass unix:$c->{socket}; fastcgi_buffering off; }
    }
    server {
        listen unix:$dir/buffered.sock;
        location / { fastcgi_pass unix:$c->{socket}; fastcgi_keep_conn on; }
    }
}
CONF
close $conf;
my $nginx_pid = fork // die;
if ($nginx_pid == 0) {
    exec $nginx, "-e", "$dir/nginx.log", "-c", "$dir/nginx.conf" or POSIX::_exit(9);
}
END { local $?; if ($nginx_pid) { kill TERM => $nginx_pid; waitpid $nginx_pid, 0 } }
for (1 .. 100) { last if -S "$dir/buffered.sock"; select undef, undef, undef, 0.05 }

my $cookie = join "; ", map { "$_=$c->{jar}{$_}" } sort keys %{$c->{jar}};
# Starts curl on a path; its exit status is that of waitpid.
sub curl {
    my ($socket, $path, @options) = @_;
    my $pid = fork // die;
    return $pid if $pid;
    exec "curl", "-sS", "--unix-socket", "$dir/$socket.sock", "-b", $cookie, "-o", "$dir/got", "-D", "$dir/head",
        "--stderr", "$dir/curl.log", @options, "http://console/api/v1/export/$path" or POSIX::_exit(9);
}
# Waits until something holds; false after 20 seconds.
sub until_true {
    my ($test) = @_;
    for (1 .. 400) {
        return 1 if $test->();
        select undef, undef, undef, 0.05;
    }
    return 0;
}
# Starts a slow export of all minutes, and returns curl once rows have come.
sub slow_export {
    my ($socket) = @_;
    unlink "$dir/got";
    my $pid = curl($socket, "MIN%2FUSD", "--limit-rate", "1M");
    ok until_true(sub { -s "$dir/got" }), "$socket: under way";
    return $pid;
}
my $reading = "FROM pg_stat_activity WHERE datname = '$c->{db}' AND query LIKE '%COPY%' AND state = 'active'
               AND application_name = 'quotemill console'";
# Most memory since the last call, in KiB. (A login takes 64 MiB for a moment.)
my $peak = sub {
    open my $in, "<", "/proc/$c->{pid}/status" or return 0;
    my ($kib) = map { /^VmHWM:\s*(\d+)/ } <$in>;
    open my $reset, ">", "/proc/$c->{pid}/clear_refs" or return 0;
    print $reset "5\n";
    return $kib;
};

$peak->();
$c->get("/api/v1/export/DAY");
my $before = $peak->();
waitpid curl("direct", "MIN%2FUSD"), 0;
is $?, 0, "a long export arrives";
is `wc -l < $dir/got` + 0, $rows + 1, "with all rows";
my $after = $peak->();
ok $before > 1024 && $after - $before < 2048, "the console's memory does not grow with it" or diag "$before KiB, then $after";
like `grep -c Transfer-Encoding:.chunked $dir/head`, qr/^1/, "in parts";

waitpid curl("buffered", "MIN%2FUSD"), 0;
is "$? " . (`wc -l < $dir/got` + 0), "0 " . ($rows + 1), "the same as nginx is set up";

my $broken = 0;
for my $socket ("direct", "buffered") {
    my $pid = slow_export($socket);
    $c->sql("SELECT pg_terminate_backend(pid) $reading");
    waitpid $pid, 0;
    is $? >> 8, 18, "$socket: an export that broke in the middle is a failed transfer to the client"
        or diag `cat $dir/curl.log; tail -3 $dir/nginx.log`;
    is scalar(() = $c->log_text =~ /request\.broken/g), ++$broken, "$socket: and a line in the log";
    is $c->get("/api/v1/export/DAY")->{status}, 200, "$socket: the next request is answered";
}
{
    my $pid = slow_export("direct");
    kill KILL => $pid;
    waitpid $pid, 0;
    ok until_true(sub { $c->sql("SELECT count(*) $reading") == 0 }), "a client who leaves ends the reading";
    is $c->get("/api/v1/export/DAY")->{status}, 200, "the console goes on";
    like $c->log_text, qr/request\.left/, "it is no failure";
}
{
    my $pid = slow_export("buffered");
    kill KILL => $c->{pid};
    waitpid $pid, 0;
    isnt $?, 0, "a console that dies in the middle is a failed transfer (fastcgi_keep_conn on)";
    waitpid $c->{pid}, 0;
    delete $c->{pid};
}
done_testing;
