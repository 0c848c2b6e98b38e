/* SPDX-License-Identifier: MIT */
#include "syscalls/names.h"

#include <limits.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t arch[ABIS] = {
	[ABI_I386] = SCMP_ARCH_X86,
	[ABI_X86_64] = SCMP_ARCH_X86_64,
	[ABI_X32] = SCMP_ARCH_X32,
};

char *syscall_name(enum abi abi, int64_t nr)
{
	/* Negative numbers are libseccomp's own pseudo calls, not the kernel's. */
	if (nr < 0 || nr > INT_MAX)
		return NULL;
	return seccomp_syscall_resolve_num_arch(arch[abi], (int)nr);
}

/*
 * For libseccomp a call that socketcall or ipc has, too, is a pseudo call, whose number
 * is negative. On i386 the direct ones came with Linux 4.3 and 5.1, at these numbers.
 */
enum { DIRECT_FIRST = 359, DIRECT_LAST = 402 };

static int direct_number(enum abi abi, const char *name)
{
	for (int nr = DIRECT_FIRST; nr <= DIRECT_LAST; nr++) {
		char *found = syscall_name(abi, nr);
		bool same = found && strcmp(found, name) == 0;

		free(found);
		if (same)
			return nr;
	}
	return -1;
}

int syscall_number(enum abi abi, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(arch[abi], name);

	if (nr >= 0 || nr == __NR_SCMP_ERROR)
		return nr < 0 ? -1 : nr;
	return direct_number(abi, name);
}
