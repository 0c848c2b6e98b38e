#!/bin/sh
# SPDX-License-Identifier: MIT
# What tracing costs: strace -f -c, entrytrace and the program alone, wall time
# of whole runs, in turn. A million calls take some minutes a round; CALLS and
# ROUNDS may be set.
set -u
rounds=${ROUNDS:-5}
calls=${CALLS:-1000000}
command -v strace >/dev/null || { echo "stops: strace is not installed, nothing to compare with"; exit 0; }

echo "Tracing $calls calls, wall time, $rounds rounds; at most 0.6 of strace is wanted:"
for sample in vdso-static int80-loop; do
	prog=$builddir/samples/$sample
	"$builddir/tests/bench/pairs" "$rounds" \
		"$sample, strace -f -c" strace -f -c -o /dev/null "$prog" "$calls" \
		:: "$sample, entrytrace" "$builddir/entrytrace" --count=stop --no-estimate -o /dev/null -- "$prog" "$calls" \
		:: "$sample, alone" "$prog" "$calls" || exit 1
done
