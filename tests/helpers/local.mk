# SPDX-License-Identifier: MIT
# Helpers of the end-to-end tests: small programs of one purpose each. They are
# built by "make" too, so that a guest or a script finds them without "make check".
test_helpers = tests/helpers/compare tests/helpers/same tests/helpers/limit tests/helpers/pin tests/helpers/as_user \
	tests/helpers/deny tests/helpers/pty tests/helpers/peak tests/helpers/noreader \
	tests/helpers/cores tests/helpers/signals tests/helpers/kills tests/helpers/headless
noinst_PROGRAMS += $(test_helpers)
tests_helpers_compare_LDADD = $(JANSSON_LIBS)
tests_helpers_same_LDADD = libentrytrace.a $(JANSSON_LIBS)
tests_helpers_deny_LDADD = $(SECCOMP_LIBS)
tests_helpers_cores_CFLAGS = $(AM_CFLAGS) $(ELF_CFLAGS)
tests_helpers_cores_LDADD = $(ELF_LIBS)
tests_helpers_pty_LDADD = -lutil
tests_helpers_headless_LDADD = -lpthread

# What a 32-bit program inherits.
noinst_DATA += tests/helpers/state
CLEANFILES += tests/helpers/state
EXTRA_DIST += tests/helpers/state.c tests/helpers/fetch-i386 tests/helpers/cmocka-tap tests/helpers/schema
tests/helpers/state: tests/helpers/state.c
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 -std=gnu17 -O2 -Wall -Wextra -static -o $@ $<

EXTRA_DIST += tests/helpers/scan-agree
