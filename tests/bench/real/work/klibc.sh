# SPDX-License-Identifier: MIT
PATH=/usr/lib/klibc/bin
i=0
while [ $i -lt 30000 ]; do
	echo "line $i of the file" >>words
	i=$((i + 1))
done
while read -r a b c; do [ "$b" != 10000 ] || echo "$a $b $c"; done <words
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	cat words >copy
	gzip -c copy >copy.gz
	mkdir -p folder$i
	ln -s copy folder$i/link
	readlink folder$i/link
	uname -s
done
