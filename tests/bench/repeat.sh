#!/bin/sh
# SPDX-License-Identifier: MIT
# Ten default calibrations in a row and a precise one: how far do the rows stray
# from their middle, how often does the interval hold the precise run's value?
set -u
times=${TIMES:-10}
work=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work"

echo "$times calibrations and a precise one, cycles; 2 % and 9 of 10 are wanted:"
i=0
while [ $i -lt "$times" ]; do
	i=$((i + 1))
	"$builddir/entrytrace" calibrate --format json -o "$work/c.$i" || exit 1
done
"$builddir/entrytrace" calibrate --precise --format json -o "$work/precise" || exit 1
awk '
	FNR == 1 { run++ }
	{ v = $2; gsub(/[",]/, "", v) }
	/"id":/ { id = v }
	/"cycles":/ { c[id, run] = v; if (!(id in seen)) { seen[id] = 1; order[++n] = id } }
	/"ci95":/ { getline; gsub(/[ ,]/, ""); lo[id, run] = $0; getline; gsub(/[ ,]/, ""); hi[id, run] = $0 }
	END {
		printf "  %-20s %12s %12s %10s %10s\n", "row", "precise", "middle", "strays", "covered"
		for (k = 1; k <= n; k++) {
			id = order[k]; m = 0
			for (r = 1; r < run; r++) if ((id, r) in c) v_[++m] = c[id, r] + 0
			for (a = 2; a <= m; a++) for (b = a; b > 1 && v_[b] < v_[b-1]; b--) { t = v_[b]; v_[b] = v_[b-1]; v_[b-1] = t }
			mid = m % 2 ? v_[(m+1)/2] : (v_[m/2] + v_[m/2+1]) / 2
			p = c[id, run] + 0; covered = 0
			for (r = 1; r < run; r++) covered += lo[id, r] + 0 <= p && p <= hi[id, r] + 0
			scale = id == "control" ? c["syscall64", run] : mid
			up = v_[m] - mid; down = mid - v_[1]; stray = up > down ? up : down
			printf "  %-20s %12.2f %12.2f %9.1f%% %7d/%d\n", id, p, mid, stray / scale * 100, covered, m
		}
	}' $(i=0; while [ $i -lt "$times" ]; do i=$((i + 1)); echo "$work/c.$i"; done) "$work/precise"
