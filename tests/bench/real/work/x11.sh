# SPDX-License-Identifier: MIT
export DISPLAY=:7
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	xdpyinfo | head -n 20
done
xlsclients -a
for kind in dot prop noop getimage10; do
	x11perf -repeat 1 -reps 20000 -$kind
done
