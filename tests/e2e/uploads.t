#!/usr/bin/perl
# Files from their upload to the stored bars and back, with the worker: its
# processes killed at twenty points of an import leave all or nothing, and the
# page says which; uploads of one instrument wait for each other, others not.
use strict;
use warnings;
use lib "tests/lib";
use Console;
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep time);

Console::skip_unless_ready();
my $c      = Console->new(QM_NOW => "2026-02-02T12:00:00Z");
my $dir    = tempdir(CLEANUP => 1);
my $bin    = ($ENV{QM_BIN} // "bin") . "/quotemill";
my @worker = ();    # processes that this test started

sub worker_env {
    return (%{$c->{settings}}, QM_DB_WORKER => "host=$c->{host} dbname=$c->{db} user=quotemill_worker");
}

# `quotemill work` or tick in the background.
sub start_worker {
    my ($command) = @_;
    my %set = worker_env();
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        $ENV{$_} = $set{$_} for keys %set;
        open STDERR, ">>", "$dir/worker.log" or die;
        open STDOUT, ">&", \*STDERR or die;
        exec $bin, $command or POSIX::_exit(9);
    }
    return $pid;
}

sub stop_worker {
    my ($pid, $signal) = @_;
    kill $signal // "TERM", $pid;
    waitpid $pid, 0;
    return $?;
}

sub tick {
    my $pid = start_worker("tick");
    waitpid $pid, 0;
    return $? >> 8;
}

sub worker_log {
    open my $in, "<", "$dir/worker.log" or return "";
    local $/;
    return <$in> // "";
}

# The job processes of a worker.
sub children_of {
    my ($pid) = @_;
    my @found;
    for my $task (glob "/proc/$pid/task/*/children") {
        open my $in, "<", $task or next;
        push @found, split " ", <$in> // "";
    }
    return @found;
}

sub until_true {
    my ($what, $seconds, $check) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        return 1 if $check->();
        sleep 0.01;
    }
    diag "never: $what\n" . worker_log();
    return 0;
}

# A file as if it had come in: its object in the archive and its row.
sub put_file {
    my ($name, $text) = @_;
    my $path = "$dir/$name";
    open my $out, ">", $path or die "$path: $!";
    print $out $text;
    close $out;
    my ($hash) = split " ", `b2sum -l 256 $path`;
    my $folder = "$c->{settings}{QM_ARCHIVE_DIR}/" . substr $hash, 0, 2;
    mkdir $folder;
    system("zstd", "-q", "-f", $path, "-o", "$folder/" . substr($hash, 2) . ".zst") == 0 or die "zstd";
    my ($head, $tail) = map { unpack "H*", $_ } substr($text, 0, 65536), length $text > 65536 ? substr($text, -65536) : $text;
    open my $sql, ">", "$dir/put.sql" or die;
    printf $sql "INSERT INTO upload (name, archive_hash, bytes, plain_bytes, packing, head, tail, source, uploaded_by)"
        . " VALUES ('%s', '%s', %d, %d, 'plain', '\\x%s', '\\x%s', 'page', 'olga') RETURNING id",
        $name, $hash, length $text, length $text, $head, $tail;
    close $sql;
    my $id = `psql -XAtq -h $c->{host} -U postgres -d $c->{db} -f $dir/put.sql`;
    chomp $id;
    return $id;
}

# Minute bars of our own export's layout.
sub minutes {
    my ($n, $price) = @_;
    my @rows = ("time,open,high,low,close,volume");
    for my $i (0 .. $n - 1) {
        my ($d, $m) = (int($i / 1440), $i % 1440);
        my @day = gmtime(1577836800 + $d * 86400);
        my $p = $price + $i % 97;
        push @rows, sprintf "%04d-%02d-%02dT%02d:%02d:00Z,%d,%d,%d,%d,%d", $day[5] + 1900, $day[4] + 1, $day[3],
            $m / 60, $m % 60, $p, $p + 2, $p - 2, $p + 1, $i % 13;
    }
    return join("\n", @rows) . "\n";
}

sub state_of { return $c->sql("SELECT state FROM upload WHERE id = $_[0]") }

sub verdict {
    my ($id) = @_;
    my ($words) = $c->get("/uploads/$id")->{body} =~ /verdict-words">([^<]*)</;
    return $words // "";
}

sub check_file {
    my ($id, $symbol) = @_;
    $c->get("/uploads/$id");
    my $r = $c->post("/uploads/$id/check", instrument => $symbol);
    is $r->{status}, 303, "upload $id is asked to be checked" or diag $r->{body};
}

# Of what files bring; not of what is built of it.
sub digest {
    return $c->sql("SELECT md5(string_agg(concat_ws(',', instrument_id, interval_s, ts, open, high, low, close, volume),
                    ' ' ORDER BY instrument_id, interval_s, ts)), count(*) FROM bar WHERE interval_s = 60")
        . " " . $c->sql("SELECT count(*) FROM bar_history WHERE interval_s = 60");
}

$c->add_user("olga", "operator");
$c->login("olga");
my $n = 20_000;

subtest "check, store, undo, and what each page says" => sub {
    my $empty = digest();
    my $id    = put_file("mine.csv", minutes($n, 100) . "2020-02-01T00:00:00Z,10,5,1,7,1\n");
    is verdict($id), "One question is open", "which instrument is asked";
    my $r = $c->post("/uploads/$id/check", instrument => "");
    is $r->{status}, 422, "no answer, no check";
    like $r->{body}, qr/has to be answered first/, "the field says so";
    $r = $c->post("/uploads/$id/check", instrument => "NOSUCH");
    is $r->{status}, 422, "an unknown instrument is refused";
    check_file($id, "BTC-USD");
    like verdict($id), qr/^Waiting for a worker/, "the page says what it waits for";
    is tick(), 0, "tick works the check";
    is state_of($id), "checked", "checked" or diag worker_log();
    is digest(), $empty, "a check stores nothing";
    like verdict($id), qr/1 refused/, "the refusal is counted";
    my $page = $c->get("/uploads/$id")->{body};
    like $page, qr/<button[^>]*>Store 20\x{e2}?.*000 rows into BTC-USD 1m/, "the button names its object";
    like $page, qr/2020-02-01T00:00:00Z,10,5,1,7,1/, "the refused row is shown as it was";
    $r = $c->get("/uploads/$id/refused.csv");
    like $r->{headers}{"content-type"}[0], qr{^text/csv}, "refused rows come as CSV";
    like $r->{body}, qr/^time,open,high,low,close,volume,.*\n2020-02-01T00:00:00Z,10,5,1,7,1,/, "header and row as they were";
    is scalar(() = $r->{body} =~ /\n/g), 2, "and nothing else";
    $c->get("/uploads/$id");
    is $c->post("/uploads/$id/store")->{status}, 303, "store is asked for";
    is $c->post("/uploads/$id/store")->{status}, 409, "once only";
    is tick(), 0, "tick stores";
    is state_of($id), "stored", "stored" or diag worker_log();
    is $c->sql("SELECT count(*) FROM bar WHERE interval_s = 60"), $n, "every good row is there";
    is $c->sql("SELECT trigger || ' ' || array_to_string(steps, ',') FROM run ORDER BY id DESC LIMIT 1"), "upload process,retrain",
        "a run that mills and retrains was queued, and worked";
    is $c->sql("SELECT count(*) FROM run WHERE state IN ('queued', 'running')"), 0, "the queue is empty";
    my $load = $c->sql("SELECT id FROM load WHERE upload_id = $id");
    like $c->get("/loads/$load")->{body}, qr/Undo load $load of BTC-USD 1m/, "the load's page offers the undo";
    is $c->post("/loads/$load/undo")->{status}, 303, "undo is asked for";
    is tick(), 0, "tick undoes";
    is state_of($id), "undone", "undone";
    is $c->sql("SELECT state FROM load_job ORDER BY id DESC LIMIT 1"), "done", "its job is done";
    is digest(), $empty, "the tables are as they were";
    like $c->get("/loads/$load")->{body}, qr/Undone: the tables are as if/, "the load's page says so for ever";
    is $c->post("/loads/$load/undo")->{status}, 409, "nothing is undone twice";
    $c->get("/uploads/$id");
    is $c->post("/uploads/$id/discard")->{status}, 409, "what was stored once is not discarded";
};

subtest "auto store follows a clean check; stop and discard end work" => sub {
    my $id = put_file("clean.csv", minutes(500, 300));
    $c->get("/uploads/$id");
    is $c->post("/uploads/$id/check", instrument => "BTC-USD", auto_store => "yes")->{status}, 303, "checked and stored";
    is tick(), 0, "tick works both";
    is state_of($id), "stored", "stored without another word";
    my $other = put_file("stopped.csv", minutes(700, 300));
    check_file($other, "BTC-USD");
    $c->get("/uploads/$other");
    is $c->post("/uploads/$other/stop")->{status}, 303, "stopped while it waits";
    is state_of($other), "failed", "so it failed";
    like $c->get("/uploads/$other")->{body}, qr/Stopped by olga|stopped by olga/, "by whom is said";
    is $c->post("/uploads/$other/discard")->{status}, 303, "and is discarded";
    is tick(), 0, "tick finds nothing to do";
    is state_of($other), "discarded", "it stays so";
    my $load = $c->sql("SELECT id FROM load WHERE upload_id = $id");
    $c->get("/loads/$load");
    $c->post("/loads/$load/undo");
    tick();
};

# How long a store takes when nobody disturbs it.
my $text   = minutes(30_000, 100);
my $killed = put_file("killed.csv", $text);
check_file($killed, "BTC-USD");
tick();
my $before = digest();

# Stores with the processes of the job killed after a pause; returns what was
# stored at that moment and what the page said.
sub store_and_kill {
    my ($pause, $who) = @_;
    $c->get("/uploads/$killed");
    is $c->post("/uploads/$killed/store")->{status}, 303, sprintf("store, killed after %.0f ms", 1000 * $pause);
    my $worker = start_worker("tick");
    until_true("job under way", 20, sub { children_of($worker) || state_of($killed) eq "stored" });
    sleep $pause;
    my @children = children_of($worker);
    kill "KILL", @children if @children;
    stop_worker($worker, "KILL") if $who eq "all";
    return $worker;
}

my ($took) = do {
    $c->get("/uploads/$killed");
    $c->post("/uploads/$killed/store");
    my $begin = time;
    tick();
    time - $begin;
};
my $stored = digest();
isnt $stored, $before, "what the file holds differs from nothing";

# As it was when the file had been checked.
sub clean {
    $c->sql("DELETE FROM bar; DELETE FROM bar_history; DELETE FROM load_job WHERE kind = 'undo'; DELETE FROM load;
             DELETE FROM step; DELETE FROM run; UPDATE upload SET state = 'checked' WHERE id = $killed");
}
clean();
is digest(), $before, "nothing is stored again";

my ($times_killed, %said) = (0);
for my $point (1 .. 17) {
    subtest "the job's process killed, point $point of 17" => sub {
        my $worker = store_and_kill(0.9 * $took * ($point - 1) / 17, "job");
        my $now    = digest();
        my $words  = verdict($killed);
        $said{$1}++ if $words =~ /^(\w+)/;
        ok $now eq $before || $now eq $stored, "all or nothing at once";
        waitpid $worker, 0;
        is $? >> 8, 0, "the worker goes on";
        is state_of($killed), "stored", "and stores it in the end" or diag worker_log();
        is digest(), $stored, "exactly once";
        $times_killed++ if $c->sql("SELECT attempt FROM load_job WHERE kind = 'store' ORDER BY id DESC LIMIT 1") > 1;
        is $c->sql("SELECT count(*) FROM load WHERE upload_id = $killed AND state = 'stored'"), 1, "as one load";
        clean();
    };
}
cmp_ok $times_killed, ">=", 3, "several kills came in the middle ($times_killed), the page said " . join ", ", sort keys %said;

for my $point (1 .. 3) {
    subtest "worker and process killed, point $point of 3; another worker takes over" => sub {
        store_and_kill(0.5 * $took * ($point - 1) / 3, "all");
        my $now = digest();
        ok $now eq $before || $now eq $stored, "all or nothing at once";
        like verdict($killed), qr/^(Storing|Interrupted|Stored|Waiting)/, "the page says which";
        is tick(), 0, "the next tick works what is left";
        is state_of($killed), "stored", "stored" or diag worker_log();
        is digest(), $stored, "exactly once";
        clean();
    };
}

subtest "the console restarted in the middle says how it stands" => sub {
    $c->get("/uploads/$killed");
    $c->post("/uploads/$killed/store");
    my $worker = start_worker("tick");
    until_true("job under way", 20, sub { children_of($worker) > 0 });
    kill "KILL", $c->{pid};
    waitpid $c->{pid}, 0;
    $c->start;
    like verdict($killed), qr/^(Storing|Stored)/, "from the database alone";
    waitpid $worker, 0;
    is digest(), $stored, "the work went on";
    clean();
};

subtest "attempts are used up; then it failed, with words and a way on" => sub {
    $c->get("/uploads/$killed");
    $c->post("/uploads/$killed/store");
    my $worker = start_worker("tick");
    my $end    = time + 60;
    while (state_of($killed) eq "storing" && time < $end) {
        kill "KILL", children_of($worker);
        sleep 0.01;
    }
    waitpid $worker, 0;
    is state_of($killed), "failed", "it failed";
    my $page = $c->get("/uploads/$killed")->{body};
    like $page, qr/nothing was stored/, "nothing was stored, it says";
    like $page, qr/killed by signal 9.*after 3 attempts/, "why and how often";
    like $page, qr/Check again/, "what to do";
    is digest(), $before, "nothing is there";
    is $c->post("/uploads/$killed/again")->{status}, 303, "checked again";
    is tick(), 0, "worked";
    is state_of($killed), "checked", "fit to be stored";
};

subtest "two of one instrument wait for each other, another goes beside them" => sub {
    my @id = (put_file("a.csv", minutes(30_001, 100)), put_file("b.csv", minutes(30_002, 100)), put_file("c.csv", minutes(30_003, 100)));
    my @symbols = ("BTC-USD", "BTC-USD", "ETH-USD");
    check_file($id[$_], $symbols[$_]) for 0 .. 2;
    tick();
    for my $id (@id) {
        $c->get("/uploads/$id");
        $c->post("/uploads/$id/store");
    }
    is tick(), 0, "all are stored";
    is state_of($_), "stored", "upload $_" for @id;
    my %at = map { my @f = split /\|/; ($f[0] => [@f[1, 2]]) }
        split /\n/, $c->sql("SELECT upload_id, extract(epoch FROM started_at), extract(epoch FROM finished_at)
                             FROM load_job WHERE kind = 'store' ORDER BY id DESC LIMIT 3");
    my ($x, $y, $z) = @at{@id};
    cmp_ok $y->[0], ">=", $x->[1], "the second began when the first had ended";
    cmp_ok $z->[0], "<", $x->[1], "the other instrument's began before that";
    is $c->sql("SELECT string_agg(rows_new || ' ' || rows_same, ',' ORDER BY id) FROM upload WHERE id IN ($id[0], $id[1])"),
        "30001 0,1 30001", "the second saw what the first had stored";
};

subtest "a worker that is stopped gives the job back, not counted" => sub {
    my $id = put_file("given.csv", minutes(30_004, 100));
    check_file($id, "WTI");
    tick();
    $c->get("/uploads/$id");
    $c->post("/uploads/$id/store");
    my $worker = start_worker("work");
    until_true("job under way", 20, sub { children_of($worker) > 0 });
    is stop_worker($worker) >> 8, 0, "work ends well on SIGTERM";
    my $job = $c->sql("SELECT state || ' ' || attempt FROM load_job WHERE kind = 'store' ORDER BY id DESC LIMIT 1");
    like $job, qr/^(queued 0|done 1)$/, "it waits again, or was done by then";
    is tick(), 0, "the next worker";
    is state_of($id), "stored", "stores it";
};

done_testing;
