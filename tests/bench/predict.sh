#!/bin/sh
# SPDX-License-Identifier: MIT
# One workload by three ways in: from a trace of the first, what would the other two save? ROUNDS may be set.
set -u
rounds=${ROUNDS:-9}
work=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work"
p=$builddir/samples/predict

echo "Prediction against measurement, CPU time, $rounds rounds; an error of at most 5 % is wanted:"
"$builddir/entrytrace" calibrate -o /dev/null || exit 1
"$builddir/entrytrace" --format json -o "$work/trace.json" -- "$p-int80" || exit 1
"$builddir/tests/bench/predict" "$rounds" "$work/trace.json" "$p-int80" "$p-vdso" "$p-native"
