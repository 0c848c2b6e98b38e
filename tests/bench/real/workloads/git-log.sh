# SPDX-License-Identifier: MIT
about="git log -p, grep, status, diff over 400 commits"
packages="git"
size=large
prepare() { sh "$work/history.sh" /tmp/prepared/repo 400; }
setup() { cp -r /tmp/prepared/repo repo; }
program() { exec "$@" sh "$work/git-log.sh" repo; }
