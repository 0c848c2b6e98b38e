# SPDX-License-Identifier: MIT
# The samples: fixed flags of their own, because what they show depends on the
# instructions in them. Kept apart by how they are built.

# 32-bit, static, no libc; C alone, or C with NAME.asm beside it.
SAMPLES_32 = vdso-static midway restart-signal restart-stop sigreturn tree exec-thread threads-clone \
	untraced-clone spawn exit-code serve orphan blind-seccomp blind-dispatch blind-ptrace \
	forks jumps crash fixed heir secret
SAMPLES_32_ASM = int80-loop sysenter-raw syscall32-raw far-call mode-switch int80-64 jit mix \
	late hidden full called parted
# The same, hostile: what a program may do to itself and to who counts it.
SAMPLES_32 += $(HOSTILE_32)
SAMPLES_32_ASM += $(HOSTILE_32_ASM)
HOSTILE_32 = forms-file forms-socket forms-wait interrupted rwx implied through-file block mapped-over \
	vdso-gone unforked forged deep-stack swap dying-maker outlived jit-sites sleepers ignored
SAMPLE_HOSTILE = checked.c checked.asm codes.c codes.asm regions.c
SAMPLE_HOSTILE_H = samples/support/compat.h samples/support/checked.h samples/support/codes.h samples/support/regions.h
HOSTILE_32_ASM = sites makers ldt dropped trampolines dispatch vdso-map
# The same for 64-bit programs.
SAMPLES_64 = int80-64-host native64 x32-number tree64
SAMPLES_64_ASM = wow64
SAMPLES_64 += $(HOSTILE_64)
HOSTILE_64 = moved64 vdso-map64
# 32-bit C with a libc, dynamic and static.
SAMPLES_LIBC = vdso-libc threads-pthread woken storm look privileges debugger timers
# The same, with the unwinder as a library that the program names itself.
SAMPLES_LIBC_UNWIND = cancel
# 32-bit C++, where the compiler has the libraries for it.
SAMPLES_CXX = cxx-throw
SAMPLES_LIBC_STATIC = vdso-libc-static

SAMPLES_C = $(SAMPLES_32) $(SAMPLES_32_ASM) $(SAMPLES_64) $(SAMPLES_64_ASM) \
	$(SAMPLES_LIBC) $(SAMPLES_LIBC_UNWIND) $(SAMPLES_LIBC_STATIC)
SAMPLES_ALL = $(SAMPLES_C) $(SAMPLES_CXX)
sample_programs = $(SAMPLES_ALL:%=samples/%)
noinst_DATA += $(sample_programs)
CLEANFILES += $(sample_programs) samples/*.o samples/support/*.o samples/support/*.a
EXTRA_DIST += samples/support/sample.c samples/support/sample.h samples/support/signals.c \
	samples/support/signals.h samples/support/truth.c samples/support/truth.h \
	samples/support/threads.c samples/support/threads.h samples/support/thread_start.asm \
	$(SAMPLE_HOSTILE:%=samples/support/%) samples/support/compat.asm $(SAMPLE_HOSTILE_H) \
	samples/support/start32.asm samples/support/start64.asm samples/support/ways.inc \
	$(SAMPLES_C:%=samples/%.c) $(SAMPLES_CXX:%=samples/%.cc) $(SAMPLES_32_ASM:%=samples/%.asm) $(SAMPLES_64_ASM:%=samples/%.asm)

SAMPLE_CFLAGS = -std=gnu17 -O2 -g -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes \
	-fomit-frame-pointer -I$(top_srcdir)/samples -I$(top_srcdir)/tracer
SAMPLE_BARE = $(SAMPLE_CFLAGS) -ffreestanding -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -mgeneral-regs-only
SAMPLE_LINK = -static -nostdlib -no-pie -Wl,-z,noexecstack -Wl,--build-id=none
SAMPLE_NASM = $(NASM) -w+all -g -I $(top_srcdir)/samples/
sample_headers = samples/support/sample.h samples/support/threads.h samples/support/signals.h samples/support/truth.h \
	$(SAMPLE_HOSTILE_H) tracer/model/entry.h tracer/model/entry_paths.def

SAMPLE_SUPPORT_32 = samples/support/sample.c32.o samples/support/signals.c32.o \
	samples/support/truth.c32.o samples/support/threads.c32.o \
	samples/support/start32.asm32.o samples/support/thread_start.asm32.o \
	samples/support/hostile32.a
SAMPLE_SUPPORT_64 = samples/support/sample.c64.o samples/support/signals.c64.o \
	samples/support/truth.c64.o samples/support/start64.asm64.o \
	samples/support/hostile64.a

# A library, so that a sample holds only the code that it uses: of some the point is what
# stands in them.
SAMPLE_HOSTILE_64 = compat.asm regions.c
samples/support/hostile64.a: $(SAMPLE_HOSTILE_64:%=samples/support/%64.o)
	$(AM_V_SAMPLE)rm -f $@ && $(AR) rc $@ $^
samples/support/hostile32.a: $(SAMPLE_HOSTILE:%=samples/support/%32.o)
	$(AM_V_SAMPLE)rm -f $@ && $(AR) rc $@ $^

AM_V_SAMPLE = $(am__v_SAMPLE_@AM_V@)
am__v_SAMPLE_ = $(am__v_SAMPLE_@AM_DEFAULT_V@)
am__v_SAMPLE_0 = @echo "  SAMPLE  " $@;
am__v_SAMPLE_1 =

samples/%.c32.o: samples/%.c $(sample_headers)
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_BARE) -c -o $@ $<
samples/%.c64.o: samples/%.c $(sample_headers)
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m64 $(SAMPLE_BARE) -c -o $@ $<
samples/%.asm32.o: samples/%.asm samples/support/ways.inc
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(SAMPLE_NASM) -f elf32 -o $@ $<
samples/%.asm64.o: samples/%.asm samples/support/ways.inc
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(SAMPLE_NASM) -f elf64 -o $@ $<

$(SAMPLES_32:%=samples/%): samples/%: samples/%.c32.o $(SAMPLE_SUPPORT_32)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_LINK) -o $@ $^
# Where programs lie that are loaded at any address: a tracer may trust what lies lower.
samples/hidden: SAMPLE_LINK += -Wl,-Ttext-segment=0x58000000
$(SAMPLES_32_ASM:%=samples/%): samples/%: samples/%.c32.o samples/%.asm32.o $(SAMPLE_SUPPORT_32)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_LINK) -o $@ $^
$(SAMPLES_64:%=samples/%): samples/%: samples/%.c64.o $(SAMPLE_SUPPORT_64)
	$(AM_V_SAMPLE)$(CC) -m64 $(SAMPLE_LINK) -o $@ $^
$(SAMPLES_64_ASM:%=samples/%): samples/%: samples/%.c64.o samples/%.asm64.o $(SAMPLE_SUPPORT_64)
	$(AM_V_SAMPLE)$(CC) -m64 $(SAMPLE_LINK) -o $@ $^
$(SAMPLES_LIBC:%=samples/%): samples/%: samples/%.c samples/support/truth.c $(sample_headers)
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_CFLAGS) -pthread -o $@ $< $(top_srcdir)/samples/support/truth.c
$(SAMPLES_LIBC_UNWIND:%=samples/%): samples/%: samples/%.c samples/support/truth.c $(sample_headers)
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_CFLAGS) -pthread -shared-libgcc -Wl,--no-as-needed -o $@ $< \
		$(top_srcdir)/samples/support/truth.c -lgcc_s
# Without the libraries the sample is a script that says so.
SAMPLE_CXX = g++
SAMPLE_CXXFLAGS = -std=gnu++17 -O2 -g -Wall -Wextra -fnon-call-exceptions -fomit-frame-pointer -fno-pie -no-pie \
	-I$(top_srcdir)/samples -I$(top_srcdir)/tracer
$(SAMPLES_CXX:%=samples/%): samples/%: samples/%.cc samples/support/truth.c32.o $(sample_headers)
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)if echo '#include <string>' | $(SAMPLE_CXX) -m32 -x c++ -c -o $@.probe.o - 2>/dev/null; then \
		$(SAMPLE_CXX) -m32 $(SAMPLE_CXXFLAGS) -o $@ $< samples/support/truth.c32.o; \
	else \
		printf '#!/bin/sh\necho "$(@F): no g++ that builds 32-bit programs" >&2\nexit 77\n' >$@ && chmod +x $@; \
	fi
$(SAMPLES_LIBC_STATIC:%=samples/%): samples/%: samples/%.c samples/support/truth.c $(sample_headers)
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_CFLAGS) -pthread -static -o $@ $< $(top_srcdir)/samples/support/truth.c

# A program that loads libraries in layouts of every kind: see layout.c.
LAYOUTS = plain textrel hole data execstack
LAYOUT = samples/layout $(LAYOUTS:%=samples/layout-%.so)
noinst_DATA += $(LAYOUT)
CLEANFILES += $(LAYOUT)
EXTRA_DIST += samples/layout.c samples/layout-lib.asm
samples/layout: samples/layout.c samples/support/truth.c $(sample_headers)
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_CFLAGS) -o $@ $< $(top_srcdir)/samples/support/truth.c -ldl
layout_assemble = $(SAMPLE_NASM) -f elf32 -o $@.o $(top_srcdir)/samples/layout-lib.asm
layout_link = $(CC) -m32 -shared -nostdlib -o $@ $@.o -Wl,--build-id=none
samples/layout-plain.so: samples/layout-lib.asm
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(layout_assemble) && $(layout_link)
samples/layout-data.so: samples/layout-lib.asm
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(layout_assemble) -DDATA && $(layout_link)
samples/layout-textrel.so: samples/layout-lib.asm
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(layout_assemble) -DTEXTREL && $(layout_link) -Wl,-z,notext
samples/layout-hole.so: samples/layout-lib.asm
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(layout_assemble) -DHOLE && $(layout_link) -Wl,-z,noseparate-code -Wl,-z,max-page-size=0x10000
samples/layout-execstack.so: samples/layout-lib.asm
	@$(MKDIR_P) $(@D)
	$(AM_V_SAMPLE)$(layout_assemble) -DEXECSTACK && $(layout_link) -Wl,-z,execstack

# One program, linked in two ways.
ON_STACK = samples/execstack samples/nostack
noinst_DATA += $(ON_STACK)
CLEANFILES += $(ON_STACK)
EXTRA_DIST += samples/on-stack.c samples/support/nostack.ld
samples/execstack: samples/on-stack.c32.o $(SAMPLE_SUPPORT_32)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_LINK) -Wl,-z,execstack -o $@ $^
samples/nostack: samples/on-stack.c32.o $(SAMPLE_SUPPORT_32)
	$(AM_V_SAMPLE)$(CC) -m32 $(SAMPLE_LINK) -Wl,-T,$(top_srcdir)/samples/support/nostack.ld -o $@ $^

# One workload by three ways in: what predictions are measured against.
PREDICT = samples/predict-int80 samples/predict-vdso samples/predict-native
noinst_DATA += $(PREDICT)
CLEANFILES += $(PREDICT)
EXTRA_DIST += samples/predict.asm
predict_build = $(AM_V_SAMPLE)$(MKDIR_P) samples && $(NASM) -f bin -Wall -Werror -I$(top_srcdir)/asm/ -o $@ \
	$(top_srcdir)/samples/predict.asm
samples/predict-int80: samples/predict.asm asm/elf.inc
	$(predict_build) -DWAY_INT80 && chmod +x $@
samples/predict-vdso: samples/predict.asm asm/elf.inc
	$(predict_build) -DWAY_VDSO && chmod +x $@
samples/predict-native: samples/predict.asm asm/elf.inc
	$(predict_build) -DWAY_NATIVE && chmod +x $@

PHONY_TARGETS += samples
samples: $(sample_programs) $(ON_STACK) $(LAYOUT)
