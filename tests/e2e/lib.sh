# SPDX-License-Identifier: MIT
# What the end-to-end tests share; sourced, by dash, bash and busybox ash alike.
#
# From the environment: srcdir, builddir (made absolute here); ET_REPEAT, how
# often what must be exact every time is run (5), and ET_CPUS, on how many CPUs (1
# and 2); ET_SECONDS, the time that one run may take (60); ET_BRIEF, set in guests that leave out what the host shows as
# well. Sets T, a folder of the test's own.
set -u

srcdir=$(cd "${srcdir:-.}" && pwd)
builddir=$(cd "${builddir:-.}" && pwd)
ET_REPEAT=${ET_REPEAT:-5}
ET_SECONDS=${ET_SECONDS:-60}
cpu_counts=${ET_CPUS:-1 2}
ET=$builddir/entrytrace
H=$builddir/tests/helpers
S=$builddir/samples

# No table of prices is looked for, made or left behind; no colour, no progress.
T=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-test.XXXXXX") || exit 99
export XDG_STATE_HOME="$T/state" LC_ALL=C
unset NO_COLOR XDG_CONFIG_HOME 2>/dev/null || :
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$T"

cases=0
ok() {
	cases=$((cases + 1))
	echo "ok $cases - $1"
}
not_ok() {
	cases=$((cases + 1))
	echo "not ok $cases - $1"
}
skip() {
	cases=$((cases + 1))
	echo "ok $cases - $1 # SKIP $2"
}
plan() {
	echo "1..$cases"
}
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# Some kernels, and some virtual machines, run no 32-bit programs; there guests.test has
# every test run in guests.
runs_32bit() {
	"$H/limit" 20 env "$S/exit-code" 0 >/dev/null 2>&1
}
needs_32bit() {
	runs_32bit || skip_all "this kernel runs no 32-bit programs: see the guests' results"
}

# left_out SAMPLE: why it is not run here; false where it is.
left_out() {
	case " ${ET_LEAVE_OUT:-} " in
	*" $1 "*) echo "left out in guests: tests/vm/init says why" ;;
	*)
		[ "$1" = secret ] && [ "$(id -u)" != 0 ] || return 1
		echo "its memory is closed to an ordinary user's tracer: see behave.test"
		;;
	esac
}

# Files as comments below a failed case, the beginning of each.
show() {
	for shown; do
		[ -s "$shown" ] || continue
		echo "# ${shown##*/}:"
		head -n 20 "$shown" | sed 's/^/#   /'
		echo
	done
}

# verdict CASE REASON FILE...: one TAP line; the reason is empty when all is well.
verdict() {
	verdict_case=$1 verdict_reason=$2
	shift 2
	if [ -z "$verdict_reason" ]; then
		ok "$verdict_case"
		return
	fi
	not_ok "$verdict_case"
	printf '%s\n' "$verdict_reason" | sed 's/^/# /'
	show "$@"
}

# run OUT ERR COMMAND...: a command that cannot hang; its exit code is $status.
run() {
	run_out=$1 run_err=$2
	shift 2
	"$H/limit" "$ET_SECONDS" "$@" </dev/null >"$run_out" 2>"$run_err"
	status=$?
}

# until_true SECONDS COMMAND...: tries until the command succeeds; false when the time is over.
until_true() {
	until_tries=$(($1 * 20))
	shift
	while ! "$@"; do
		until_tries=$((until_tries - 1))
		[ $until_tries -gt 0 ] || return 1
		sleep 0.05
	done
}

# entries REPORT: the total of a JSON report.
entries() {
	sed -n 's/^ *"entries": *\([0-9]*\),*$/\1/p' "$1" | head -n 1
}

# Samples that make some of their calls as often as chance has it: they wait for others, or
# take a look at their address space. With a hyphen, a sample with a word.
# shellcheck disable=SC2034 # for those who source this
chance=" late-threads parted-threads restart-signal restart-stop storm cancel jumps threads-clone threads-pthread exec-thread woken look fixed forms-wait interrupted sites-threads block swap sleepers ignored ignored-storm dying-maker "
