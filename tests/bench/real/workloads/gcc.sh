# SPDX-License-Identifier: MIT
about="gcc: many small files, one after the other"
packages="gcc libc6-dev"
size=large
program() { exec "$@" sh "$work/gcc.sh" "$work/things.c"; }
