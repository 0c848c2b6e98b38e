# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154
# For ./run and ./check, which source it with $tree set: what is missing is
# installed, what is stale is built. Nothing here writes to standard output.

say() {
	echo "entrytrace: $*" >&2
}

die() {
	say "$@"
	exit 125
}

# One at a time for a tree: the tree's folder itself is the lock.
lock_tree() {
	if command -v flock >/dev/null 2>&1; then
		exec 9<"$tree" && flock 9
	fi
}

unlock_tree() {
	exec 9<&-
}

packages_of() {
	awk -v stages=" $* " 'index(stages, " " $1 " ") { for (i = 2; i <= NF; i++) print $i }' \
		"$tree/scripts/packages.txt"
}

# Those of the packages given that are not installed.
packages_missing() {
	dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		awk -v want="$*" '$2 == "installed" { have[$1] = 1 }
			END { n = split(want, p, " "); for (i = 1; i <= n; i++) if (!(p[i] in have)) print p[i] }'
}

has_apt() {
	command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -- "$@"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
		-o APT::Install-Recommends=false "$@" </dev/null >&2
}

# ensure_packages STAGE...: installs what is missing, on Debian and Ubuntu.
ensure_packages() {
	has_apt || return 0
	# Package names hold no blanks.
	# shellcheck disable=SC2046
	missing=$(packages_missing $(packages_of "$@") | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
		die "packages are missing, and only root can install them: run as root: apt-get install $missing"
	fi
	say "installing $missing"
	# shellcheck disable=SC2086
	apt install $missing 2>/dev/null || { apt update && apt install $missing; } ||
		die "apt-get could not install all of: $missing: install them by hand and try again"
}

# Where nothing can be installed for the user, say what a failed configure lacked.
explain_configure() {
	sed -n 's/^configure: error: //p' "$1" | head -1 >&2
	if ! has_apt; then
		say "entrytrace needs these (by their Debian names): $(packages_of build | tr '\n' ' ')"
	fi
	die "configuring failed; the whole output is in $1"
}

quiet_make() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$1" "$2" ${3+"$3"} ${4+"$4"} </dev/null
}

# Is all in the build folder newer than what it is made from?
up_to_date() {
	[ -x "$1/entrytrace" ] || return 1
	# config.h is written only when it changes, so that its own date says nothing.
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -q -C "$1" -o config.h all-am </dev/null >/dev/null 2>&1
}

# The i386 libunwind for call stacks, beside the build; the system's packages stay as they are.
get_i386_libraries() {
	if has_apt && ! "$tree/tests/helpers/fetch-i386" "$tree/build/i386-sysroot" libunwind-dev liblzma-dev >"$1" 2>&1; then
		say "building without call stacks (--stacks): $(tail -n 1 "$1")"
	fi
}

# build FOLDER [CONFIGURE-OPTION...]: configures and makes, quietly.
build() {
	dir=$1
	shift
	if ! mkdir -p "$dir" || ! [ -w "$dir" ]; then
		die "cannot build: $dir cannot be written: use a copy of the tree that is yours"
	fi
	log=$dir/build.log
	if [ ! -x "$tree/configure" ]; then
		command -v autoreconf >/dev/null 2>&1 ||
			die "autoreconf is missing; entrytrace needs these (by their Debian names):" \
				"$(packages_of build | tr '\n' ' ')"
		(cd "$tree" && autoreconf -fi) >"$log" 2>&1 </dev/null || {
			tail -n 5 "$log" >&2
			die "autoreconf failed; the whole output is in $log"
		}
	fi
	# What could not be had the last time may be there now.
	if [ -f "$dir/Makefile" ] && grep -q 'HAVE_I386_LIBUNWIND 0' "$dir/config.h"; then
		get_i386_libraries "$log"
		[ ! -d "$tree/build/i386-sysroot/usr" ] || rm -f "$dir/Makefile"
	fi
	if [ ! -f "$dir/Makefile" ]; then
		get_i386_libraries "$log"
		if [ -d "$tree/build/i386-sysroot/usr" ]; then
			set -- "$@" --with-i386-sysroot="$tree/build/i386-sysroot"
		fi
		(cd "$dir" && "$tree/configure" -q "$@") >"$log" 2>&1 </dev/null || explain_configure "$log"
	fi
	quiet_make "$dir" "-j$(getconf _NPROCESSORS_ONLN)" all >"$log" 2>&1 || {
		grep -E 'error|Error' "$log" | head -n 5 >&2
		die "building failed; the whole output is in $log"
	}
}
