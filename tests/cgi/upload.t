#!/usr/bin/perl
# Files on their way in: by the page's form, by PUT with a token, and all that
# can be wrong with them. tests/e2e/upload.t has what needs nginx.
use strict;
use warnings;
use Test::More;
use JSON::PP;
use File::Find;
use IO::Compress::Gzip qw(gzip);
use lib "tests/lib";
use Console;

Console::skip_unless_ready();
our $c = Console->new(QM_UPLOAD_MAX_BYTES => 400_000, QM_LOGIN_TRIES => 1000);
$c->add_user(@$_) for ["olaf", "operator"], ["vera", "viewer"];

my $csv = "Date,Open,High,Low,Close,Volume\n"
    . join "", map { sprintf "2024-01-%02d,%d,%d,%d,%d,1000\n", $_, 100 + $_, 103 + $_, 98 + $_, 101 + $_ } 1 .. 28;
my $png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR" . "\0" x 200;

sub token {
    my ($user, $scope) = @_;
    local %ENV = (%ENV, %{$c->{settings}});
    chomp(my $token = qx(@{[$ENV{QM_BIN} // "bin"]}/quotemill token add $user --scope $scope));
    return $token;
}
my $token = token("olaf", "upload");

sub put {
    my ($uri, $body, %o) = @_;
    my $bearer = delete $o{token} // $token;
    return $c->request("PUT", $uri, body => $body, no_cookies => 1, type => "text/csv",
        headers => {HTTP_AUTHORIZATION => "Bearer $bearer"}, %o);
}

# A form as browsers send it; each part [name, value] or [name, value, filename].
sub form {
    my ($who, @parts) = @_;
    my $body = "";
    for (@parts) {
        my ($name, $value, $filename) = @$_;
        $body .= qq(--b\r\nContent-Disposition: form-data; name="$name");
        $body .= qq(; filename="$filename"\r\nContent-Type: text/csv) if defined $filename;
        $body .= "\r\n\r\n$value\r\n";
    }
    return $who->request("POST", "/upload/files", body => "$body--b--\r\n", type => "multipart/form-data; boundary=b");
}

sub n_uploads { $c->sql("SELECT count(*) FROM upload") }

sub files {
    my ($what, $n) = (shift, 0);
    find(sub { $n++ if -f && ($what eq "draft") == /^\.draft-/ }, $c->{settings}{QM_ARCHIVE_DIR});
    return $n;
}

sub problem {
    my ($r, $status, $words, $what) = @_;
    is $r->{status}, $status, $what;
    is $r->{headers}{"content-type"}[0], "application/problem+json", "... in JSON";
    my $problem = eval { decode_json($r->{body}) } // {};
    is $problem->{status}, $status, "... with its status";
    like $problem->{detail}, $words, "... in words";
}

subtest "PUT" => sub {
    my $r = put("/upload/prices.csv", $csv);
    is $r->{status}, 201, "a file that leaves something to ask" or diag $r->{raw};
    my $answer = decode_json($r->{body});
    is $answer->{url}, "/uploads/$answer->{upload}", "its page";
    is $r->{location}, $answer->{url}, "also in the head";
    is $answer->{state}, "received", "it waits for answers";
    is_deeply [map { $_->{field} } @{$answer->{questions}}], ["instrument"], "and says which";
    ok $answer->{questions}[0]{question}, "in words";
    is $c->sql("SELECT name || ' ' || bytes || ' ' || plain_bytes || ' ' || packing || ' ' || source || ' ' || uploaded_by "
             . "FROM upload"), "prices.csv " . length($csv) . " " . length($csv) . " plain api olaf", "recorded";
    is $c->sql("SELECT convert_from(head, 'UTF8') = convert_from(tail, 'UTF8') FROM upload"), "t", "with its beginning and end";

    $r = put("/upload/?instrument=BTC-USD&interval=1d", $csv);
    is $r->{status}, 202, "without a question its check is queued" or diag $r->{raw};
    $answer = decode_json($r->{body});
    is $answer->{state}, "checking", "and under way";
    is_deeply $answer->{questions}, [], "nothing is asked";
    ok $answer->{format}, "the format is known";
    is $c->sql("SELECT kind || ' ' || requested_by FROM load_job WHERE upload_id = $answer->{upload}"), "check olaf", "as a job";
    is $c->sql("SELECT auto_store FROM upload WHERE id = $answer->{upload}"), "f", "that stores nothing";
    is files("object"), 1, "the same bytes are kept once";

    $r = put("/upload/?instrument=BTC-USD&interval=1d&store=yes&map=zone=Europe/Berlin", $csv);
    $answer = decode_json($r->{body});
    is $c->sql("SELECT auto_store FROM upload WHERE id = $answer->{upload}"), "t", "store=yes goes on by itself";
    is $c->sql("SELECT mapping->>'zone' FROM upload WHERE id = $answer->{upload}"), "Europe/Berlin", "map answers what else there is";
    gzip(\$csv, \my $gz);
    $r = put("/upload/prices.csv.gz", $gz);
    is $r->{status}, 201, "a gzip file";
    is $c->sql("SELECT packing || ' ' || plain_bytes FROM upload ORDER BY id DESC LIMIT 1"), "gzip " . length $csv, "is seen through";
    is files("draft"), 0, "no draft is left";
    is $c->sql("SELECT count(*) FROM audit_log WHERE action LIKE 'upload.%' AND who = 'olaf'") > 0, 1, "audited";
};

subtest "PUT that is refused" => sub {
    my $before = n_uploads();
    my $objects = files("object");
    problem(put("/upload/a.png", $png), 422, qr/PNG/, "a picture");
    problem(put("/upload/a.pdf", "%PDF-1.7\n" . "x" x 999), 422, qr/PDF/, "a PDF");
    problem(put("/upload/", ""), 422, qr/empty/i, "nothing at all");
    gzip(\$csv, \my $gz);
    problem(put("/upload/a.gz", substr $gz, 0, -9), 422, qr/cut off|truncated|missing/i, "a gzip file without its end");
    gzip(\("1,2,3\n" x 600_000), \my $bomb);
    cmp_ok length $bomb, "<", 400_000, "a bomb";
    problem(put("/upload/a.gz", $bomb), 422, qr/more than/i, "... is refused");
    problem(put("/upload/a.csv", "x" x 400_001), 413, qr/390\.6 KiB/, "too large");
    problem(put("/upload/a.csv", $csv, length => 5000), 400, qr/broke off after \d+ bytes/, "broken off half way");
    problem(put("/upload/a.csv", $csv, length => "x"), 400, qr/./, "a length that is none");
    problem(put("/upload/?store=maybe", $csv), 422, qr/store is yes or no/i, "store=maybe");
    problem(put("/upload/?wait=26", $csv), 422, qr/wait is a number/i, "wait=26");
    problem(put("/upload/?map=close", $csv), 422, qr/map is field=column/i, "map without a column");
    problem(put("/upload/?instrument=BTC-USD&interval=nonsense", $csv), 422, qr/interval|nonsense/, "an answer that does not fit");
    problem(put("/upload/", $csv, token => "qm_nonsense"), 401, qr/token is not good/, "a wrong token");
    problem($c->request("PUT", "/upload/", body => $csv, no_cookies => 1), 401, qr/not signed in/, "no token");
    problem(put("/upload/", $csv, token => token("olaf", "read")), 403, qr/scope is read/, "a token that only reads");
    problem(put("/upload/", $csv, token => token("vera", "full")), 403, qr/role is viewer/, "a viewer's token");
    is n_uploads(), $before, "nothing was recorded";
    is files("object"), $objects, "nothing was kept";
    is files("draft"), 0, "no draft is left";
};

subtest "names are for people" => sub {
    for (["x" x 3000, qr/^x{1,255}$/], ["..%2F..%2Fetc%2Fpasswd", qr{^passwd$}], ["a%22%3Cb%3E.csv", qr/^a"<b>\.csv$/],
         ["%C3%A9.csv", qr/^\x{c3}\x{a9}\.csv$/]) {
        is put("/upload/$_->[0]", $csv)->{status}, 201, substr($_->[0], 0, 30);
        like $c->sql("SELECT name FROM upload ORDER BY id DESC LIMIT 1"), $_->[1], "... is kept as text";
    }
    is put("/upload/a%00b", $csv)->{status}, 404, "a NUL";
    is put("/upload/%ff", $csv)->{status}, 404, "not UTF-8";
};

subtest "the form" => sub {
    $c->login("olaf");
    my $csrf = [csrf => $c->{csrf}];
    my $r = form($c, $csrf, [file => $csv, "C:\\data\\prices.csv"]);
    is $r->{status}, 303, "one file" or diag $r->{raw};
    my $id = $c->sql("SELECT max(id) FROM upload");
    is $r->{location}, "/uploads/$id", "leads to its page";
    is $c->sql("SELECT name || ' ' || source FROM upload WHERE id = $id"), "prices.csv page", "under its name alone";
    $r = form($c, $csrf, [instrument => "BTC-USD"], [interval => "1d"], [file => $csv, "a.csv"], [file => "$csv\n", "b.csv"]);
    is $r->{status}, 303, "several files";
    is $r->{location}, "/upload", "lead to the list";
    is $c->sql("SELECT string_agg(name || ' ' || state, ', ' ORDER BY id) FROM upload WHERE id > $id"),
        "a.csv checking, b.csv checking", "what the form says counts for all";
    $r = form($c, $csrf, [file => $csv, "good.csv"], [file => $png, "bad.png"]);
    is $r->{status}, 303, "a good one beside a bad one";
    is $r->{location}, "/upload", "goes on";
    is $c->sql("SELECT name FROM upload ORDER BY id DESC LIMIT 1"), "good.csv", "without the bad one";

    my $before = n_uploads();
    $r = form($c, $csrf, [file => $png, "a.png"]);
    is $r->{status}, 422, "a picture";
    like $r->{body}, qr/&quot;a\.png&quot;: .*PNG/, "is refused by name";
    like $r->{body}, qr/Nothing was stored/, "and says what became of it";
    like $r->{headers}{"content-type"}[0], qr{text/html}, "on a page";
    is form($c, $csrf)->{status}, 422, "no file";
    is form($c, $csrf, [file => "", ""])->{status}, 422, "none chosen";
    is form($c, [file => $csv, "a.csv"])->{status}, 403, "no CSRF token";
    is form($c, [file => $csv, "a.csv"], $csrf)->{status}, 403, "behind the file it comes too late";
    is form($c, [csrf => "x" x 43], [file => $csv, "a.csv"])->{status}, 403, "another one";
    is form($c, [csrf => "x" x 5000], [file => $csv, "a.csv"])->{status}, 400, "a huge one";
    is form($c, $csrf, map { [a => $_] } 1 .. 100)->{status}, 400, "too many fields";
    is $c->post("/upload/files", file => "x")->{status}, 415, "another kind of form";
    $r = $c->request("POST", "/upload/files", body => "--b\r\n", type => "multipart/form-data; boundary=b");
    is $r->{status}, 400, "a form that ends in the middle";
    $r = form($c, $csrf, [file => "x" x 400_001, "a.csv"]);
    is $r->{status}, 413, "too large";
    like $r->{body}, qr/390\.6 KiB/, "... says how much may come";
    is $c->request("POST", "/upload/files", type => "multipart/form-data; boundary=b", no_cookies => 1)->{status}, 401, "signed out";
    my $vera = $c->visitor;
    $vera->login("vera");
    is form($vera, [csrf => $vera->{csrf}], [file => $csv, "a.csv"])->{status}, 403, "a viewer may not";
    is n_uploads(), $before, "nothing was recorded";
    is files("draft"), 0, "no draft is left";
    is $c->sql("SELECT count(*) > 0 FROM audit_log WHERE action = 'csrf.refused' AND who = 'olaf'"), "t", "a refused form is audited";
};

subtest "a session may PUT with its token in the head" => sub {
    my $r = $c->request("PUT", "/upload/a.csv", body => $csv);
    is $r->{status}, 403, "not without";
    $r = $c->request("PUT", "/upload/a.csv", body => $csv, headers => {HTTP_X_CSRF_TOKEN => $c->{csrf}});
    is $r->{status}, 201, "with it";
};

subtest "the disk is full" => sub {
    my $disk = "$c->{dir}/disk";
    mkdir $disk;
    plan skip_all => "mounting a small disk needs root"
        if system("mount", "-t", "tmpfs", "-o", "size=256k,mode=777", "tmpfs", $disk);
    my $small = Console->new(QM_ARCHIVE_DIR => "$disk/archive");
    my $id = $small->add_user("olaf", "operator");
    local $c = $small;
    my $t = token("olaf", "upload");
    my $noise = join "\n", map { sprintf "2024-01-01,%.15f", rand } 1 .. 40_000;
    my $r = put("/upload/a.csv", "Date,Close\n$noise\n", token => $t);
    problem($r, 503, qr/cannot be kept.*disk is full/, "an upload that does not fit");
    is n_uploads(), 0, "is not recorded";
    is files("draft") + files("object"), 0, "and leaves nothing";
    is put("/upload/a.csv", $csv, token => $t)->{status}, 201, "a smaller one fits";
    $small->stop;
    system "umount", $disk;
};

unlike $c->log_text, qr/request\.failed/, "nothing failed unseen";
like $c->log_text, qr/<6>upload\.received upload=1 bytes=\d+/, "the log tells of each";
like $c->log_text, qr/<6>upload\.broken path="\/upload\/a\.csv" bytes=\d+ user=olaf/, "and of those that broke off";
done_testing;
