# SPDX-License-Identifier: MIT
i=0
while [ $i -lt 15 ]; do
	i=$((i + 1))
	gcc -O2 -c -o things$i.o "$1" || exit 1
done
gcc -pthread -o things things1.o && size things
