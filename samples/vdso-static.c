/* SPDX-License-Identifier: MIT */
/*
 * Shows `vdso-sysenter`, `vdso-syscall` or `vdso-int80`, whichever this
 * kernel's __kernel_vsyscall is, from a static program that takes its address
 * from AT_SYSINFO. Its three sites call through memory and through a register.
 */
#include "support/sample.h"

static __attribute__((noinline)) long getppid_through_memory(const struct sample *s)
{
	return vdso_call(s, __NR_getppid, 0, 0, 0, 0);
}

static __attribute__((noinline)) long getuid_through_register(const struct sample *s)
{
	long ret;

	truth_add(s->vdso, ABI_I386, __NR_getuid32);
	__asm__ volatile("call *%[entry]"
			 : "=a"(ret)
			 : "a"(__NR_getuid32), [entry] "r"(s->sysinfo)
			 : "memory");
	return ret;
}

/* A register read back behind the call: the vDSO must leave all but eax as they were. */
static __attribute__((noinline)) bool keeps_registers(const struct sample *s)
{
	unsigned long c = 0x1234, d = 0x5678;
	long ret;

	truth_add(s->vdso, ABI_I386, __NR_getgid32);
	__asm__ volatile("call *%[entry]"
			 : "=a"(ret), "+c"(c), "+d"(d)
			 : "a"(__NR_getgid32), [entry] "m"(s->sysinfo)
			 : "memory");
	return c == 0x1234 && d == 0x5678;
}

int sample_main(struct sample *s)
{
	bool kept = true;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	for (unsigned i = 0; i < s->rounds; i++) {
		getppid_through_memory(s);
		if (i % 2 == 0)
			getuid_through_register(s);
		if (i % 4 == 0)
			kept &= keeps_registers(s);
	}
	return !kept;
}
