# SPDX-License-Identifier: MIT
e2e_tests = tests/e2e/samples.test tests/e2e/bad-input.test tests/e2e/behave.test \
	tests/e2e/namespace.test tests/e2e/attach.test tests/e2e/stress.test tests/e2e/real.test \
	tests/e2e/as_user.test tests/e2e/inplace.test tests/e2e/core.test tests/e2e/reports.test \
	tests/e2e/scan.test tests/e2e/harm.test tests/e2e/hostile.test tests/e2e/ptrace-life.test \
	tests/e2e/kernel.test tests/e2e/fleet.test
TESTS += $(e2e_tests)
EXTRA_DIST += tests/e2e/hostile.tab
EXTRA_DIST += $(e2e_tests) tests/e2e/lib.sh tests/e2e/real.sh tests/e2e/samples.tab tests/e2e/bad-input.tab \
	tests/e2e/scripts/files.sh tests/e2e/scripts/pipes.sh tests/e2e/scripts/jobs.sh \
	tests/e2e/scripts/tables.sql tests/e2e/scripts/things.py
