/* SPDX-License-Identifier: MIT */
/*
 * Shows memory that the kernel makes executable though nobody asks for it: with
 * READ_IMPLIES_EXEC in the personality what is mapped readable is executable, too.
 * The words say how it comes to be, exec unless told:
 *
 *   exec   an execve in a child inherits it: then the program's data, and memory that it maps
 *   brk    set by the program itself: then what brk adds, and memory that it maps
 */
#include "support/codes.h"
#include "support/signals.h"

#include <linux/mman.h>
#include <linux/personality.h>

enum { PAGE = 4096, BEFORE = 50 };

/* In the file, so that exec maps it: not zero. */
static unsigned char in_data[PAGE] = {1};
static long parent;

static void calls(const struct sample *s, unsigned n)
{
	for (unsigned i = 0; s->sysinfo && i < n; i++)
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
}

static unsigned run_all(const struct sample *s, const struct codes *codes, unsigned char *at)
{
	unsigned wrong = 0;

	for (unsigned k = 0; k < codes->n; k++) {
		code_copy(&codes->all[k], at);
		wrong += code_run(&codes->all[k], at) != parent;
		calls(s, 2);
	}
	return wrong;
}

static unsigned char *from_brk(const struct sample *s)
{
	unsigned long at = (unsigned long)sys1(__NR_brk, 0), page = (at + PAGE - 1) & ~(PAGE - 1ul);

	/* Rounded up, since what was there before stays as it was. */
	if ((unsigned long)sys1(__NR_brk, page + 2 * PAGE) != page + 2 * PAGE)
		sample_fail(s, "brk gives no memory", 0);
	return (unsigned char *)page + PAGE;
}

int sample_main(struct sample *s)
{
	const struct codes codes = codes_here(s);
	unsigned char *mapped, *other = in_data;
	unsigned wrong = 0;
	long child;

	if (!same_text(s->word, "brk") && !same_text(s->word, "executed")) {
		calls(s, BEFORE);
		truth_share(s);
		child = sys0(__NR_fork);
		if (child != 0)
			return sample_wait(child) != 0;
		calls(s, BEFORE);
		sys1(__NR_personality, READ_IMPLIES_EXEC);
		sample_become(s, s->name, "executed");
	}
	parent = sys0(__NR_getppid);
	calls(s, BEFORE);
	if (same_text(s->word, "brk")) {
		sys1(__NR_personality, READ_IMPLIES_EXEC);
		other = from_brk(s);
	} else if (!((unsigned)sys1(__NR_personality, 0xffffffff) & READ_IMPLIES_EXEC)) {
		sample_fail(s, "the personality was not inherited", 0);
	}
	mapped = sample_map(PAGE, PROT_READ | PROT_WRITE, -1, false);
	refused_skips(s, "this kernel makes no readable memory executable");
	run_all(s, &codes, other);
	refused_is_fatal(s);
	for (unsigned i = 1; i < s->rounds; i++)
		wrong += run_all(s, &codes, i % 2 ? mapped : other);
	return wrong != 0;
}
