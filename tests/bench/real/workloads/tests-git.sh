# SPDX-License-Identifier: MIT
about="git's own tests, a part"
packages="git src:git gcc libc6-dev make zlib1g-dev perl"
size=tests
seconds=900
# The tests use the installed git, and a helper that is built once and kept.
prepare() {
	export HOME=/tmp
	[ -x "$kept/git/t/helper/test-tool" ] && return
	rm -rf "$kept/git" && cp -r /usr/src/git "$kept/git" && cd "$kept/git" &&
		nice make -j2 CC=gcc CFLAGS=-O0 NO_OPENSSL=1 NO_CURL=1 NO_EXPAT=1 NO_GETTEXT=1 NO_TCLTK=1 NO_PYTHON=1 \
			GIT-BUILD-OPTIONS t/helper/test-tool && mkdir -p templates/blt
}
program() { exec "$@" sh "$work/git-tests.sh" "$kept/git/t"; }
