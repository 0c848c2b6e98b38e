# SPDX-License-Identifier: MIT
about="sbcl: compiles, writes and reads files"
packages="sbcl"
size=large
program() { exec "$@" sbcl --noinform --no-sysinit --no-userinit --non-interactive --load "$work/things.lisp"; }
