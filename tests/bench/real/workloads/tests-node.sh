# SPDX-License-Identifier: MIT
about="node's own tests, a part"
packages="nodejs src:nodejs openssl"
size=tests
seconds=900
program() { exec "$@" sh "$work/node-tests.sh" /usr/src/nodejs/test; }
