#!/bin/sh
# SPDX-License-Identifier: MIT
# What counting in place costs: wall time of whole runs, in turn, against the
# program alone, and the program under a seccomp filter that allows all, which is what
# no way of counting can do without; the start-up of a program on its own; and against
# strace -f -c.
# CALLS, CALLS_INT80, ROUNDS, STRACE_CALLS and STRACE_ROUNDS may be set. On a busy machine
# PAIRS_CPU=1 compares CPU time instead.
set -u
rounds=${ROUNDS:-9}
calls=${CALLS:-5000000}
int80_calls=${CALLS_INT80:-500000}
strace_calls=${STRACE_CALLS:-100000}
T=$(mktemp -d "${TMPDIR:-/tmp}/entrytrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
. "$srcdir/tests/e2e/real.sh"
export BB="$real_dir/bin/busybox" PYTHONHASHSEED=0 XDG_STATE_HOME="$T"
pairs="$builddir/tests/bench/pairs"
S=$builddir/samples
how=${HOW:-inplace}
counting="$builddir/entrytrace --no-estimate --count=$how -o /dev/null --"

short=0
# compare COMMANDS...: prints what pairs tells; notes when it falls short of PAIRS_WANTED.
compare() {
	"$pairs" "$@" >"$T/pairs"
	case $? in
	0) ;;
	3) short=1 ;;
	*) exit 1 ;;
	esac
	cat "$T/pairs"
}
# against LABEL COMMAND...: alone first, then traced.
against() {
	label=$1
	shift
	compare "$rounds" "$label, alone" "$@" :: "$label, in place" $counting "$@" \
		:: "$label, filter only" "$builddir/tests/bench/filtered" "$@"
}

echo "Counting in place (--count=$how), $rounds rounds."
echo "$calls calls of the vDSO; at most 1.5 is wanted:"
export PAIRS_WANTED=1.5
against vdso-static "$S/vdso-static" "$calls"
echo "The same, against the filter that allows all; at most 1.05 is wanted:"
export PAIRS_WANTED=1.05
compare "$rounds" "vdso-static, filter only" "$builddir/tests/bench/filtered" "$S/vdso-static" "$calls" \
	:: "vdso-static, in place" $counting "$S/vdso-static" "$calls"
unset PAIRS_WANTED
# What one costs alone says which bar holds: int 0x80 takes microseconds on some machines.
echo "$int80_calls calls by int 0x80; at most 1.1 where one takes microseconds, 1.5 elsewhere:"
against int80-loop "$S/int80-loop" "$int80_calls" plain

# more_each N: of the two medians that came last, what one of N programs takes more.
more_each() {
	awk -v n="$1" '/, alone/ { for (i = NF; $i != ".."; i--); a = $(i - 3) }
		/, in place/ { for (i = NF; $i != ".."; i--); b = $(i - 3) }
		END { printf "  a program takes %.2f ms more\n", (b - a) * 1000 / n }' "$T/pairs"
}
echo "The start-up, entrytrace's own included: a program that does nothing, static and with a C library:"
against "a static one" "$S/exit-code" 0 && more_each 1
against "with a C library" "$S/vdso-libc" 0 && more_each 1
if real_ready busybox; then
	cat >"$T/starts" <<-'EOF'
		i=0
		while [ $i -lt 200 ]; do $BB true; i=$((i + 1)); done
	EOF
	echo "200 programs started by a shell, each by fork and exec:"
	against "busybox true" $BB ash "$T/starts" && more_each 200
fi

# Work that takes so long that the start-up is little of it.
cat >"$T/words.sh" <<'EOF'
cd "$1" || exit 1
i=0
while [ $i -lt 20000 ]; do echo "line $i of the file" >>words; i=$((i + 1)); done
while read -r a b c; do [ "$b" != 10000 ] || echo "$a $b $c"; done <words
: >words
EOF
mkdir "$T/w"
cat >"$T/tables.sql" <<'EOF'
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT, length INTEGER);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
INSERT INTO word SELECT i, 'word number ' || i, i % 17 FROM n;
COMMIT;
CREATE INDEX by_text ON word(text);
SELECT length, count(*), max(text) FROM word GROUP BY length ORDER BY length;
PRAGMA integrity_check;
DROP TABLE word;
VACUUM;
EOF
cat >"$T/things.py" <<'EOF'
import os, sys
os.chdir(sys.argv[1])
words = {}
for i in range(60000):
    words["word%d" % (i % 5000)] = words.get("word%d" % (i % 5000), 0) + i
for i in range(2000):
    with open("file", "w") as f:
        f.write("line\n" * 10)
    os.stat("file")
    os.getppid()
print(len(words), sum(words.values()))
EOF
echo "Programs at work; at most 1.10 is wanted:"
export PAIRS_WANTED=1.10
real_ready busybox && against busybox $BB ash "$T/words.sh" "$T/w" && against bash "$real_dir/bin/bash-static" "$T/words.sh" "$T/w"
real_ready sqlite3 && against sqlite3 $real_loader "$real_dir/usr/bin/sqlite3" "$T/w/tables" -init "$T/tables.sql" .quit
real_ready python3 && against python3 $real_loader "$real_dir/usr/bin/python3.11" -S -E -B -I "$T/things.py" "$T/w"

unset PAIRS_WANTED
command -v strace >/dev/null || { echo "strace is not installed, nothing to compare with"; exit $short; }
echo "Against strace -f -c, $strace_calls calls; at most 0.02 is wanted:"
for sample in vdso-static int80-loop; do
	"$pairs" "${STRACE_ROUNDS:-3}" "$sample, strace -f -c" strace -f -c -o /dev/null "$S/$sample" "$strace_calls" plain \
		:: "$sample, in place" $counting "$S/$sample" "$strace_calls" plain \
		:: "$sample, alone" "$S/$sample" "$strace_calls" plain || exit 1
done
exit $short
