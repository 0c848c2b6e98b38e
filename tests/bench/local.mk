# SPDX-License-Identifier: MIT
EXTRA_DIST += tests/bench/kernel.sh
# `make bench`: speed, as ratios within one run. Never part of `make check`. Where
# the kernel runs no 32-bit programs, what makes sense of it runs in a guest.
RUNS_32BIT = env samples/exit-code 0 >/dev/null 2>&1
EXTRA_PROGRAMS += tests/bench/pairs
tests_bench_pairs_SOURCES = tests/bench/pairs.c
tests_bench_pairs_LDADD = libentrytrace.a $(GSL_LIBS)
CLEANFILES += tests/bench/pairs

EXTRA_PROGRAMS += tests/bench/filtered
tests_bench_filtered_SOURCES = tests/bench/filtered.c
CLEANFILES += tests/bench/filtered

EXTRA_PROGRAMS += tests/bench/unwind_rate
tests_bench_unwind_rate_SOURCES = tests/bench/unwind_rate.c
tests_bench_unwind_rate_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
CLEANFILES += tests/bench/unwind_rate tests/bench/call-tree
tests/bench/call-tree: tests/stacks/call-tree.c
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 -O2 -fomit-frame-pointer -pthread -o $@ $<

# Each is a script that prints a table; more may be added here.
BENCHES = $(srcdir)/tests/bench/stops.sh $(srcdir)/tests/bench/stacks.sh $(srcdir)/tests/bench/inplace.sh \
	$(srcdir)/tests/bench/kernel.sh
EXTRA_DIST += tests/bench/stops.sh tests/bench/inplace.sh tests/bench/stacks.sh
BENCH_IN_GUEST = ET_VM_GUESTS=bench ET_REQUIRE_VM=1 srcdir='$(srcdir)' builddir='$(abs_builddir)' \
	$(SHELL) $(srcdir)/tests/vm/guests.test
PHONY_TARGETS += bench
bench: all tests/bench/pairs tests/bench/filtered tests/bench/unwind_rate tests/bench/call-tree $(sample_programs)
	@$(RUNS_32BIT) || { $(BENCH_IN_GUEST); exit; }; \
	for b in $(BENCHES); do echo; srcdir='$(srcdir)' builddir='$(abs_builddir)' $(SHELL) $$b || exit 1; done

# Prices: predictions, rows against whole programs, and how calibrations repeat.
EXTRA_PROGRAMS += tests/bench/predict
tests_bench_predict_SOURCES = tests/bench/predict.c
tests_bench_predict_LDADD = libentrytrace.a $(JANSSON_LIBS) $(GSL_LIBS)
CLEANFILES += tests/bench/predict
PRICE_BENCHES = $(srcdir)/tests/bench/predict.sh $(srcdir)/tests/bench/rows.sh $(srcdir)/tests/bench/repeat.sh
EXTRA_DIST += tests/bench/predict.sh tests/bench/rows.sh tests/bench/repeat.sh tests/bench/whole.asm
PHONY_TARGETS += bench-prices
bench-prices: all tests/bench/predict $(PREDICT)
	@$(RUNS_32BIT) || exit 0; \
	for b in $(PRICE_BENCHES); do echo; \
		srcdir='$(srcdir)' builddir='$(abs_builddir)' NASM='$(NASM)' $(SHELL) $$b || failed=1; \
	done; test -z "$$failed"
bench: bench-prices
