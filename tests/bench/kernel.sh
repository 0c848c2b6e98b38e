#!/bin/sh
# SPDX-License-Identifier: MIT
# What counting in the kernel costs, as ratios of whole runs in turn: a program that is
# counted, and 64-bit programs on a machine that is surveyed.
# CALLS, CALLS_INT80, CALLS_64 and ROUNDS may be set. On a busy machine PAIRS_CPU=1 compares
# CPU time instead.
set -u
rounds=${ROUNDS:-9}
T=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
pairs="$builddir/tests/bench/pairs"
S=$builddir/samples
E=$builddir/entrytrace
counting="$E --no-estimate --count=kernel -o /dev/null --"

"$E" --no-estimate --count=kernel -o /dev/null -- true || exit 1
echo "Counted in the kernel, $rounds rounds."
echo "${CALLS:=5000000} calls of the vDSO; at most 1.8 is wanted:"
"$pairs" "$rounds" "vdso-static, alone" "$S/vdso-static" "$CALLS" :: "in the kernel" $counting "$S/vdso-static" "$CALLS"
echo "${CALLS_INT80:=500000} calls by int 0x80; at most 1.1 is wanted where one takes microseconds:"
"$pairs" "$rounds" "int80-loop, alone" "$S/int80-loop" "$CALLS_INT80" plain \
	:: "in the kernel" $counting "$S/int80-loop" "$CALLS_INT80" plain

# surveyed COMMAND...: runs it under a survey of the whole machine.
cat >"$T/surveyed" <<'EOF'
entrytrace=$1 ready=$2.$$
shift 2
"$entrytrace" survey --no-estimate --output /dev/null --metrics "$ready" &
survey=$!
until [ -s "$ready" ]; do sleep 0.05; done
"$@"
kill $survey
wait $survey 2>/dev/null
rm -f "$ready"
EOF
echo "64-bit programs, alone and on a surveyed machine; at most 1.02 is wanted of real work (start-up of a survey included):"
"$pairs" "$rounds" "${CALLS_64:=3000000} 64-bit calls, alone" "$S/native64" "$CALLS_64" \
	:: "surveyed" sh "$T/surveyed" "$E" "$T/ready" "$S/native64" "$CALLS_64"
"$pairs" "$rounds" "tar of /usr/include, alone" tar -cf /dev/null /usr/include \
	:: "surveyed" sh "$T/surveyed" "$E" "$T/ready" tar -cf /dev/null /usr/include
