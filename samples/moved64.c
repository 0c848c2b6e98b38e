/* SPDX-License-Identifier: MIT */
/*
 * Shows a 64-bit program whose code moves: a page with a syscall, an int 0x80 and
 * 32-bit code with an int 0x80 is moved by mremap to places below 4 GiB and above,
 * and other code comes to lie where it was.
 */
#include "support/compat.h"
#include "support/signals.h"

#include <linux/mman.h>

enum { PAGE = 4096, SLOT = 64, NR32_GETPPID = 64, STACK_BYTES = 16384, TIMES = 5 };

static long parent;
static unsigned wrong;

static long map(unsigned long at, unsigned long bytes, long prot, long flags)
{
	return sys6(__NR_mmap, (long)at, (long)bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

/* Which code stands first in the page turns from round to round. */
static void fill(unsigned char *page, unsigned turn)
{
	for (unsigned i = 0; i < PAGE; i++)
		((volatile unsigned char *)page)[i] = 0xcc;
	piece_copy(page + turn % 3 * SLOT, piece64_syscall, piece64_syscall_end);
	piece_copy(page + (turn + 1) % 3 * SLOT, piece64_int80, piece64_int80_end);
	piece_copy(page + (turn + 2) % 3 * SLOT, piece64_compat, piece64_compat_end);
}

static void run(const unsigned char *page, unsigned turn, const char *stack_top)
{
	for (unsigned i = 0; i < TIMES; i++) {
		truth_add(PATH_SYSCALL64, ABI_X86_64, __NR_getppid);
		wrong += ((long (*)(long))(unsigned long)(page + turn % 3 * SLOT))(__NR_getppid) != parent;
		truth_add(PATH_INT80_64, ABI_I386, NR32_GETPPID);
		wrong += ((long (*)(long))(unsigned long)(page + (turn + 1) % 3 * SLOT))(NR32_GETPPID) != parent;
		if ((unsigned long)page >> 32)
			continue;
		truth_add(PATH_INT80, ABI_I386, NR32_GETPPID);
		wrong += enter32(NR32_GETPPID, page + (turn + 2) % 3 * SLOT, stack_top, 0) != parent;
	}
}

int sample_main(struct sample *s)
{
	char *stack = (char *)map(0, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_32BIT);

	parent = sys0(__NR_getppid);
	refused_skips(s, "this kernel has no IA32 emulation: int 0x80 faults");
	__asm__ volatile("int $0x80" : : "a"(NR32_GETPPID) : "r8", "r9", "r10", "r11", "memory");
	truth_add(PATH_INT80_64, ABI_I386, NR32_GETPPID);
	refused_is_fatal(s);
	for (unsigned i = 0; i < s->rounds; i++) {
		unsigned char *page = (unsigned char *)map(0, PAGE, PROT_READ | PROT_WRITE, i % 2 ? MAP_32BIT : 0), *moved;
		/* Where it goes to: the other half. */
		long to = map(0, PAGE, PROT_NONE, i % 2 ? 0 : MAP_32BIT);

		fill(page, i);
		sys3(__NR_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
		run(page, i, stack + STACK_BYTES - 16);
		moved = (unsigned char *)sys5(__NR_mremap, page, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
		if ((long)moved != to)
			sample_fail(s, "mremap", (long)moved);
		run(moved, i, stack + STACK_BYTES - 16);
		/* Other code where it was. */
		if (map((unsigned long)page, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED) != (long)page)
			sample_fail(s, "mmap", (long)page);
		fill(page, i + 1);
		sys3(__NR_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
		run(page, i + 1, stack + STACK_BYTES - 16);
		sys2(__NR_munmap, page, PAGE);
		sys2(__NR_munmap, moved, PAGE);
	}
	return wrong != 0;
}
