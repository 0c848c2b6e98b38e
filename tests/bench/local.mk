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

real_tools = tests/bench/inroot tests/bench/meter tests/bench/table tests/bench/filtered

# Each is a script that prints a table; more may be added here.
BENCHES = $(srcdir)/tests/bench/stops.sh $(srcdir)/tests/bench/stacks.sh $(srcdir)/tests/bench/inplace.sh \
	$(srcdir)/tests/bench/grow.sh $(srcdir)/tests/bench/kernel.sh $(srcdir)/tests/bench/real/real.sh
EXTRA_DIST += tests/bench/stops.sh tests/bench/inplace.sh tests/bench/stacks.sh tests/bench/grow.sh
BENCH_IN_GUEST = ET_VM_GUESTS=bench ET_REQUIRE_VM=1 srcdir='$(srcdir)' builddir='$(abs_builddir)' \
	$(SHELL) $(srcdir)/tests/vm/guests.test
# The scan needs no 32-bit programs to run.
EXTRA_DIST += tests/bench/scan.sh
PHONY_TARGETS += bench-scan
bench-scan: all
	@echo; srcdir='$(srcdir)' builddir='$(abs_builddir)' $(SHELL) $(srcdir)/tests/bench/scan.sh
bench: bench-scan
# Prices: predictions, rows against whole programs, and how calibrations repeat.
EXTRA_PROGRAMS += tests/bench/predict
tests_bench_predict_SOURCES = tests/bench/predict.c
tests_bench_predict_LDADD = libentrytrace.a $(JANSSON_LIBS) $(GSL_LIBS)
CLEANFILES += tests/bench/predict
PRICE_BENCHES = $(srcdir)/tests/bench/predict.sh $(srcdir)/tests/bench/rows.sh $(srcdir)/tests/bench/repeat.sh
EXTRA_DIST += tests/bench/predict.sh tests/bench/rows.sh tests/bench/repeat.sh tests/bench/whole.asm
# run_benches: one that falls short ends no other; which did is said at the end. 77: not here.
run_benches = short=; for b in $(1); do \
		echo; \
		srcdir='$(srcdir)' builddir='$(abs_builddir)' NASM='$(NASM)' $(SHELL) $$b || \
			case $$? in 77) ;; 130 | 143) exit 1 ;; *) short="$$short $${b\#\#*/}" ;; esac; \
	done; \
	echo; test -z "$$short" || { echo "Short of what is wanted:$$short"; exit 1; }
PHONY_TARGETS += bench bench-prices
bench-prices: all tests/bench/predict $(PREDICT)
	@$(RUNS_32BIT) || exit 0; $(call run_benches,$(PRICE_BENCHES))
# All takes a while, so what is missing is said before.
bench: all tests/bench/pairs tests/bench/filtered tests/bench/unwind_rate tests/bench/call-tree tests/bench/grow \
		tests/bench/predict $(PREDICT) $(real_tools) $(sample_programs)
	@$(RUNS_32BIT) || { $(BENCH_IN_GUEST); exit; }; \
	for t in strace hyperfine apt-get; do \
		command -v $$t >/dev/null || echo "$$t is not installed: what is measured with it is left out"; \
	done; \
	$(call run_benches,$(BENCHES) $(PRICE_BENCHES))

# Threads, processes and the like by the thousand.
EXTRA_DIST += tests/bench/grow.c
CLEANFILES += tests/bench/grow
tests/bench/grow: tests/bench/grow.c
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 -std=gnu17 -O2 -Wall -Wextra -pthread -o $@ $<
PHONY_TARGETS += bench-grow
bench-grow: all tests/bench/grow tests/bench/meter
	@srcdir='$(srcdir)' builddir='$(abs_builddir)' $(SHELL) $(srcdir)/tests/bench/grow.sh

# Real programs: make bench-real WORKLOADS="redis php"; tests/bench/real/real.sh tells more.
check_PROGRAMS += tests/bench/inroot tests/bench/meter tests/bench/table
TESTS += tests/bench/bench.test
tests_bench_inroot_SOURCES = tests/bench/real/inroot.c
tests_bench_meter_SOURCES = tests/bench/real/meter.c
tests_bench_table_SOURCES = tests/bench/real/table.c
tests_bench_table_LDADD = libentrytrace.a $(JANSSON_LIBS) $(GSL_LIBS)
EXTRA_DIST += tests/bench/real tests/bench/bench.test
PHONY_TARGETS += bench-real
bench-real: all $(real_tools)
	@srcdir='$(srcdir)' builddir='$(abs_builddir)' $(SHELL) $(srcdir)/tests/bench/real/real.sh
