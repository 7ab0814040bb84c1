# Compile ldirectord once and let it read /judge/1, /judge/2, ... COUNT: each file in a fork of its own, which goes
# on in the unchanged program from where it looks at its command line. Prints "NUMBER EXIT" a line.
use strict;
use warnings;
use Getopt::Long ();

my $count = shift;
my $options = \&Getopt::Long::GetOptions;
no warnings 'redefine';
*Getopt::Long::GetOptions = sub (@) {
    for my $number (1 .. $count) {
        my $child = fork // die "fork: $!";
        if (!$child) {
            alarm 10;
            open STDOUT, '>', '/dev/null';
            open STDERR, '>', '/dev/null';
            @ARGV = ("/judge/$number", 'status');
            return $options->(@_);
        }
        waitpid $child, 0;
        my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        syswrite STDOUT, "$number $status\n";
    }
    CORE::exit(0);
};
$0 = '/usr/sbin/ldirectord';
@ARGV = ();
do $0;
die $@ || "cannot read $0: $!";
