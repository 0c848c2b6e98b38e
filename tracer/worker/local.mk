# SPDX-License-Identifier: MIT
# The unwind workers: one source, built for both widths.
pkglibexec_PROGRAMS += entrytrace-unwind-x86-64
if UNWIND32
pkglibexec_PROGRAMS += entrytrace-unwind-i386
endif

worker_core = \
	tracer/base/helper.c tracer/base/helper.h \
	tracer/stack/wire.h \
	tracer/worker/cfi.c tracer/worker/cfi.h \
	tracer/worker/elf.c tracer/worker/elf.h \
	tracer/worker/guess.c tracer/worker/guess.h \
	tracer/worker/machine.c tracer/worker/machine.h \
	tracer/worker/minidebug.c tracer/worker/minidebug.h \
	tracer/worker/serve.c tracer/worker/serve.h \
	tracer/worker/space.c tracer/worker/space.h \
	tracer/worker/starts.c tracer/worker/starts.h \
	tracer/worker/unwind.c tracer/worker/unwind.h
worker_cppflags = -I$(top_srcdir)/tracer

entrytrace_unwind_x86_64_SOURCES = tracer/worker/main.c $(worker_core)
entrytrace_unwind_x86_64_CPPFLAGS = $(worker_cppflags)
entrytrace_unwind_x86_64_CFLAGS = -m64 $(WORKER_CFLAGS)
entrytrace_unwind_x86_64_LDFLAGS = -m64 $(UNWIND64_LDFLAGS)
entrytrace_unwind_x86_64_LDADD = $(UNWIND64_LIBS)

entrytrace_unwind_i386_SOURCES = tracer/worker/main.c $(worker_core)
entrytrace_unwind_i386_CPPFLAGS = $(UNWIND32_CPPFLAGS) $(worker_cppflags)
entrytrace_unwind_i386_CFLAGS = -m32 $(WORKER_CFLAGS)
entrytrace_unwind_i386_LDFLAGS = -m32 $(UNWIND32_LDFLAGS)
entrytrace_unwind_i386_LDADD = $(UNWIND32_LIBS)
