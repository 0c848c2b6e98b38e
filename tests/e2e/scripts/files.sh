# SPDX-License-Identifier: MIT
# File work in one process after the other: the same calls every time.
cd "$1" || exit 1
for i in 1 2 3 4 5; do
	echo "line $i of the first file" >>first
done
while read -r word number rest; do
	echo "$rest $number $word"
done <first >second
$BB cp second third
$BB mv third fourth
$BB mkdir -p a/b/c
$BB ln -s ../fourth a/link
$BB sort -r a/link
$BB wc -l first second
[ -L a/link ] && [ ! -e a/nothing ] && echo "tests hold"
$BB rm -r a first second fourth
$BB ls -a
