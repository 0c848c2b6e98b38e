# SPDX-License-Identifier: MIT
about="git clone, gc, fsck, commit"
packages="git"
size=small
prepare() { sh "$work/history.sh" /tmp/prepared/repo 400; }
program() { exec "$@" sh "$work/git-clone.sh" /tmp/prepared/repo; }
