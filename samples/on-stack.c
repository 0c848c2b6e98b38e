/* SPDX-License-Identifier: MIT */
/*
 * Shows a program whose stack is executable, since it was linked so (execstack), or
 * since nothing in its file says that it need not be (nostack): then the kernel makes
 * all executable that it can read. It runs code there, among calls of the vDSO.
 */
#include "support/codes.h"
#include "support/signals.h"

#include <linux/mman.h>
#include <linux/personality.h>

enum { PAGE = 4096, BEFORE = 50 };

/* In the file, so that exec maps it: not zero. */
static unsigned char in_data[PAGE] = {1};
static long parent;

static __attribute__((noinline)) unsigned run_at(const struct sample *s, const struct codes *codes, unsigned char *at)
{
	unsigned wrong = 0;

	for (unsigned k = 0; k < codes->n; k++) {
		code_copy(&codes->all[k], at);
		wrong += code_run(&codes->all[k], at) != parent;
		for (unsigned n = 0; s->sysinfo && n < 3; n++)
			wrong += vdso_call(s, __NR_getppid, 0, 0, 0, 0) != parent;
	}
	return wrong;
}

int sample_main(struct sample *s)
{
	const struct codes codes = codes_here(s);
	unsigned char on_stack[CODE_BYTES];
	unsigned char *mapped = sample_map(PAGE, PROT_READ | PROT_WRITE, -1, false);
	bool everywhere = (unsigned)sys1(__NR_personality, 0xffffffff) & READ_IMPLIES_EXEC;
	unsigned wrong = 0;

	parent = sys0(__NR_getppid);
	for (unsigned i = 0; s->sysinfo && i < BEFORE; i++)
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
	refused_skips(s, "this system makes no stack executable");
	run_at(s, &codes, on_stack);
	refused_is_fatal(s);
	for (unsigned i = 1; i < s->rounds; i++) {
		wrong += run_at(s, &codes, on_stack);
		if (!everywhere)
			continue;
		wrong += run_at(s, &codes, in_data);
		wrong += run_at(s, &codes, mapped);
	}
	return wrong != 0;
}
