/* SPDX-License-Identifier: MIT */
/*
 * Shows raw entries in a page that is writable and executable all the time, among
 * calls of the vDSO: syscall or sysenter, whichever this CPU runs in 32-bit code,
 * int 0x80, a call of the vDSO, and a far call to 64-bit code. With the word
 * "rewritten" each code is written over the one before it, as JIT compilers do.
 */
#include "support/codes.h"

#include <linux/mman.h>

enum { PAGE = 4096 };

int sample_main(struct sample *s)
{
	unsigned char *page = sample_map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, -1, false);
	const struct codes codes = codes_here(s);
	bool rewritten = same_text(s->word, "rewritten");
	long parent = sys0(__NR_getppid);
	unsigned wrong = 0;

	if (!page)
		sample_skip(s, "this system maps no page both writable and executable");
	for (unsigned k = 0; k < codes.n; k++)
		code_copy(&codes.all[k], page + k * CODE_BYTES);
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < codes.n; k++) {
			unsigned char *at = page + (rewritten ? 0 : k * CODE_BYTES);

			if (rewritten)
				code_copy(&codes.all[k], at);
			wrong += code_run(&codes.all[k], at) != parent;
			if (s->sysinfo)
				wrong += vdso_call(s, __NR_getppid, 0, 0, 0, 0) != parent;
		}
	}
	return wrong != 0;
}
