/* SPDX-License-Identifier: MIT */
/*
 * Makes itself undumpable (prctl(2), PR_SET_DUMPABLE) once its calls are busy:
 * its memory, and that of its children, is closed to a tracer without
 * privileges from then on. Then it forks, and maps code, with children before
 * and after. With the word "open" it leaves that call out.
 */
#include "support/sample.h"

#include <linux/mman.h>
#include <linux/prctl.h>

enum { FIRST = 3, SECOND = 9 };

/* A loop whose int 0x80 stands right behind the mov of its number. */
static __attribute__((noinline)) void by_int80(unsigned times)
{
	while (times--) {
		long ret;

		truth_add(PATH_INT80, ABI_I386, __NR_getpid);
		__asm__ volatile("mov %[nr], %%eax\n\tint $0x80" : "=&a"(ret) : [nr] "i"(__NR_getpid) : "memory");
	}
}

static __attribute__((noinline)) void work(const struct sample *s)
{
	for (unsigned i = 0; i < s->rounds; i++) {
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		by_int80(10);
	}
}

static long child(const struct sample *s, int code)
{
	long pid = sys0(__NR_fork);

	if (pid == 0) {
		work(s);
		sample_exit(code);
	}
	return pid;
}

int sample_main(struct sample *s)
{
	int first, second;
	void *code;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	truth_share(s);
	work(s);
	if (!same_text(s->word, "open"))
		sys2(__NR_prctl, PR_SET_DUMPABLE, 0);
	work(s);
	first = sample_wait(child(s, FIRST));
	work(s);
	code = sample_map(4096, PROT_READ | PROT_EXEC, -1, false);
	work(s);
	second = sample_wait(child(s, SECOND));
	work(s);
	return first != FIRST << 8 || second != SECOND << 8 || !code;
}
