# SPDX-License-Identifier: MIT
# Calibration and prices.
calibrate_tests = tests/unit/test_stats tests/unit/test_block tests/unit/test_table tests/unit/test_estimate \
	tests/unit/test_host tests/unit/test_calibrate tests/unit/test_calibration_report
check_PROGRAMS += $(calibrate_tests)
TESTS += $(calibrate_tests) tests/e2e/calibrate.test
EXTRA_DIST += tests/e2e/calibrate.test
calibrate_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_stats_LDADD = $(calibrate_LDADD)
tests_unit_test_block_LDADD = $(calibrate_LDADD)
tests_unit_test_table_LDADD = $(calibrate_LDADD)
tests_unit_test_estimate_LDADD = $(calibrate_LDADD)
tests_unit_test_host_LDADD = $(calibrate_LDADD)
tests_unit_test_calibrate_LDADD = $(calibrate_LDADD)
tests_unit_test_calibration_report_LDADD = $(calibrate_LDADD)
