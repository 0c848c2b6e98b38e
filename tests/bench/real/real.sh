#!/bin/sh
# SPDX-License-Identifier: MIT
# What real i386 programs of Debian cost under entrytrace: CPU time of program and tracer,
# in turn within a round: the program alone, under a filter that allows all, counted by
# stops, and counted in place. Each runs in a private root folder of packages
# beside the build, in namespaces of its own: ports, processes and files of the system are
# not touched, and nothing outlives a run.
#
# From the environment:
#   WORKLOADS  names in workloads/, or "small" (the default: what make bench runs), "tests"
#              (projects' own tests: for the share by stops) or "all"
#   ROUNDS     how often each runs (3)
#   STOP_ROUNDS  how often of these by stops (1)
#   VARIANTS   alone filter and values of --count (alone filter stop auto)
#   ET_BENCH_ROOT  the folder of packages ($builddir/i386-root)
#   KEEP       a folder that gets rows, reports and outputs
#   AS_ROOT    when set, and the user is root, the programs run as root too
#
# A workload is a file of shell code in workloads/: about, packages, size (small, large or
# tests), and program PREFIX...: runs the command behind the prefix. With kind=server also
# ready and load. The others are in inside.sh, with what they do when left out.
#
# Exit code: 0 all figures hold; 1 some fall short; 2 no such workload; 77 nothing could be run.
set -u
srcdir=$(cd "${srcdir:-.}" && pwd)
builddir=$(cd "${builddir:-.}" && pwd)
bench=$srcdir/tests/bench/real
root=${ET_BENCH_ROOT:-$builddir/i386-root}
base="libc6 dash coreutils sed grep findutils diffutils"
ROUNDS=${ROUNDS:-3}
STOP_ROUNDS=${STOP_ROUNDS:-1}
VARIANTS=${VARIANTS:-alone filter stop auto}

# value NAME FILE: a variable of a workload.
value() {
	sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$2"
}
# chosen: the names of the workloads to run.
chosen() {
	case ${WORKLOADS:-small} in
	small | tests | all | large)
		for file in "$bench"/workloads/*.sh; do
			name=${file##*/}
			[ "${WORKLOADS:-small}" != all ] && [ "${WORKLOADS:-small}" != "$(value size "$file")" ] || echo "${name%.sh}"
		done
		;;
	*) printf '%s\n' $WORKLOADS ;;
	esac
}

names=$(chosen)
for name in $names; do
	[ -e "$bench/workloads/$name.sh" ] || {
		echo "bench-real: no workload '$name'; there are: $(cd "$bench/workloads" && echo *.sh | sed 's/\.sh//g')" >&2
		exit 2
	}
done
results=${KEEP:-$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX")} || exit 1
mkdir -p "$results" || exit 1
results=$(cd "$results" && pwd)
[ -n "${KEEP:-}" ] || trap 'rm -rf "$results"' EXIT
trap 'exit 1' HUP INT TERM
rm -f "$results/rows" "$results"/*.truth
: >"$results/rows" || exit 1

# The programs run as somebody who may not write elsewhere.
# What is built with the packages stays for the next time.
mkdir -p "$builddir/i386-kept"
chmod 1777 "$results" "$builddir/i386-kept"
chmod 666 "$results/rows"

"$bench/fetch" "$root" $base || {
	echo "bench-real: no i386 packages, nothing is compared"
	exit 77
}
# entrytrace runs inside as well, so its libraries lie there too.
for program in "$builddir/entrytrace" "$builddir/tests/bench/meter"; do
	ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$root/${library%/*}"
		cp -u -L "$library" "$root/$library"
	done
done
[ -e "$root/etc/passwd" ] || cat >"$root/etc/passwd" <<'EOT'
root:x:0:0:root:/:/bin/sh
nobody:x:65534:65534:nobody:/tmp:/bin/sh
EOT
[ -e "$root/etc/group" ] || printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
[ -e "$root/etc/hosts" ] || echo "127.0.0.1 localhost" >"$root/etc/hosts"

broken=0
for name in $names; do
	file=$bench/workloads/$name.sh
	[ ! -t 2 ] || printf '\r\033[K%s' "$name" >&2
	if ! "$bench/fetch" "$root" $(value packages "$file") 2>"$results/fetch"; then
		echo "  $name: skipped: $(tail -n 1 "$results/fetch")"
		continue
	fi
	# Nothing of the user's own environment is to matter.
	env -i srcdir="$srcdir" builddir="$builddir" results="$results" \
		ROUNDS="$ROUNDS" STOP_ROUNDS="$STOP_ROUNDS" VARIANTS="$VARIANTS" \
		"$builddir/tests/bench/inroot" ${AS_ROOT:+-r} -b "$srcdir" -b "$builddir" -b "$results" "$root" \
		/bin/sh "$bench/inside.sh" "$name" 2>"$results/why"
	status=$?
	[ ! -t 2 ] || printf '\r\033[K' >&2
	[ $status -eq 0 ] || { echo "  $name: $(tail -n 1 "$results/why")"; broken=1; }
	! grep -q "^run $name " "$results/rows" || echo "about $name $(value about "$file")" >>"$results/rows"
done
[ -s "$results/rows" ] || exit $((broken ? 1 : 77))
echo "Real i386 programs, CPU time of program and tracer to that of the program alone,"
echo "medians of $ROUNDS rounds, worst first:"
"$builddir/tests/bench/table" "$results/rows" && exit $broken
