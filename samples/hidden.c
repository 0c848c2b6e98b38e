/* SPDX-License-Identifier: MIT */
/*
 * Has an int 0x80 of its own at every page offset, so also one whose return
 * address has the page offset of the vDSO's landing pad: it is taken by turns
 * with calls through the vDSO, and with one of its neighbours.
 */
#include "support/sample.h"

enum { PAGE = 4096 };

/* hidden.asm: four pages of entries, each 4 bytes; those of a page stand one byte further on than the last one's. */
extern const unsigned char hidden_pages[];

static long enter_at(unsigned long insn, long nr)
{
	long ret;

	truth_add(PATH_INT80, ABI_I386, nr);
	__asm__ volatile("call *%[at]" : "=a"(ret) : "a"(nr), [at] "r"(insn) : "memory");
	return ret;
}

int sample_main(struct sample *s)
{
	unsigned long pad = truth_landing_pad(s->sysinfo), offset = (pad - 2) % PAGE, insn;
	long ppid = sys0(__NR_getppid);
	unsigned wrong = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	insn = (unsigned long)hidden_pages + offset % 4 * PAGE + offset;
	for (unsigned i = 0; i < s->rounds; i++) {
		vdso_call(s, __NR_getuid32, 0, 0, 0, 0);
		wrong += enter_at(insn, __NR_getppid) != ppid;
		wrong += enter_at(insn - 4, __NR_getppid) != ppid;
	}
	return wrong != 0;
}
