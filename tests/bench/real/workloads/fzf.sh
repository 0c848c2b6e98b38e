# SPDX-License-Identifier: MIT
about="fzf -f over 400,000 lines (Go)"
packages="fzf"
size=large
prepare() {
	i=0
	while [ $i -lt 2000 ]; do echo "src/folder$((i % 37))/file number $i of the list.c"; i=$((i + 1)); done >some
	i=0
	while [ $i -lt 200 ]; do cat some; i=$((i + 1)); done >lines
}
# Its input comes in small pieces, as from find.
program() {
	cat /tmp/prepared/lines >fifo &
	exec "$@" fzf -f "folder3 !1999" <fifo
}
setup() { mkfifo fifo; }
normal() { sort | md5sum; }
