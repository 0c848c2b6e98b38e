# SPDX-License-Identifier: MIT
# A target NAME is tests/fuzz/NAME.c and tests/fuzz/corpus/NAME/. make check replays
# the corpus; "make fuzz FUZZ=NAME FUZZ_SECONDS=600", with clang, looks for more.
check_PROGRAMS += tests/fuzz/replay-trace
tests_fuzz_replay_trace_SOURCES = tests/fuzz/replay.c tests/fuzz/trace.c tests/fuzz/fuzz.h
tests_fuzz_replay_trace_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-table
tests_fuzz_replay_table_SOURCES = tests/fuzz/replay.c tests/fuzz/table.c tests/fuzz/fuzz.h
tests_fuzz_replay_table_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-unwind
tests_fuzz_replay_unwind_SOURCES = tests/fuzz/replay.c tests/fuzz/unwind.c tests/fuzz/fuzz.h $(worker_core)
tests_fuzz_replay_unwind_LDADD = libentrytrace.a $(UNWIND64_LIBS)
check_PROGRAMS += tests/fuzz/replay-elf
tests_fuzz_replay_elf_SOURCES = tests/fuzz/replay.c tests/fuzz/elf.c tests/fuzz/fuzz.h
tests_fuzz_replay_elf_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-scan_elf
tests_fuzz_replay_scan_elf_SOURCES = tests/fuzz/replay.c tests/fuzz/scan_elf.c tests/fuzz/fuzz.h
tests_fuzz_replay_scan_elf_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-scan_archive
tests_fuzz_replay_scan_archive_SOURCES = tests/fuzz/replay.c tests/fuzz/scan_archive.c tests/fuzz/fuzz.h
tests_fuzz_replay_scan_archive_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-scan_wire
tests_fuzz_replay_scan_wire_SOURCES = tests/fuzz/replay.c tests/fuzz/scan_wire.c tests/fuzz/fuzz.h
tests_fuzz_replay_scan_wire_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-scan_small
tests_fuzz_replay_scan_small_SOURCES = tests/fuzz/replay.c tests/fuzz/scan_small.c tests/fuzz/fuzz.h
tests_fuzz_replay_scan_small_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-proc
tests_fuzz_replay_proc_SOURCES = tests/fuzz/replay.c tests/fuzz/proc.c tests/fuzz/fuzz.h
tests_fuzz_replay_proc_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-evidence
tests_fuzz_replay_evidence_SOURCES = tests/fuzz/replay.c tests/fuzz/evidence.c tests/fuzz/fuzz.h
tests_fuzz_replay_evidence_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
check_PROGRAMS += tests/fuzz/replay-reply
tests_fuzz_replay_reply_SOURCES = tests/fuzz/replay.c tests/fuzz/reply.c tests/fuzz/fuzz.h
tests_fuzz_replay_reply_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)
TESTS += tests/fuzz/corpus.test
EXTRA_DIST += tests/fuzz/corpus.test tests/fuzz/corpus

FUZZ = trace
FUZZ_SECONDS = 60
FUZZ_CLANG = clang
fuzz_trace_sources = $(filter %.c,$(libentrytrace_a_SOURCES))
fuzz_trace_libs = asm/blob.o $(ENTRYTRACE_LIBS)
fuzz_table_sources = $(fuzz_trace_sources)
fuzz_table_libs = $(fuzz_trace_libs)
fuzz_elf_sources = $(fuzz_trace_sources)
fuzz_elf_libs = $(fuzz_trace_libs)
fuzz_scan_elf_sources = $(fuzz_trace_sources)
fuzz_scan_elf_libs = $(fuzz_trace_libs)
fuzz_scan_archive_sources = $(fuzz_trace_sources)
fuzz_scan_archive_libs = $(fuzz_trace_libs)
# libarchive asks for what a header claims; a reader has no more than its limit.
fuzz_scan_archive_env = ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=512
fuzz_scan_archive_args = -malloc_limit_mb=0
fuzz_scan_wire_sources = $(fuzz_trace_sources)
fuzz_scan_wire_libs = $(fuzz_trace_libs)
fuzz_scan_small_sources = $(fuzz_trace_sources)
fuzz_scan_small_libs = $(fuzz_trace_libs)
fuzz_proc_sources = $(fuzz_trace_sources)
fuzz_proc_libs = $(fuzz_trace_libs)
fuzz_evidence_sources = $(fuzz_trace_sources)
fuzz_evidence_libs = $(fuzz_trace_libs)
fuzz_reply_sources = $(fuzz_trace_sources)
fuzz_reply_libs = $(fuzz_trace_libs)
fuzz_unwind_sources = $(filter %.c,$(worker_core))
fuzz_unwind_libs = $(UNWIND64_LIBS)
# The same target and corpus with the worker for 32 bits.
fuzz_unwind32_is = unwind
fuzz_unwind32_sources = $(fuzz_unwind_sources)
fuzz_unwind32_flags = -m32 $(UNWIND32_CPPFLAGS)
fuzz_unwind32_libs = $(filter-out -static,$(UNWIND32_LDFLAGS)) -Wl,-Bstatic $(UNWIND32_LIBS) -Wl,-Bdynamic
fuzz_target = $(or $(fuzz_$(FUZZ)_is),$(FUZZ))
fuzz:
	@command -v $(FUZZ_CLANG) >/dev/null || { echo "fuzzing needs clang with libFuzzer" >&2; exit 1; }
	@$(MKDIR_P) tests/fuzz/found/$(FUZZ)
	$(AM_V_CCLD)$(FUZZ_CLANG) -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		$(fuzz_$(FUZZ)_flags) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) -o tests/fuzz/fuzz-$(FUZZ) $(top_srcdir)/tests/fuzz/$(fuzz_target).c \
		$(addprefix $(top_srcdir)/,$(fuzz_$(FUZZ)_sources)) $(fuzz_$(FUZZ)_libs)
	$(fuzz_$(FUZZ)_env) tests/fuzz/fuzz-$(FUZZ) $(fuzz_$(FUZZ)_args) -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 \
		tests/fuzz/found/$(FUZZ) $(top_srcdir)/tests/fuzz/corpus/$(fuzz_target)
fuzz-clean:
	rm -rf tests/fuzz/found tests/fuzz/fuzz-*
CLEAN_LOCALS += fuzz-clean
PHONY_TARGETS += fuzz fuzz-clean
