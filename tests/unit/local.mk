# SPDX-License-Identifier: MIT
# The way of an entry: decode, classify, count, and what the tracer knows of processes.
UNIT_TRACE = tests/unit/test_insn tests/unit/test_classify tests/unit/test_callee tests/unit/test_vdso tests/unit/test_tally \
	tests/unit/test_tracee
check_PROGRAMS += $(UNIT_TRACE)
TESTS += $(UNIT_TRACE)
tests_unit_test_insn_SOURCES = tests/unit/test_insn.c
tests_unit_test_insn_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_classify_SOURCES = tests/unit/test_classify.c tests/unit/by_hand.h
tests_unit_test_classify_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_callee_SOURCES = tests/unit/test_callee.c tests/unit/by_hand.h
tests_unit_test_callee_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_vdso_SOURCES = tests/unit/test_vdso.c
tests_unit_test_vdso_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_tally_SOURCES = tests/unit/test_tally.c
tests_unit_test_tally_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_tracee_SOURCES = tests/unit/test_tracee.c
tests_unit_test_tracee_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)

# What the program in the kernel sends.
if KERNEL_ENGINE
check_PROGRAMS += tests/unit/test_kernel
TESTS += tests/unit/test_kernel
tests_unit_test_kernel_SOURCES = tests/unit/test_kernel.c
tests_unit_test_kernel_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
endif

# Evidence that other machines recorded, judged again here; see tests/vm/save-evidence.
check_PROGRAMS += tests/unit/test_evidence
TESTS += tests/unit/test_evidence
tests_unit_test_evidence_SOURCES = tests/unit/test_evidence.c
tests_unit_test_evidence_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/unit/evidence/host.txt tests/unit/evidence/intel.txt tests/unit/evidence/amd.txt \
	tests/unit/evidence/intel-new.txt tests/unit/evidence/amd-new.txt \
	tests/unit/evidence/no-fast.txt tests/unit/evidence/no-fast-new.txt

# The code that counts inside a program, the way out of it, and what it counts.
UNIT_COUNT = tests/unit/test_forms tests/unit/test_count tests/unit/test_count_ways \
	tests/unit/test_count_storm tests/unit/test_counters tests/unit/test_mode tests/unit/test_calls \
	tests/unit/test_filter tests/unit/test_sites
check_PROGRAMS += $(UNIT_COUNT)
TESTS += $(UNIT_COUNT)
count_rig = tests/unit/count_rig.c tests/unit/count_rig.h
count_walk = tests/unit/count_walk.c tests/unit/count_walk.h
tests_unit_test_forms_SOURCES = tests/unit/test_forms.c
tests_unit_test_forms_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_count_SOURCES = tests/unit/test_count.c $(count_walk) $(count_rig)
tests_unit_test_count_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_count_ways_SOURCES = tests/unit/test_count_ways.c $(count_walk) $(count_rig)
tests_unit_test_count_ways_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_count_storm_SOURCES = tests/unit/test_count_storm.c $(count_rig)
tests_unit_test_count_storm_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_counters_SOURCES = tests/unit/test_counters.c
tests_unit_test_counters_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_mode_SOURCES = tests/unit/test_mode.c
tests_unit_test_mode_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_calls_SOURCES = tests/unit/test_calls.c
tests_unit_test_calls_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_filter_SOURCES = tests/unit/test_filter.c
tests_unit_test_filter_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_sites_SOURCES = tests/unit/test_sites.c
tests_unit_test_sites_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)

# The scan of files.
UNIT_SCAN = tests/unit/test_find tests/unit/test_scan_elf tests/unit/test_scan_result
check_PROGRAMS += $(UNIT_SCAN)
TESTS += $(UNIT_SCAN)
tests_unit_test_find_SOURCES = tests/unit/test_find.c
tests_unit_test_find_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_scan_elf_SOURCES = tests/unit/test_scan_elf.c
tests_unit_test_scan_elf_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS) -lz
tests_unit_test_scan_result_SOURCES = tests/unit/test_scan_result.c
tests_unit_test_scan_result_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)

# Helper processes, files in folders that others write to, and much of everything.
UNIT_HARM = tests/unit/test_helper tests/unit/test_files tests/unit/test_large
check_PROGRAMS += $(UNIT_HARM)
TESTS += $(UNIT_HARM)
tests_unit_test_helper_SOURCES = tests/unit/test_helper.c
tests_unit_test_helper_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_files_SOURCES = tests/unit/test_files.c
tests_unit_test_files_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_large_SOURCES = tests/unit/test_large.c
tests_unit_test_large_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
