# SPDX-License-Identifier: MIT
about="luajit: files and tables"
packages="luajit"
size=small
program() { exec "$@" luajit "$work/things.lua"; }
