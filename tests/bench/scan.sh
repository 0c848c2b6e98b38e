#!/bin/sh
# SPDX-License-Identifier: MIT
# How fast the scan is: over a set of 64-bit libraries in which no entry
# is found, warm, by the CPU time of all its processes, beside "grep -rc" for the same bytes; and over all of /usr.
# ROUNDS (20), SET (a folder to take libraries from), TREE (/usr).
set -u
et=$builddir/entrytrace
rounds=${ROUNDS:-20}
from=${SET:-/usr/lib/x86_64-linux-gnu}
tree=${TREE:-/usr}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# json KEY FILE: a count of the JSON report.
json() {
	sed -n 's/^ *"'"$1"'": *\([0-9]*\),*$/\1/p' "$2" | head -n 1
}

# seconds COMMAND...: its CPU time, user and system, all its processes; the mean of the rounds.
seconds() {
	(
		for _ in $(seq "$rounds"); do "$@" >"$tmp/out" 2>/dev/null; done
		times
	) | tail -n 1 | tr 'ms' '  ' | awk -v n="$rounds" '{ printf "%.4f", ($1 * 60 + $2 + $3 * 60 + $4) / n }'
}

# Libraries in which the scan finds nothing, the largest first, up to 300 MB. Chance hits
# that it has to judge are in them as anywhere.
mkdir "$tmp/set"
"$et" scan --format csv "$from" 2>/dev/null |
	awk -F, 'NR > 1 && $3 == "elf" && $5 == "library" && $10 == "" && $2 == "" { print $1 }' |
	while read -r file; do stat -c '%s %n' "$file"; done | sort -rn |
	awk '{ sum += $1; if (sum < 300e6) print $2 }' |
	while read -r file; do cp "$file" "$tmp/set"; done

"$et" scan --format json "$tmp/set" >"$tmp/json"
code=$(json code_bytes "$tmp/json")
bytes=$(json bytes "$tmp/json")
scan=$(seconds "$et" scan "$tmp/set")
grep=$(seconds env LC_ALL=C grep -rcaP '\xcd\x80' "$tmp/set")
echo "the scan of files, warm, CPU time of all its processes, means of $rounds rounds"
awk -v code="$code" -v bytes="$bytes" -v scan="$scan" -v grep="$grep" -v n="$(ls "$tmp/set" | wc -l)" 'BEGIN {
	printf "  %d libraries without a hit, %.0f MB, %.0f MB of it code\n", n, bytes / 1e6, code / 1e6
	printf "  entrytrace scan            %.3f s   %.2f GB of code a CPU second\n", scan, code / scan / 1e9
	printf "  grep -rc for int 0x80      %.3f s   %.2f GB a CPU second\n", grep, bytes / grep / 1e9
}'

# All of a system's files, all CPUs. The peak is that of the largest of the scan's processes.
start=$(date +%s%N)
"$builddir/tests/helpers/peak" "$tmp/peak" "$et" scan --format json "$tree" >"$tmp/json" 2>/dev/null
end=$(date +%s%N)
awk -v seconds=$(((end - start) / 1000000)) -v files="$(json files "$tmp/json")" -v code="$(json code_bytes "$tmp/json")" \
	-v peak="$(cat "$tmp/peak")" -v tree="$tree" 'BEGIN {
	printf "  %s, once               %.1f s   %d files, %.2f GB of code, archives unpacked; largest process %.0f MB\n",
		tree, seconds / 1e3, files, code / 1e9, peak / 1e3
}'
start=$(date +%s%N)
LC_ALL=C grep -rcaP '\xcd\x80' "$tree" >"$tmp/out" 2>/dev/null
awk -v seconds=$((($(date +%s%N) - start) / 1000000)) 'BEGIN { printf "  grep -rc, the same tree    %.1f s\n", seconds / 1e3 }'
