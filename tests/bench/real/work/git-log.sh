# SPDX-License-Identifier: MIT
. "$(dirname "$0")/git-env.sh"
cd "$1" || exit 1
git log -p --stat
git log --oneline -S"line 5 of file 7"
git grep -P "line [0-9]+ of file 4\d" $(git rev-list --max-count=60 HEAD)
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	echo "a change $i" >>folder1/file1
	git status --short
	git diff
	git blame folder2/file2
done
