/* SPDX-License-Identifier: MIT */
#include "support/codes.h"
#include "support/checked.h"

#include <cpuid.h>

enum { NR64_GETPPID = 110 };

extern const unsigned char piece_int80[], piece_int80_end[];
extern const unsigned char piece_syscall32[], piece_syscall32_end[];
extern const unsigned char piece_sysenter[], piece_sysenter_end[];
extern const unsigned char piece_vdso[], piece_vdso_end[];
extern const unsigned char piece_far[], piece_far_end[];
extern unsigned long codes_sysinfo; /* piece_vdso calls through this word */
unsigned long codes_sysinfo;

static bool amd(void)
{
	const unsigned hygon_ebx = 0x6f677948; /* "Hygo" */
	unsigned max, b, c, d;

	return __get_cpuid(0, &max, &b, &c, &d) && (b == signature_AMD_ebx || b == hygon_ebx);
}

struct code codes_raw(const struct sample *s)
{
	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO to come back to");
	if (amd())
		return (struct code){piece_syscall32, piece_syscall32_end, PATH_SYSCALL32, ABI_I386, __NR_getppid};
	return (struct code){piece_sysenter, piece_sysenter_end, PATH_SYSENTER, ABI_I386, __NR_getppid};
}

struct codes codes_here(const struct sample *s)
{
	struct codes c = {.n = 0};

	codes_sysinfo = s->sysinfo;
	c.all[c.n++] = (struct code){piece_int80, piece_int80_end, PATH_INT80, ABI_I386, __NR_getppid};
	if (s->sysinfo) {
		c.all[c.n++] = codes_raw(s);
		c.all[c.n++] = (struct code){piece_vdso, piece_vdso_end, s->vdso, ABI_I386, __NR_getppid};
	}
	c.all[c.n++] = (struct code){piece_far, piece_far_end, PATH_FAR_CALL, ABI_X86_64, NR64_GETPPID};
	return c;
}

void code_copy(const struct code *c, unsigned char *to)
{
	volatile unsigned char *p = to;

	for (const unsigned char *q = c->from; q < c->end; q++)
		*p++ = *q;
}

long code_run(const struct code *c, const void *at)
{
	truth_add(c->path, c->abi, c->nr);
	return ((long (*)(long))(unsigned long)at)(c->nr);
}

long codes_mmap(unsigned long at, unsigned long bytes, int prot, int flags, long fd, unsigned long page)
{
	const struct way way = way_int80();

	return checked6(&way, __NR_mmap2, at, bytes, prot, flags, fd, page);
}
