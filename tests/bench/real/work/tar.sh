# SPDX-License-Identifier: MIT
for i in 1 2 3 4 5 6; do
	tar -C "$1" -cf tree.tar tree
	tar -xf tree.tar
	tar -czf tree.tar.gz tree
	find tree -type f | wc -l
	grep -rc "file 39" tree | grep -c ':1$'
	rm -r tree
done
