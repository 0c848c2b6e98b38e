# SPDX-License-Identifier: MIT
about="stress-ng: 24 stressors, so many operations each"
packages="stress-ng"
size=tests
seconds=900
program() { exec "$@" sh "$work/stress-ng.sh"; }
