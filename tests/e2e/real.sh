# SPDX-License-Identifier: MIT
# Real 32-bit programs from Debian's i386 packages, unpacked below $ET_I386; sourced after lib.sh.

real_dir=${ET_I386:-$builddir/i386}

# The dynamic ones are run by the loader that lies beside them.
real_loader="$real_dir/lib/ld-linux.so.2 --library-path $real_dir/lib/i386-linux-gnu:$real_dir/usr/lib/i386-linux-gnu"

# real_fetch PACKAGE...: false when they cannot be had; why is in $real_why.
real_fetch() {
	if [ -n "${ET_BRIEF:-}" ]; then
		real_why="not in guests"
		return 1
	fi
	"$srcdir/tests/helpers/fetch-i386" "$real_dir" "$@" 2>"$T/fetch" && return
	real_why="no i386 packages: $(tail -n 1 "$T/fetch")"
	return 1
}

# real_ready NAME: makes ready what the program needs; false when it cannot be had.
real_ready() {
	case $1 in
	busybox | bash) real_fetch busybox-static bash-static ;;
	sqlite3) real_fetch libc6 sqlite3 libsqlite3-0 libreadline8 libtinfo6 zlib1g ;;
	python3) real_fetch libc6 python3.11-minimal libpython3.11-minimal libexpat1 zlib1g ;;
	fzf) real_fetch libc6 fzf ;;
	esac
}

# real_command NAME FOLDER: prints the command that does the program's work in FOLDER.
real_command() {
	scripts=$srcdir/tests/e2e/scripts
	case $1 in
	busybox) echo "$real_dir/bin/busybox ash $scripts/files.sh $2" ;;
	bash) echo "$real_dir/bin/bash-static $scripts/files.sh $2" ;;
	sqlite3) echo "$real_loader $real_dir/usr/bin/sqlite3 $2/tables -init $scripts/tables.sql .quit" ;;
	python3) echo "$real_loader $real_dir/usr/bin/python3.11 -S -E -B -I $scripts/things.py $2" ;;
	# Written in Go: its scheduler makes other calls each time.
	fzf) echo "$real_loader $real_dir/usr/bin/fzf -f line" ;;
	esac
}
