# SPDX-License-Identifier: MIT
about="node: HTTP on loopback, files, streams"
packages="nodejs"
size=small
program() { exec "$@" node "$work/things.js"; }
