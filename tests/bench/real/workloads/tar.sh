# SPDX-License-Identifier: MIT
about="tar, gzip, find over 4,000 files"
packages="tar gzip"
size=large
prepare() {
	mkdir tree
	i=0
	while [ $i -lt 4000 ]; do
		[ $((i % 100)) -ne 0 ] || mkdir tree/folder$((i / 100))
		echo "the text of file $i" >tree/folder$((i / 100))/file$i
		i=$((i + 1))
	done
}
program() { exec "$@" sh "$work/tar.sh" /tmp/prepared; }
