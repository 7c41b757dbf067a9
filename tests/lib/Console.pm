# The console under test: a FastCGI process on a socket of its own with a
# database of its own, spoken to through cgi-fcgi, without nginx.
#
#   use lib "tests/lib";
#   use Console;
#   my $c = Console->new(QM_LOGIN_TRIES => 3);   # settings
#   my $r = $c->get("/runs");                    # ->{status}, ->{head}, ->{body}
#   $c->add_user("ann", "admin");                # password: correct horse battery
#   $c->login("ann");                            # keeps cookies, finds csrf
#   $c->post("/users", name => "bob");
#
# Needs the throw-away cluster of scripts/test-db (QM_TEST_DB_HOST); without it
# the test is skipped.
package Console;
use strict;
use warnings;
use Test::More;
use File::Temp qw(tempdir);
use IPC::Open2;
use POSIX ();

my $count = 0;

sub skip_unless_ready {
    plan skip_all => "no test cluster: run through scripts/test-db run"
        unless $ENV{QM_TEST_DB_HOST};
}

sub new {
    my ($class, %settings) = @_;
    my $self = bless {jar => {}, dir => tempdir(CLEANUP => 1), settings => {}}, $class;
    $self->{host} = $ENV{QM_TEST_DB_HOST};
    $self->{db} = sprintf "qm_cgi_%d_%d", $$, ++$count;
    $self->sql_in("postgres", qq(CREATE DATABASE $self->{db} TEMPLATE qm_template STRATEGY file_copy));
    open my $key, ">", "$self->{dir}/key" or die "key: $!";
    print $key "5a" x 32, "\n";
    close $key;
    mkdir "$self->{dir}/archive";
    $self->{settings} = {
        QM_VAR           => $self->{dir},
        QM_DB_CONSOLE    => "host=$self->{host} dbname=$self->{db} user=quotemill_console",
        QM_TEMPLATES_DIR => "templates",
        QM_KEY_FILE      => "$self->{dir}/key",
        QM_ARCHIVE_DIR   => "$self->{dir}/archive",
        %settings
    };
    $self->{program} = ($ENV{QM_BIN} // "bin") . "/quotemill.fcgi";
    $self->start;
    return $self;
}

sub start {
    my ($self) = @_;
    my $socket = $self->{socket} = "$self->{dir}/web.sock";
    unlink $socket;
    my $pid = fork // die "fork: $!";
    if ($pid == 0) {
        $ENV{$_} = $self->{settings}{$_} for keys %{$self->{settings}};
        open STDERR, ">>", "$self->{dir}/log" or die;
        open STDOUT, ">", "/dev/null" or die;
        exec "spawn-fcgi", "-n", "-s", $socket, "--", $self->{program} or POSIX::_exit(9);
    }
    $self->{pid} = $pid;
    for (1 .. 200) {
        last if -S $socket;
        select undef, undef, undef, 0.02;
    }
}

sub stop {
    my ($self) = @_;
    return unless $self->{pid};
    kill TERM => $self->{pid};
    waitpid $self->{pid}, 0;
    my $status = $?;
    delete $self->{pid};
    return $status;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    $self->stop;
    $self->sql_in("postgres", "DROP DATABASE IF EXISTS $self->{db} WITH (FORCE)");
}

sub log_text {
    my ($self) = @_;
    open my $in, "<", "$self->{dir}/log" or return "";
    local $/;
    return <$in> // "";
}

sub sql_in {
    my ($self, $db, $sql) = @_;
    open my $psql, "-|", "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", $self->{host}, "-U", "postgres", "-d", $db,
        "-c", $sql
        or die "psql: $!";
    local $/;
    my $out = <$psql> // "";
    close $psql or die "psql failed: $sql";
    $out =~ s{\n\z}{};
    return $out;
}

sub sql {
    my ($self, $sql) = @_;
    return $self->sql_in($self->{db}, $sql);
}

sub escape {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9_.~-])/sprintf "%%%02X", ord $1/ge;
    return $text;
}

# One request; %o: body, type, headers ({NAME => value}), no_cookies.
sub request {
    my ($self, $method, $uri, %o) = @_;
    my $body = $o{body} // "";
    my %env = (
        REQUEST_METHOD => $method, REQUEST_URI => $uri, REMOTE_ADDR => $o{address} // "192.0.2.7",
        CONTENT_LENGTH => $o{length} // length $body, PATH => $ENV{PATH},
        HTTP_USER_AGENT => "test browser", %{$o{headers} // {}});
    $env{CONTENT_TYPE} = $o{type} // "application/x-www-form-urlencoded" if $method ne "GET" || exists $o{type};
    my @jar = map { "$_=$self->{jar}{$_}" } sort keys %{$self->{jar}};
    $env{HTTP_COOKIE} = join "; ", @jar if @jar && !$o{no_cookies};
    my ($out, $in);
    {
        local %ENV = %env;
        my $pid = open2($out, $in, "cgi-fcgi", "-bind", "-connect", $self->{socket});
        local $SIG{PIPE} = "IGNORE";
        binmode $_ for $out, $in;
        print $in $body;
        close $in;
        local $/;
        my $answer = <$out> // "";
        waitpid $pid, 0;
        return $self->answer($answer);
    }
}

sub answer {
    my ($self, $text) = @_;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    my %r = (raw => $text, head => $head // "", body => $body // "", headers => {});
    for my $line (split /\r\n/, $r{head}) {
        my ($name, $value) = split /: /, $line, 2;
        push @{$r{headers}{lc $name}}, $value;
        next unless lc $name eq "set-cookie" && $value =~ /^([^=]+)=([^;]*);.*Max-Age=(\d+)/;
        if ($3) { $self->{jar}{$1} = $2 }
        else    { delete $self->{jar}{$1} }
    }
    ($r{status}) = ($r{headers}{status}[0] // "") =~ /^(\d+)/;
    $r{status} //= 0;
    $r{location} = ($r{headers}{location} // [])->[0];
    ($self->{csrf}) = $1 if $r{body} =~ /name="csrf" value="([^"]*)"/;
    return \%r;
}

sub get {
    my ($self, $uri, %o) = @_;
    return $self->request("GET", $uri, %o);
}

# A form with the token of the last page seen; csrf => undef leaves it out.
sub post {
    my ($self, $uri, @fields) = @_;
    my %given = @fields;
    unshift @fields, csrf => $self->{csrf} // "" unless exists $given{csrf};
    my @pairs;
    while (my ($name, $value) = splice @fields, 0, 2) {
        push @pairs, escape($name) . "=" . escape($value) if defined $value;
    }
    return $self->request("POST", $uri, body => join "&", @pairs);
}

# A visitor of the same console with cookies of their own.
sub visitor {
    my ($self) = @_;
    my $other = bless {%$self, jar => {}, csrf => undef}, "Console::Visitor";
    return $other;
}

# Argon2id of "correct horse battery", made once: hashing is slow by purpose.
my $hash = '$argon2id$v=19$m=65536,t=2,p=1$y56Kjje1jXxhEPrwD2nCLg$EAv5OcETF0stYbmb3xjesPrv0GdgHjMNSDGWR6As4AA';

sub add_user {
    my ($self, $name, $role) = @_;
    return $self->sql("INSERT INTO app_user (name, password_hash, role) VALUES ('$name', '$hash', '$role') RETURNING id");
}

sub login {
    my ($self, $name, %o) = @_;
    $self->{jar} = {} unless $o{keep};
    $self->get("/login");
    my $r = $self->post("/login", name => $name, password => $o{password} // "correct horse battery", code => $o{code} // "",
        next => $o{next} // "");
    $self->get("/account") if $r->{status} == 303;
    return $r;
}

package Console::Visitor;
our @ISA = ("Console");
sub DESTROY { }

1;
