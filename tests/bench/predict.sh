#!/bin/sh
# SPDX-License-Identifier: MIT
# One workload by three ways in: from a trace of the first, what would the other two save? The trace
# is priced anew in each round, by a default calibration just before the programs run. ROUNDS may be set.
set -u
rounds=${ROUNDS:-9}
work=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work" entrytrace="$builddir/entrytrace" work
p=$builddir/samples/predict

echo "Prediction against measurement, CPU time, $rounds rounds; an error of at most 5 % is wanted:"
"$entrytrace" --no-estimate --save "$work/trace" -o /dev/null -- "$p-int80" || exit 1
"$builddir/tests/bench/predict" "$rounds" '
	"$entrytrace" calibrate --format json -o "$work/table" &&
	"$entrytrace" report --calibration "$work/table" --format json -o "$work/trace.json" "$work/trace"' \
	"$work/trace.json" "$p-int80" "$p-vdso" "$p-native"
