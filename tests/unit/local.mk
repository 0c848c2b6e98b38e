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

# Proofs of counting in place.
check_PROGRAMS += tests/unit/test_scan
TESTS += tests/unit/test_scan
tests_unit_test_scan_SOURCES = tests/unit/test_scan.c
tests_unit_test_scan_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)

# Evidence that other machines recorded, judged again here; see tests/vm/save-evidence.
check_PROGRAMS += tests/unit/test_evidence
TESTS += tests/unit/test_evidence
tests_unit_test_evidence_SOURCES = tests/unit/test_evidence.c
tests_unit_test_evidence_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
EXTRA_DIST += tests/unit/evidence/host.txt tests/unit/evidence/intel.txt tests/unit/evidence/amd.txt \
	tests/unit/evidence/intel-new.txt tests/unit/evidence/amd-new.txt \
	tests/unit/evidence/no-fast.txt tests/unit/evidence/no-fast-new.txt

# The code that counts inside a program, and the way out of it.
UNIT_STUB = tests/unit/test_forms tests/unit/test_stub tests/unit/test_stub_ways tests/unit/test_stub_storm
check_PROGRAMS += $(UNIT_STUB)
TESTS += $(UNIT_STUB)
tests_unit_test_forms_SOURCES = tests/unit/test_forms.c
tests_unit_test_forms_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_stub_SOURCES = tests/unit/test_stub.c tests/unit/stub_rig.c tests/unit/stub_rig.h
tests_unit_test_stub_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_stub_ways_SOURCES = tests/unit/test_stub_ways.c tests/unit/stub_rig.c tests/unit/stub_rig.h
tests_unit_test_stub_ways_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_stub_storm_SOURCES = tests/unit/test_stub_storm.c tests/unit/stub_rig.c tests/unit/stub_rig.h
tests_unit_test_stub_storm_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS) $(CMOCKA_LIBS)
