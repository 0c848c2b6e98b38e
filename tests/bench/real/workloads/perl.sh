# SPDX-License-Identifier: MIT
about="perl: files, pipes, expressions"
packages="perl"
size=large
program() { exec "$@" perl "$work/things.pl"; }
