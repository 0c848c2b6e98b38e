#!/bin/sh
# SPDX-License-Identifier: MIT
# What --stacks costs the traced program, and how fast a worker is.
set -u
rounds=${ROUNDS:-5}
calls=${CALLS:-1000000}
[ -x "$builddir/entrytrace-unwind-i386" ] || { echo "stacks: built without the i386 libunwind"; exit 0; }

echo "Tracing $calls calls with call stacks, wall time, $rounds rounds; at most 1.15 of the time without is wanted:"
for sample in vdso-static int80-loop; do
	prog=$builddir/samples/$sample
	"$builddir/tests/bench/pairs" "$rounds" \
		"$sample, without" "$builddir/entrytrace" --count=stop --no-estimate -o /dev/null -- "$prog" "$calls" \
		:: "$sample, --stacks" "$builddir/entrytrace" --count=stop --stacks --no-estimate -o /dev/null -- "$prog" "$calls" || exit 1
done
echo
echo "Unwinding by one worker, 16 KiB of stack a sample:"
# Around the recursion lie ten frames.
for deep in 1 50; do
	"$builddir/tests/bench/unwind_rate" 20000 "$builddir/tests/bench/call-tree" rest $deep || exit 1
done
