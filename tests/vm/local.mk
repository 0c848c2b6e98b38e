# SPDX-License-Identifier: MIT
# The end-to-end tests inside QEMU guests of both vendors, and which entry path
# was seen exactly on which machine.
noinst_PROGRAMS += tests/vm/table_rows
tests_vm_table_rows_LDADD = $(JANSSON_LIBS)

TESTS += tests/vm/console.test
if !SANITIZERS
TESTS += tests/vm/samples.test tests/vm/guests.test tests/vm/paths.test
tests/vm/paths.log: tests/vm/samples.log tests/vm/guests.log
endif
EXTRA_DIST += tests/vm/console.test tests/vm/samples.test tests/vm/guests.test tests/vm/paths.test \
	tests/vm/calibrate.test tests/vm/bench.test tests/vm/ia32-off.test tests/vm/guests.tab tests/vm/fetch \
	tests/vm/initramfs tests/vm/init tests/vm/boot tests/vm/tap.awk tests/vm/save-evidence

clean-vm:
	rm -rf tests/vm/run tests/vm/cache tests/vm/paths.txt
CLEAN_LOCALS += clean-vm
