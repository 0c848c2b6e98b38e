# SPDX-License-Identifier: MIT
TEST_EXTENSIONS = .test
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh --comments
TEST_LOG_DRIVER = $(LOG_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/helpers/cmocka-tap
# cmocka speaks TAP when asked to; the end-to-end scripts always do.
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	srcdir=$(top_srcdir); export srcdir; builddir=$(abs_top_builddir); export builddir;

# Names of addresses: the test looks at its own code, so it keeps its debug information.
check_PROGRAMS += tests/unit/test_symbol
TESTS += tests/unit/test_symbol
tests_unit_test_symbol_SOURCES = tests/unit/test_symbol.c
tests_unit_test_symbol_CFLAGS = $(AM_CFLAGS) -g -O1
tests_unit_test_symbol_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)

include $(top_srcdir)/tests/vm/local.mk
include $(top_srcdir)/tests/cli.mk
include $(top_srcdir)/tests/fuzz/local.mk
include $(top_srcdir)/tests/helpers/local.mk
include $(top_srcdir)/tests/e2e/local.mk
include $(top_srcdir)/tests/unit/local.mk
include $(top_srcdir)/tests/bench/local.mk
include $(top_srcdir)/tests/calibrate.mk
include $(top_srcdir)/tests/stacks/local.mk
