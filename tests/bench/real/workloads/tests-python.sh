# SPDX-License-Identifier: MIT
about="python's own tests, a part"
packages="python3.11 libpython3.11-testsuite openssl"
size=tests
seconds=900
tests="test_file test_fileio test_hashlib test_mmap test_os test_posix test_pathlib test_poll test_queue
	test_select test_shutil test_socket test_subprocess test_thread test_threading"
# Those that fail alone are expected to fail traced: which did is the output.
program() { exec "$@" python3.11 -m test -u none --timeout 120 $tests; }
normal() { grep -E '^    test_|^[0-9]+ tests? |^All [0-9]'; }
