# SPDX-License-Identifier: MIT
# The loops are two static programs, assembled without a linker and kept in the library.
LOOP_COMMON = asm/page.inc asm/elf.inc asm/driver.inc
LOOP32 = asm/loop32/empty.inc asm/loop32/int80.inc asm/loop32/vdso.inc asm/loop32/sysenter.inc \
	asm/loop32/syscall32.inc asm/loop32/far-call.inc asm/loop32/far-call-pair.inc \
	asm/loop32/far-call-pair-32.inc asm/loop32/far-jump-pair.inc asm/loop32/mode-switch.inc \
	asm/loop32/trap.inc
LOOP64 = asm/loop64/empty.inc asm/loop64/syscall64.inc asm/loop64/x32.inc asm/loop64/int80-64.inc
EXTRA_DIST += asm/blob.asm asm/loops32.asm asm/loops64.asm asm/count32.asm $(LOOP_COMMON) $(LOOP32) $(LOOP64)
CLEANFILES += asm/loops32.bin asm/loops64.bin asm/count32.bin asm/blob.o

AM_V_NASM = $(am__v_NASM_@AM_V@)
am__v_NASM_ = $(am__v_NASM_@AM_DEFAULT_V@)
am__v_NASM_0 = @echo "  NASM    " $@;
am__v_NASM_1 =

asm/loops32.bin: asm/loops32.asm $(LOOP_COMMON) $(LOOP32)
	@$(MKDIR_P) asm
	$(AM_V_NASM)$(NASM) -f bin -Wall -Werror -I$(top_srcdir)/asm/ -o $@ $(top_srcdir)/asm/loops32.asm
asm/loops64.bin: asm/loops64.asm asm/count32.asm $(LOOP_COMMON) $(LOOP64)
	@$(MKDIR_P) asm
	$(AM_V_NASM)$(NASM) -f bin -Wall -Werror -I$(top_srcdir)/asm/ -o $@ $(top_srcdir)/asm/loops64.asm
# The code that counts inside a program, a template: tracer/stub/blob.h.
asm/count32.bin: asm/count32.asm
	@$(MKDIR_P) asm
	$(AM_V_NASM)$(NASM) -f bin -Wall -Werror -o $@ $(top_srcdir)/asm/count32.asm
asm/blob.o: asm/blob.asm asm/loops32.bin asm/loops64.bin asm/count32.bin
	$(AM_V_NASM)$(NASM) -f elf64 -Wall -Werror -Iasm/ -o $@ $(top_srcdir)/asm/blob.asm

libentrytrace_a_LIBADD = asm/blob.o
