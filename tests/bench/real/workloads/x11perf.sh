# SPDX-License-Identifier: MIT
about="x11perf and xdpyinfo, clients of libX11 under Xvfb"
packages="x11-apps x11-utils xvfb xkb-data x11-xkb-utils"
size=large
# It is not to start anew whenever the last client has gone.
prepare() {
	Xvfb :7 -screen 0 800x600x24 -nolisten tcp -noreset >Xvfb.log 2>&1 &
	tries=100
	until DISPLAY=:7 xdpyinfo >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { tail -n 1 Xvfb.log; return 1; }
		sleep 0.1
	done
}
program() { exec "$@" sh "$work/x11.sh"; }
normal() { sed -n 's/^ *\([0-9]*\) reps.*: \(.*\)$/\1 \2/p; /^name of display\|dimensions/p'; }
