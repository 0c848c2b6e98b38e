# SPDX-License-Identifier: MIT
# Test scripts of git, one after the other; how each ended.
export GIT_TEST_INSTALLED=/usr/bin TMPDIR=/tmp/run
cd "$1" || exit 1
for script in t0001-init t1300-config t2200-add-update t3200-branch t3903-stash t4013-diff-various t5510-fetch \
	t5601-clone t6030-bisect-porcelain t7004-tag t7501-commit-basic-functionality; do
	sh ./$script.sh --root=/tmp/run/$script >/tmp/run/$script.log 2>&1
	echo "$script $? $(grep -c '^ok ' /tmp/run/$script.log) $(grep -c '^not ok ' /tmp/run/$script.log)"
done
