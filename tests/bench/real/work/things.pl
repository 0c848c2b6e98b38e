# SPDX-License-Identifier: MIT
# Files, directories, a pipe to a child, expressions.
use strict;
use IO::Handle;
my $sum = 0;
for my $i (1 .. 40000) {
	my $name = "file" . $i % 30;
	open(my $f, ">", $name) or die;
	print $f "line $i $_\n" for 1 .. 10;
	close $f;
	open($f, "<", $name) or die;
	while (<$f>) { $sum += $1 if /(\d+)$/ }
	close $f;
	$sum += -s $name;
}
pipe(my $from, my $to);
pipe(my $back, my $answer);
if (fork == 0) {
	close $to;
	$answer->autoflush;
	while (<$from>) { print $answer length($_), "\n" }
	exit 0;
}
close $from;
$to->autoflush;
for my $i (1 .. 20000) {
	print $to "word $i\n";
	$sum += <$back>;
}
close $to;
wait;
print "$sum\n";
