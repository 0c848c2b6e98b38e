# SPDX-License-Identifier: MIT
about="mono: its C# compiler, files, threads"
packages="mono-runtime mono-mcs libmono-corlib4.5-cil libmono-system-core4.0-cil"
size=large
prepare() { mono-sgen /usr/lib/mono/4.5/mcs.exe -out:things.exe "$work/Things.cs"; }
program() { exec "$@" mono-sgen /tmp/prepared/things.exe; }
