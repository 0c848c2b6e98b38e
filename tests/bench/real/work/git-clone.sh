# SPDX-License-Identifier: MIT
. "$(dirname "$0")/git-env.sh"
git clone -q --no-local "$1" copy && git clone -q --bare "$1" bare && cd copy || exit 1
i=0
while [ $i -lt 40 ]; do
	i=$((i + 1))
	echo "line $i" >>folder3/file3
	git add -A
	git commit -q -m "commit $i"
done
git push -q ../bare HEAD:refs/heads/other
git repack -q -a -d
git fsck --no-progress
git count-objects
git rev-parse HEAD
git --git-dir=../bare log --oneline other | tail -n 50
