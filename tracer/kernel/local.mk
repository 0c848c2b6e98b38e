# SPDX-License-Identifier: MIT
# Counting in the kernel. Without clang, bpftool and libbpf a file that says so stands in.
libentrytrace_a_SOURCES += tracer/kernel/engine.h
kernel_program = tracer/kernel/count.bpf.c tracer/kernel/abi.h tracer/kernel/life.bpf.h \
	tracer/kernel/look.bpf.h tracer/kernel/maps.bpf.h tracer/kernel/types.bpf.h
EXTRA_DIST += $(kernel_program)
if KERNEL_ENGINE
libentrytrace_a_SOURCES += \
	tracer/kernel/engine.c tracer/kernel/internal.h \
	tracer/kernel/book.c tracer/kernel/place.c \
	tracer/kernel/explain.c tracer/kernel/explain.h
BUILT_SOURCES += tracer/kernel/count.skel.h
CLEANFILES += tracer/kernel/count.skel.h tracer/kernel/count.bpf.o
AM_CPPFLAGS += $(BPF_CFLAGS)
ENTRYTRACE_LIBS += $(BPF_LIBS)

AM_V_BPF = $(am__v_BPF_@AM_V@)
am__v_BPF_ = $(am__v_BPF_@AM_DEFAULT_V@)
am__v_BPF_0 = @echo "  BPF     " $@;
am__v_BPF_1 =

tracer/kernel/count.bpf.o: $(kernel_program)
	@$(MKDIR_P) tracer/kernel
	$(AM_V_BPF)$(BPF_CLANG) -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror=implicit -Wno-unused-parameter \
		-I$(top_srcdir)/tracer $(BPF_CFLAGS) -c -o $@ $(top_srcdir)/tracer/kernel/count.bpf.c
# Generated code meets none of our warnings.
tracer/kernel/count.skel.h: tracer/kernel/count.bpf.o
	$(AM_V_BPF)(echo '#pragma GCC system_header' && $(BPFTOOL) gen skeleton $< name count_bpf) >$@.tmp && mv $@.tmp $@
tracer/kernel/engine.$(OBJEXT): tracer/kernel/count.skel.h
else
libentrytrace_a_SOURCES += tracer/kernel/absent.c
endif
