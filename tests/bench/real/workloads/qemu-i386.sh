# SPDX-License-Identifier: MIT
about="qemu-i386 (user mode) runs busybox"
packages="qemu-user busybox-static"
size=large
program() { exec "$@" qemu-i386 /usr/bin/busybox ash "$work/words.sh"; }
