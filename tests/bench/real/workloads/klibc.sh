# SPDX-License-Identifier: MIT
about="klibc's shell and tools"
packages="klibc-utils"
size=large
program() { exec "$@" /usr/lib/klibc/bin/sh "$work/klibc.sh"; }
