# SPDX-License-Identifier: MIT
# inside.sh WORKLOAD: runs one workload in the private root, ROUNDS times in each of
# VARIANTS, in turn, and appends to $results/rows what each run cost:
#   run WORKLOAD VARIANT ROUND STATUS CPU WALL OUTPUT REPORT
# OUTPUT: same or differs, against the first run alone; REPORT: entrytrace's JSON, or -.
#
# A workload is a file of shell functions and variables in workloads/; real.sh says which.
set -u
name=$1
bench=$srcdir/tests/bench/real
meter=$builddir/tests/bench/meter
work=$bench/work
kept=$builddir/i386-kept
export PATH=/usr/bin:/usr/sbin HOME=/tmp LC_ALL=C XDG_STATE_HOME=/tmp/state PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
unset TMPDIR ENV

# What a workload may leave out.
kind=command  # or server
seconds=300   # one run may take so long
prepare() { :; }  # once, before all runs; cd to a folder that stays
setup() { :; }    # before each run, in an empty folder
normal() { cat; } # what may differ from run to run is taken off the output
ready() { :; }    # server: true when it answers
load() { :; }     # server: the requests; what it prints is the output
stop() { kill -TERM "$1"; } # server: end it; $1 is meter's process, which passes signals on
. "$bench/workloads/$name.sh"

# prefix VARIANT REPORT: prints what goes before the program's command.
prefix() {
	case $1 in
	alone) ;;
	filter) echo "$builddir/tests/bench/filtered" ;;
	*) echo "$builddir/entrytrace --no-estimate --count=$1 --format json -o $2 --" ;;
	esac
}

# until_ready: waits for the server; false when it does not come within 60 seconds or has ended.
until_ready() {
	tries=600
	until ready >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$1" 2>/dev/null || return 1
		sleep 0.1
	done
}

# serve COMMAND...: the server by a prefix, under load.
serve() {
	program "$@" </dev/null >server.log 2>&1 &
	server=$!
	if until_ready $server; then
		load </dev/null >"$out" 2>"$err" || echo "load: exit code $?" >>"$out"
	else
		echo "the server was not ready" >"$out"
		cat server.log >"$err"
	fi
	stop $server
	wait $server
}

# one VARIANT ROUND
one() {
	out=$results/$name.$1.$2.out err=$results/$name.$1.$2.err
	report=$results/$name.$1.$2.json cost=$results/cost
	rm -rf /tmp/run /tmp/state "$cost"
	mkdir /tmp/run && cd /tmp/run && setup || return 1
	set -- "$1" "$2" $(prefix "$1" "$report")
	variant=$1 round=$2
	shift 2
	if [ $kind = server ]; then
		serve "$meter" "$cost" $seconds "$@"
	else
		(program "$meter" "$cost" $seconds "$@") </dev/null >"$out" 2>"$err"
	fi
	read -r status wall cpu <"$cost" || return 1
	normal <"$out" >"$out.normal"
	[ -e "$results/$name.truth" ] || { cp "$out.normal" "$results/$name.truth" && true_status=$status; }
	output=same
	cmp -s "$out.normal" "$results/$name.truth" && [ "$status" = "$true_status" ] || output=differs
	[ -e "$report" ] || report=-
	echo "run $name $variant $round $status $cpu $wall $output $report" >>"$results/rows"
	cd /tmp
}

mkdir -p /tmp/prepared && cd /tmp/prepared && prepare >"$results/$name.prepare" 2>&1 || {
	echo "$name: cannot be made ready: $(tail -n 1 "$results/$name.prepare")" >&2
	exit 1
}
round=0
while [ $round -lt "$ROUNDS" ]; do
	round=$((round + 1))
	for variant in $VARIANTS; do
		# By stops some take half a minute, and the figure need not be a fine one.
		[ "$variant" != stop ] || [ $round -le "$STOP_ROUNDS" ] || continue
		one "$variant" $round || {
			echo "$name: $variant: did not run" >&2
			exit 1
		}
	done
done
