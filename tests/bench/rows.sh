#!/bin/sh
# SPDX-License-Identifier: MIT
# Each row of a calibration against a whole program of ten million iterations,
# measured by hyperfine. A calibration runs before and after each, since the
# machine's speed may drift over the minutes that this takes; the row is the mean
# of the two. COUNT, RUNS and ROWS may be set.
set -u
count=${COUNT:-10000000}
runs=${RUNS:-3}
rows=${ROWS:-syscall64 vdso int80 sysenter syscall32 far-call mode-switch int80-64 x32 far-call-pair
	far-call-pair-32 far-jump-pair trap-ud2 trap-int2e}
command -v hyperfine >/dev/null || { echo "rows: hyperfine is not installed, nothing to compare with"; exit 0; }
nasm=${NASM:-nasm}
work=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work"

build() {
	"$nasm" -f bin -DCOUNT="$count" -DROW_"$(echo "$1" | tr - _)" -I "$srcdir/asm/" \
		-o "$work/$1" "$srcdir/tests/bench/whole.asm" && chmod +x "$work/$1"
}
# whole NAME: CPU seconds, user and system, of the least disturbed of its runs. Wall time would
# count what else runs, and so does CPU time where two hardware threads share a core.
whole() {
	i=0
	while [ $i -lt "$runs" ]; do
		i=$((i + 1))
		hyperfine -N --warmup 0 --runs 1 --export-json "$work/h.json" "$work/$1" >/dev/null 2>&1 || return 1
		awk '/"(user|system)":/ { gsub(/[^0-9.e+-]/, "", $2); s += $2 } END { printf "%.9f\n", s }' "$work/h.json"
	done | sort -g | head -n 1
}
# calibrated ID: nanoseconds of a row just now; nothing when it is skipped
calibrated() {
	"$builddir/entrytrace" calibrate --format json -o "$work/c.json" || return 1
	awk -v id="$1" '
		/"id":/ { on = index($0, "\"" id "\"") > 0 || (id == "vdso" && $0 ~ /"vdso-/) }
		on && /"ns":/ { gsub(/[^0-9.e+-]/, ""); print; exit }' "$work/c.json"
}

build empty && build empty64 || exit 1
empty=$(whole empty) empty64=$(whole empty64)
echo "Rows against whole programs of $count iterations, ns per entry, the least CPU time of $runs runs; 3 % is wanted:"
printf '  %-20s %12s %12s %10s\n' row calibrated "whole run" difference
bad=0
for row in $rows; do
	before=$(calibrated "$row") || exit 1
	[ -n "$before" ] || { printf '  %-20s %12s\n' "$row" "not here"; continue; }
	build "$row" || exit 1
	case $row in syscall64 | x32 | int80-64) base=$empty64 ;; *) base=$empty ;; esac
	seconds=$(whole "$row") || exit 1
	after=$(calibrated "$row") || exit 1
	awk -v row="$row" -v s="$seconds" -v b="$base" -v n="$count" -v x="$before" -v y="$after" 'BEGIN {
		w = (s - b) / n * 1e9; c = (x + y) / 2; d = (c - w) / w * 100
		printf "  %-20s %12.2f %12.2f %+9.1f%%\n", row, c, w, d
		exit d > 3 || d < -3 }' || bad=1
done
exit $bad
