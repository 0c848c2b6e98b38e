# SPDX-License-Identifier: MIT
about="bash, and the tools that it starts"
packages="bash"
size=small
program() { LINES_WANTED=40000 exec "$@" bash "$work/words.sh"; }
