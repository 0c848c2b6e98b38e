/* SPDX-License-Identifier: MIT */
#include "syscalls/names.h"

#include <limits.h>
#include <seccomp.h>
#include <stddef.h>

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

int syscall_number(enum abi abi, const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(arch[abi], name);

	return nr < 0 ? -1 : nr;
}
