# SPDX-License-Identifier: MIT
about="perl: files, pipes, expressions"
packages="perl"
size=small
program() { exec "$@" perl "$work/things.pl"; }
