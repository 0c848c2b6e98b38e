# SPDX-License-Identifier: MIT
about="busybox: its shell and tools"
packages="busybox-static"
size=large
program() { LINES_WANTED=50000 exec "$@" /usr/bin/busybox ash "$work/words.sh"; }
