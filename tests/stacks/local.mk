# SPDX-License-Identifier: MIT
# Call stacks: known ones, real programs', and against another unwinder's.
stacks_tests = tests/stacks/call-tree.test tests/stacks/real.test tests/stacks/worker-killed.test \
	tests/stacks/against-eu.test
TESTS += $(stacks_tests)
EXTRA_DIST += $(stacks_tests) tests/stacks/call-tree.c tests/stacks/shapes.cc tests/stacks/sorter.cc \
	tests/stacks/lib.sh tests/stacks/build

# Their programs are built by "make" too: a guest has no compiler.
noinst_DATA += tests/stacks/built/stamp
tests/stacks/built/stamp: tests/stacks/build tests/stacks/call-tree.c tests/stacks/shapes.cc tests/stacks/sorter.cc
	$(AM_V_SAMPLE)srcdir='$(srcdir)' CC='$(CC)' CXX='$(SAMPLE_CXX)' $(SHELL) $(srcdir)/tests/stacks/build $(@D) && touch $@
clean-stacks:
	rm -rf tests/stacks/built
CLEAN_LOCALS += clean-stacks
check_PROGRAMS += tests/stacks/against_eu
tests_stacks_against_eu_SOURCES = tests/stacks/against_eu.c
tests_stacks_against_eu_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)

# What needs no other program.
UNIT_STACKS = tests/unit/test_schedule tests/unit/test_worker tests/unit/test_cfi
check_PROGRAMS += $(UNIT_STACKS)
TESTS += $(UNIT_STACKS)
tests_unit_test_schedule_SOURCES = tests/unit/test_schedule.c
tests_unit_test_schedule_LDADD = libentrytrace.a $(CMOCKA_LIBS)
tests_unit_test_worker_SOURCES = tests/unit/test_worker.c $(worker_core)
tests_unit_test_worker_LDADD = $(UNWIND64_LIBS) $(CMOCKA_LIBS)
tests_unit_test_cfi_SOURCES = tests/unit/test_cfi.c $(worker_core)
tests_unit_test_cfi_LDADD = $(UNWIND64_LIBS) $(CMOCKA_LIBS)
