# SPDX-License-Identifier: MIT
# The command line and the reports.
check_PROGRAMS += tests/unit/test_report
TESTS += tests/unit/test_report tests/layers.test tests/docs.test tests/cli.test
tests_unit_test_report_SOURCES = tests/unit/test_report.c tests/unit/fake_trace.c tests/unit/fake_trace.h
tests_unit_test_report_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_load tests/unit/test_options tests/unit/test_text
TESTS += tests/unit/test_load tests/unit/test_options tests/unit/test_text
tests_unit_test_load_SOURCES = tests/unit/test_load.c tests/unit/fake_trace.c tests/unit/fake_trace.h
tests_unit_test_load_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_options_SOURCES = tests/unit/test_options.c
tests_unit_test_options_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_compare
TESTS += tests/unit/test_compare
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c tests/unit/fake_trace.c tests/unit/fake_trace.h
tests_unit_test_compare_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_travel
TESTS += tests/unit/test_travel
tests_unit_test_travel_SOURCES = tests/unit/test_travel.c tests/unit/fake_trace.c tests/unit/fake_trace.h
tests_unit_test_travel_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/golden tests/layers.test tests/docs.test tests/cli.test tracer/LAYERS

# The unit tests alone, for builds in which the rest makes no sense; and under valgrind.
unit_tests = $(filter tests/unit/%,$(TESTS))
# Children that are locked in with seccomp: valgrind and the sanitizers need calls that these may not make.
LOCKED_IN_TESTS = tests/unit/test_symbol
# One looks at its own mappings, among which are valgrind's; one times programs of its own making; two have children
# with a filter that valgrind, too, would be under; one is large; one ends processes by pidfds, which it does not know.
NO_VALGRIND_TESTS = tests/unit/test_tracee tests/unit/test_calibrate tests/unit/test_filter tests/unit/test_sites \
	tests/unit/test_large tests/unit/test_helper
check-unit:
	+@$(MAKE) $(AM_MAKEFLAGS) check TESTS="$(filter-out $(LOCKED_IN_TESTS),$(unit_tests))"
check-valgrind:
	+@rm -f $(unit_tests:=.log) $(unit_tests:=.trs)
	+@ET_VALGRIND=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS="$(filter-out $(LOCKED_IN_TESTS) $(NO_VALGRIND_TESTS),$(unit_tests))" \
		TEST_SUITE_LOG=valgrind.log \
		LOG_COMPILER="$(LOG_COMPILER) valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite"
PHONY_TARGETS += check-unit check-valgrind
CLEANFILES += valgrind.log

EXTRA_DIST += run scripts/setup.sh scripts/packages.txt
# "check" as a file would be taken for the target of that name.
dist-hook:
	cp -p $(top_srcdir)/check $(distdir)/check
EXTRA_DIST += tests/unit/unit.h
