# SPDX-License-Identifier: MIT
# What the tests of stacks share, beside tests/e2e/lib.sh; sourced behind it.
. "$srcdir/tests/e2e/real.sh"

# Where tests/stacks/build has put its programs.
built=$builddir/tests/stacks/built

# ends FOLDED: how many entries there are, and how many of them have a stack that reaches its start.
ends() {
	awk '{ all += $NF; if (!/;\[(cut|no stack)/) whole += $NF } END { print all + 0, whole + 0 }' "$1"
}

# reaches CASE FOLDED: at least 99 in 100 stacks reach the program's or the thread's start.
reaches() {
	reason=
	# shellcheck disable=SC2046
	set -- "$1" "$2" $(ends "$2")
	[ "$3" -gt 0 ] && [ $((100 * $4)) -ge $((99 * $3)) ] || reason="of $3 stacks only $4 reach the start"
	grep -F '[cut' "$2" | head -n 5 >"$T/cut"
	verdict "$1 ($4 of $3 reach the start)" "$reason" "$T/cut" "$T/err"
}

# i386 PATH: where a file of the i386 shells' packages is, fetched when it must be; fails without.
i386() {
	real_ready busybox && [ -e "$real_dir/$1" ] && echo "$real_dir/$1"
}
