#!/bin/sh
# SPDX-License-Identifier: MIT
# What the tracer itself spends as a program grows: twice as many threads, processes, sites,
# modules or mappings should cost it twice as much. Its CPU time is that of the whole run
# less the program's, the least of ROUNDS runs. Then programs that change a small mapping
# again and again, against strace -f -c.
#
# ROUNDS, WAYS (values of --count) and KINDS may be set. Exit code: 1 when a figure falls short.
set -u
rounds=${ROUNDS:-2}
ways=${WAYS:-stop auto}
kinds=${KINDS:-threads:250 processes:250 sites:5000 modules:250 mappings:4000}
doubled_wanted=2.2
strace_wanted=1.5
grow=$builddir/tests/bench/grow
meter=$builddir/tests/bench/meter
T=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
export XDG_STATE_HOME="$T"
short=0

# least COMMAND...: runs it ROUNDS times; the least of what "figure" prints after each is in $least.
least() {
	least=
	i=0
	while [ $i -lt "$rounds" ]; do
		i=$((i + 1))
		"$meter" "$T/cost" 120 "$@" >/dev/null 2>"$T/err" || { least=-; return; }
		least=$(figure | awk -v least="$least" '{ print least == "" || $1 < least ? $1 : least }')
	done
}
# traced WAY KIND N
traced() {
	least "$builddir/entrytrace" --no-estimate --count="$1" --format json -o "$T/json" -- "$grow" "$2" "$3"
}
# The tracer's own: of the report only the program's CPU time is taken.
own() {
	awk 'NR == FNR { all = $3; next }
		/"cpu_seconds"/ { of_program = 1 }
		of_program && /"(user|system)"/ { gsub(/[^0-9.e-]/, "", $2); all -= $2 }
		/}/ { of_program = 0 }
		END { printf "%.4f\n", (all > 0.0001 ? all : 0.0001) }' "$T/cost" "$T/json"
}
whole() { cut -d ' ' -f 3 "$T/cost"; }

# verdict FIGURE WANTED: sets $mark, and $short where it falls short.
verdict() {
	mark=
	awk -v f="$1" -v w="$2" 'BEGIN { exit !(f == "-" || f + 0 > w + 0) }' || return 0
	mark="  falls short"
	short=1
}

echo "The tracer's own CPU seconds, and the ratio of the last two; at most $doubled_wanted is wanted:"
printf '  %-28s %9s %9s %9s %9s %8s %7s\n' "" N "2 N" "4 N" "8 N" ratio wanted
figure() { own; }
for kind in $kinds; do
	n=${kind#*:} kind=${kind%:*}
	for way in $ways; do
		row= last=
		for times in 1 2 4 8; do
			traced "$way" "$kind" $((n * times))
			before=$last last=$least
			row="$row $last"
		done
		ratio=$(awk -v a="$before" -v b="$last" 'BEGIN { if (a == "-" || b == "-") print "-"; else printf "%.2f", b / a }')
		verdict "$ratio" $doubled_wanted
		printf '  %-28s %9s %9s %9s %9s %8s %7s%s\n' "$kind (N = $n), $way" $row "$ratio" $doubled_wanted "$mark"
	done
done

command -v strace >/dev/null || { echo "strace is not installed, nothing to compare with"; exit $short; }
echo "4,000 changes of a small mapping beside 2,000 others, CPU seconds of program and tracer;"
echo "at most $strace_wanted of strace's is wanted:"
printf '  %-28s %9s %9s %8s %7s\n' "" "strace -c" traced ratio wanted
figure() { whole; }
for kind in remap-loop munmap-loop protect-loop; do
	least strace -f -c -o /dev/null "$grow" $kind 4000
	strace=$least
	for way in $ways; do
		traced "$way" $kind 4000
		ratio=$(awk -v a="$strace" -v b="$least" 'BEGIN { if (a == "-" || b == "-") print "-"; else printf "%.2f", b / a }')
		verdict "$ratio" $strace_wanted
		printf '  %-28s %9s %9s %8s %7s%s\n' "$kind, $way" "$strace" "$least" "$ratio" $strace_wanted "$mark"
	done
done
exit $short
