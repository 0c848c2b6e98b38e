# SPDX-License-Identifier: MIT
# All code but main.c lives in one library, which the tests link too.
noinst_LIBRARIES += libentrytrace.a
libentrytrace_a_SOURCES = \
	tracer/model/entry.c tracer/model/entry.h tracer/model/entry_paths.def tracer/model/reason.h tracer/model/reasons.def \
	tracer/model/trace.c tracer/model/trace.h tracer/model/trace_order.c \
	tracer/model/cost.c tracer/model/cost.h tracer/model/fingerprint.c tracer/model/fingerprint.h tracer/model/taddr.h \
	tracer/model/config.c tracer/model/config.h \
	tracer/model/stack.c tracer/model/stack.h \
	tracer/model/scenario.c tracer/model/scenario.h \
	tracer/model/site_index.c tracer/model/site_index.h \
	tracer/base/err.c tracer/base/err.h tracer/base/cleanup.h tracer/base/vec.h \
	tracer/base/files.c tracer/base/files.h \
	tracer/base/helper.c tracer/base/helper.h tracer/base/monotonic.h \
	tracer/base/json.c tracer/base/json.h tracer/base/json_stream.c tracer/base/json_stream.h \
	tracer/base/signame.c tracer/base/signame.h \
	tracer/base/text.c tracer/base/text.h

# Names of addresses, and the lock around those who read hostile files.
libentrytrace_a_SOURCES += \
	tracer/sandbox/sandbox.c tracer/sandbox/sandbox.h \
	tracer/symbol/child.c tracer/symbol/child.h \
	tracer/symbol/demangle.c tracer/symbol/demangle.h \
	tracer/symbol/reply.c tracer/symbol/reply.h \
	tracer/symbol/resolve.c tracer/symbol/resolve.h \
	tracer/symbol/symbol.c tracer/symbol/symbol.h tracer/symbol/wire.h

# The way of an entry: stop, decode, classify, count.
libentrytrace_a_SOURCES += \
	tracer/model/evidence.h tracer/model/stop.h tracer/model/vdso.h \
	tracer/decode/insn.c tracer/decode/insn.h \
	tracer/elf/boundary.c tracer/elf/boundary.h \
	tracer/elf/build_id.c tracer/elf/build_id.h \
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
	tracer/launch/search.c tracer/launch/search.h \
	tracer/launch/spawn.c tracer/launch/spawn.h \
	tracer/trace/attach.c \
	tracer/trace/birth.c tracer/trace/birth.h \
	tracer/trace/disguise.c tracer/trace/disguise.h tracer/trace/seccomp.c tracer/trace/seccomp.h \
	tracer/trace/clone.c tracer/trace/clone.h \
	tracer/trace/entry.c tracer/trace/entry.h \
	tracer/trace/gather.c tracer/trace/gather.h \
	tracer/trace/inplace.c tracer/trace/inplace_entry.c tracer/trace/inplace_stop.c tracer/trace/inplace.h tracer/trace/inplace_internal.h \
	tracer/trace/later.c tracer/trace/later.h \
	tracer/trace/loop.c tracer/trace/mapping.c tracer/trace/quiesce.c \
	tracer/trace/nested.c tracer/trace/nested.h \
	tracer/trace/restart.c tracer/trace/restart.h \
	tracer/trace/shared.h \
	tracer/trace/slice.c tracer/trace/slice.h \
	tracer/trace/stop.c tracer/trace/stop.h \
	tracer/trace/timed.c tracer/trace/timed.h \
	tracer/trace/tracer.h \
	tracer/trace/turn.c tracer/trace/turn.h \
	tracer/trace/vfork.c tracer/trace/vfork.h

# Counting in place: code that runs inside the program (asm/count32.asm).
libentrytrace_a_SOURCES += \
	tracer/filter/filter.c tracer/filter/filter.h \
	tracer/syscalls/calls.c tracer/syscalls/calls.h tracer/syscalls/calls.def \
	tracer/syscalls/names.c tracer/syscalls/names.h \
	tracer/remote/remote.c tracer/remote/remote.h \
	tracer/remote/segment.c tracer/remote/segment.h \
	tracer/patch/apply.c tracer/patch/blob.h \
	tracer/patch/code.c tracer/patch/code.h \
	tracer/patch/form.c tracer/patch/form.h tracer/patch/internal.h \
	tracer/patch/patch.c tracer/patch/patch.h tracer/patch/site.c \
	tracer/patch/table.c tracer/patch/table.h \
	tracer/patch/undo.c tracer/patch/undo.h \
	tracer/mode/mode.c tracer/mode/mode.h

ENTRYTRACE_LIBS = $(SECCOMP_LIBS) $(JANSSON_LIBS) $(DW_LIBS) $(ELF_LIBS) $(IBERTY_LIBS) $(POPT_LIBS) $(GSL_LIBS) $(CURSES_LIBS) $(ZYDIS_LIBS) $(ARCHIVE_LIBS)

bin_PROGRAMS += entrytrace
entrytrace_SOURCES = tracer/main.c
entrytrace_LDADD = libentrytrace.a $(ENTRYTRACE_LIBS)

include $(top_srcdir)/tracer/kernel/local.mk
include $(top_srcdir)/tracer/cli/local.mk
include $(top_srcdir)/tracer/store/local.mk
include $(top_srcdir)/tracer/report/local.mk

# Prices: facts about the host, the loops, the measurement and what follows from it.
include $(top_srcdir)/tracer/calibrate/local.mk
include $(top_srcdir)/tracer/stack/local.mk
include $(top_srcdir)/tracer/worker/local.mk
include $(top_srcdir)/tracer/scan/local.mk
