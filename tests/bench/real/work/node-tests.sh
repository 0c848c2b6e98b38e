# SPDX-License-Identifier: MIT
# Tests of node that need no build of it, one after the other; how each ended.
export NODE_TEST_DIR=/tmp/run TEST_THREAD_ID=0
for file in "$1"/parallel/test-fs-read*.js "$1"/parallel/test-net-server*.js "$1"/parallel/test-child-process-e*.js; do
	timeout 60 node --expose-internals --expose-gc --no-warnings "$file" >/dev/null 2>&1
	echo "${file##*/} $?"
done
