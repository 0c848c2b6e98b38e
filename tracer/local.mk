# SPDX-License-Identifier: MIT
# All code but main.c lives in one library, which the tests link too.
noinst_LIBRARIES += libentrytrace.a
libentrytrace_a_SOURCES = \
	tracer/model/entry.c tracer/model/entry.h tracer/model/entry_paths.def \
	tracer/model/trace.c tracer/model/trace.h \
	tracer/model/cost.c tracer/model/cost.h tracer/model/fingerprint.c tracer/model/fingerprint.h tracer/model/taddr.h \
	tracer/model/config.c tracer/model/config.h \
	tracer/model/stack.c tracer/model/stack.h \
	tracer/base/err.c tracer/base/err.h tracer/base/cleanup.h tracer/base/vec.h \
	tracer/base/helper.c tracer/base/helper.h tracer/base/monotonic.h \
	tracer/base/json.c tracer/base/json.h tracer/base/signame.c tracer/base/signame.h \
	tracer/base/text.c tracer/base/text.h

# Names of addresses, and the lock around those who read hostile files.
libentrytrace_a_SOURCES += \
	tracer/sandbox/sandbox.c tracer/sandbox/sandbox.h \
	tracer/symbol/child.c tracer/symbol/child.h \
	tracer/symbol/demangle.c tracer/symbol/demangle.h \
	tracer/symbol/resolve.c tracer/symbol/resolve.h \
	tracer/symbol/symbol.c tracer/symbol/symbol.h tracer/symbol/wire.h

# The way of an entry: stop, decode, classify, count.
libentrytrace_a_SOURCES += \
	tracer/model/evidence.h tracer/model/stop.h tracer/model/vdso.h \
	tracer/decode/insn.c tracer/decode/insn.h \
	tracer/elf/boundary.c tracer/elf/boundary.h \
	tracer/elf/header.c tracer/elf/header.h \
	tracer/elf/segments.c tracer/elf/segments.h \
	tracer/elf/vdso.c tracer/elf/vdso.h \
	tracer/tracee/maps.c tracer/tracee/maps.h \
	tracer/tracee/memory.c tracer/tracee/memory.h \
	tracer/tracee/module.c tracer/tracee/module.h \
	tracer/tracee/procfs.c tracer/tracee/procfs.h \
	tracer/tracee/space.c tracer/tracee/space.h \
	tracer/tracee/thread.c tracer/tracee/thread.h \
	tracer/classify/callee.c tracer/classify/callee.h \
	tracer/classify/classify.c tracer/classify/classify.h \
	tracer/classify/far_call.c tracer/classify/far_call.h \
	tracer/classify/record.c tracer/classify/record.h \
	tracer/count/tally.c tracer/count/tally.h \
	tracer/launch/explain.c tracer/launch/explain.h \
	tracer/launch/filter.c tracer/launch/filter.h \
	tracer/launch/names.c tracer/launch/names.h \
	tracer/launch/spawn.c tracer/launch/spawn.h \
	tracer/trace/attach.c \
	tracer/trace/birth.c tracer/trace/birth.h \
	tracer/trace/calls.c tracer/trace/calls.h \
	tracer/trace/disguise.c tracer/trace/disguise.h \
	tracer/trace/entry.c tracer/trace/entry.h \
	tracer/trace/gather.c tracer/trace/gather.h \
	tracer/trace/fall.c tracer/trace/planted.h \
	tracer/trace/inplace.c tracer/trace/inplace.h \
	tracer/trace/loop.c \
	tracer/trace/restart.c tracer/trace/restart.h \
	tracer/trace/shared.h \
	tracer/trace/stop.c tracer/trace/stop.h \
	tracer/trace/tracer.h \
	tracer/trace/turn.c tracer/trace/turn.h

# Counting in place: code that runs inside the program (asm/stub32.asm).
libentrytrace_a_SOURCES += \
	tracer/stub/blob.h \
	tracer/stub/code.c tracer/stub/code.h \
	tracer/stub/form.c tracer/stub/form.h \
	tracer/stub/hit.c tracer/stub/hit.h \
	tracer/stub/image.c tracer/stub/image.h \
	tracer/stub/inject.c tracer/stub/inject.h tracer/stub/internal.h \
	tracer/stub/pattern.c tracer/stub/pattern.h \
	tracer/stub/plant.c tracer/stub/site.c \
	tracer/stub/scan.c tracer/stub/scan.h \
	tracer/stub/scan_cache.c tracer/stub/scan_cache.h \
	tracer/stub/shut.c tracer/stub/shut.h \
	tracer/stub/slot.c tracer/stub/slot.h \
	tracer/stub/undo.c tracer/stub/undo.h

ENTRYTRACE_LIBS = $(SECCOMP_LIBS) $(JANSSON_LIBS) $(DW_LIBS) $(ELF_LIBS) $(IBERTY_LIBS) $(POPT_LIBS) $(GSL_LIBS) $(ZYDIS_LIBS)

bin_PROGRAMS += entrytrace
entrytrace_SOURCES = tracer/main.c
entrytrace_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)

include $(top_srcdir)/tracer/kernel/local.mk
include $(top_srcdir)/tracer/cli/local.mk
include $(top_srcdir)/tracer/report/local.mk

# Prices: facts about the host, the loops, the measurement and what follows from it.
include $(top_srcdir)/tracer/calibrate/local.mk
include $(top_srcdir)/tracer/stack/local.mk
include $(top_srcdir)/tracer/worker/local.mk
