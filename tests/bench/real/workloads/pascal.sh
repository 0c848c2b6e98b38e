# SPDX-License-Identifier: MIT
about="Free Pascal: its compiler, and a program of it"
packages="fp-compiler-3.2.2 fp-units-rtl-3.2.2 binutils"
size=large
prepare() { ppc386-3.2.2 -O2 -Fu/usr/lib/i386-linux-gnu/fpc/3.2.2/units/i386-linux/* -FE. "$work/things.pas"; }
program() { exec "$@" sh "$work/pascal.sh" /tmp/prepared; }
