# SPDX-License-Identifier: MIT
# Many small writes and reads, as shell scripts make them.
i=0
while [ $i -lt ${LINES_WANTED:-10000} ]; do
	echo "line $i of the file" >>words
	i=$((i + 1))
done
while read -r a b c; do [ "$b" != 10000 ] || echo "$a $b $c"; done <words
for n in 1 2 3 4 5 6 7 8 9 10; do
	grep -c "line $n" words
	sort -r words | head -n 2
done
