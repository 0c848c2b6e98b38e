/* SPDX-License-Identifier: MIT */
/*
 * Shows a 64-bit program that has the kernel map the 32-bit vDSO, with arch_prctl and
 * ARCH_MAP_VDSO_32, in place of its own, and calls it from 32-bit code of its own.
 */
#include "support/compat.h"
#include "support/regions.h"
#include "support/signals.h"

#include <elf.h>
#include <linux/mman.h>

#ifndef ARCH_MAP_VDSO_32
#define ARCH_MAP_VDSO_32 0x2002
#endif

enum { PAGE = 4096, NR32_GETPPID = 64, STACK_BYTES = 16384, WHERE = 0x50000000, TOP = 47 };

static struct regions now;

static void unmap_vdso(const struct sample *s, long maps)
{
	regions_read(s, maps, &now);
	for (unsigned i = 0; i < now.n; i++)
		if (now.all[i].vdso && now.all[i].to >> TOP == 0)
			sys2(__NR_munmap, now.all[i].from, now.all[i].to - now.all[i].from);
}

/* The entry point of the vDSO's file is __kernel_vsyscall. */
static unsigned long find_vsyscall(const struct sample *s, long maps)
{
	regions_read(s, maps, &now);
	for (unsigned i = 0; i < now.n; i++) {
		const Elf32_Ehdr *e = (const Elf32_Ehdr *)now.all[i].from;

		if (now.all[i].vdso && now.all[i].executable && now.all[i].to >> 32 == 0 && e->e_machine == EM_386)
			return now.all[i].from + e->e_entry;
	}
	return 0;
}

int sample_main(struct sample *s)
{
	long maps = regions_open(s), parent = sys0(__NR_getppid), got;
	unsigned char *code = sample_map(PAGE, PROT_READ | PROT_WRITE, -1, true);
	char *stack = sample_map(STACK_BYTES, PROT_READ | PROT_WRITE, -1, true);
	unsigned long vsyscall;
	enum entry_path path;
	unsigned wrong = 0;

	if (!code || !stack)
		sample_fail(s, "no memory below 4 GiB", 0);
	unmap_vdso(s, maps);
	got = sys2(__NR_arch_prctl, ARCH_MAP_VDSO_32, WHERE);
	if (got < 0)
		sample_skip(s, "this kernel maps no vDSO when asked");
	vsyscall = find_vsyscall(s, maps);
	path = truth_vdso_path(vsyscall);
	if (!vsyscall || path == PATH_UNKNOWN)
		sample_skip(s, "this kernel maps no 32-bit vDSO when asked");
	piece_copy(code, piece64_vdso, piece64_vdso_end);
	piece_copy(code + 64, piece64_compat, piece64_compat_end);
	sys3(__NR_mprotect, code, PAGE, PROT_READ | PROT_EXEC);
	refused_skips(s, "this kernel has no IA32 emulation");
	for (unsigned i = 0; i < s->rounds; i++) {
		wrong += enter32(NR32_GETPPID, code + 64, stack + STACK_BYTES - 16, 0) != parent;
		truth_add(PATH_INT80, ABI_I386, NR32_GETPPID);
		wrong += enter32(NR32_GETPPID, code, stack + STACK_BYTES - 16, vsyscall) != parent;
		truth_add(path, ABI_I386, NR32_GETPPID);
		sys0(__NR_getppid);
	}
	refused_is_fatal(s);
	return wrong != 0;
}
