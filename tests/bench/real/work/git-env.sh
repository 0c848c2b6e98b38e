# SPDX-License-Identifier: MIT
# The same commits each time, whoever makes them.
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
export GIT_AUTHOR_DATE="1700000000 +0000" GIT_COMMITTER_DATE="1700000000 +0000" GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat
git() { command git -c gc.auto=0 -c init.defaultBranch=main -c protocol.file.allow=always "$@"; }
