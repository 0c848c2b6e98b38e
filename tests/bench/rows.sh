#!/bin/sh
# SPDX-License-Identifier: MIT
# Each row of a calibration against a whole program of ten million iterations,
# measured by hyperfine: CPU time, user and system, less that of an empty loop. A
# program pays the mean, so that is what is compared; the median is shown beside
# it. Calibrations and runs alternate, since the machine's speed may drift over
# the minutes that this takes, and the medians over the rounds are compared.
# COUNT, SLOW_COUNT (for the rows that take microseconds), RUNS and ROWS may be set.
set -u
count=${COUNT:-10000000}
slow_count=${SLOW_COUNT:-$count}
runs=${RUNS:-3}
rows=${ROWS:-syscall64 vdso int80 sysenter syscall32 far-call mode-switch int80-64 x32 far-call-pair
	far-call-pair-32 far-jump-pair trap-ud2 trap-int2e}
command -v hyperfine >/dev/null || { echo "rows: hyperfine is not installed, nothing to compare with"; exit 0; }
nasm=${NASM:-nasm}
work=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work"

# iterations ROW
iterations() {
	case $1 in int80* | trap-*) echo "$slow_count" ;; *) echo "$count" ;; esac
}
# build PROGRAM ITERATIONS
build() {
	"$nasm" -f bin -DCOUNT="$2" -DROW_"$(echo "$1" | tr - _)" -I "$srcdir/asm/" \
		-o "$work/$1" "$srcdir/tests/bench/whole.asm" && chmod +x "$work/$1"
}
# On the last CPU that we may use, as a calibration does: neighbours differ from CPU to CPU.
last=$(sed -n 's/^Cpus_allowed_list:.*[^0-9]\([0-9]*\)$/\1/p' /proc/self/status)
pin=
command -v taskset >/dev/null && pin="taskset -c $last"
# whole PROGRAM: its CPU seconds. Wall time would count what else runs.
whole() {
	$pin hyperfine -N --warmup 0 --runs 1 --export-json "$work/h.json" "$work/$1" >/dev/null 2>&1 || return 1
	awk '/"(user|system)":/ { gsub(/[^0-9.e+-]/, "", $2); s += $2 } END { printf "%.9f\n", s }' "$work/h.json"
}
# calibrated ID: nanoseconds of a row just now, median and mean; nothing when it is skipped
calibrated() {
	"$builddir/entrytrace" calibrate --format json -o "$work/c.json" || return 1
	awk -v id="$1" '
		{ v = $2; gsub(/[^0-9.e+-]/, "", v) }
		/"id":/ { on = index($0, "\"" id "\"") > 0 || (id == "vdso" && $0 ~ /"vdso-/) }
		on && /"cycles":/ { cycles = v }
		on && /"mean_cycles":/ { mean = v }
		on && /"ns":/ { print v, mean * v / cycles; exit }' "$work/c.json"
}
# middle COLUMN FILE
middle() {
	sort -g -k "$1,$1" "$2" | awk -v c="$1" '{ v[NR] = $c } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

echo "Rows against whole programs of $count iterations (those of microseconds: $slow_count), ns per entry, medians of"
echo "$runs rounds; 3 % is wanted between the mean and the whole run:"
printf '  %-20s %12s %12s %12s %10s\n' row calibrated "its mean" "whole run" difference
bad=0
for row in $rows; do
	n=$(iterations "$row")
	case $row in syscall64 | x32 | int80-64) base=empty64 ;; *) base=empty ;; esac
	build "$row" "$n" && build "$base" "$n" || exit 1
	: >"$work/c" >"$work/w"
	i=0
	while [ $i -lt "$runs" ]; do
		i=$((i + 1))
		calibrated "$row" >>"$work/c" || exit 1
		[ -s "$work/c" ] || break
		echo "$(whole "$row") $(whole "$base")" | awk -v n="$n" '{ print ($1 - $2) / n * 1e9 }' >>"$work/w"
	done
	[ -s "$work/c" ] || { printf '  %-20s %12s\n' "$row" "not here"; continue; }
	awk -v row="$row" -v c="$(middle 1 "$work/c")" -v m="$(middle 2 "$work/c")" -v w="$(middle 1 "$work/w")" 'BEGIN {
		d = (m - w) / w * 100
		printf "  %-20s %12.2f %12.2f %12.2f %+9.1f%%\n", row, c, m, w, d
		exit d > 3 || d < -3 }' || bad=1
done
exit $bad
