# SPDX-License-Identifier: MIT
about="gcc: many small files, make's way"
packages="gcc libc6-dev"
size=small
program() { exec "$@" sh "$work/gcc.sh" "$work/things.c"; }
