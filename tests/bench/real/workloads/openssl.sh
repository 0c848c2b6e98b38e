# SPDX-License-Identifier: MIT
about="openssl: digests, ciphers, certificates"
packages="openssl"
size=large
prepare() { head -c 30000000 /dev/zero >file; }
program() { exec "$@" sh "$work/openssl.sh" /tmp/prepared/file; }
