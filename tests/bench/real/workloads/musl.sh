# SPDX-License-Identifier: MIT
about="a musl program: files, threads, poll, sockets"
packages="musl-tools gcc libc6-dev"
size=small
prepare() { musl-gcc -O2 -pthread -o things "$work/things.c"; }
program() { exec "$@" /tmp/prepared/things; }
