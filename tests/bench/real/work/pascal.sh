# SPDX-License-Identifier: MIT
"$1/things"
units=/usr/lib/i386-linux-gnu/fpc/3.2.2/units/i386-linux
cp "$(dirname "$0")/things.pas" .
for i in 1 2 3 4 5 6 7 8; do
	ppc386-3.2.2 -O2 "-Fu$units/*" things.pas || exit 1
done
ls
