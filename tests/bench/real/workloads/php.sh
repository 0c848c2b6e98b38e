# SPDX-License-Identifier: MIT
about="php: files, hashes, JSON, sockets"
packages="php8.2-cli"
size=small
program() { exec "$@" php8.2 -n "$work/things.php"; }
