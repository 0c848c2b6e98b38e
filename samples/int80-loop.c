/* SPDX-License-Identifier: MIT */
/*
 * Shows `int80`: a loop of int 0x80 in NASM, as static and old binaries make
 * them; the second site uses numbers that no table has, -1 among them. With
 * the word "plain" the first loop is all.
 */
#include "support/sample.h"

/* int80-loop.asm: both count beside the instruction. */
void loop_getpid(unsigned times, unsigned *made);
long call_number(long nr, unsigned *made);

int sample_main(struct sample *s)
{
	unsigned pid = 0, invalid = 0, none = 0;
	long ok = 0;

	loop_getpid(s->rounds, &pid);
	truth_add_n(PATH_INT80, ABI_I386, __NR_getpid, pid);
	for (unsigned i = 0; i < s->rounds / 4 && !same_text(s->word, "plain"); i++) {
		ok |= call_number(-1, &invalid) ^ -38 /* ENOSYS */;
		ok |= call_number(0xffff, &none) ^ -38;
	}
	if (invalid)
		truth_add_n(PATH_INT80, ABI_I386, -1, invalid);
	if (none)
		truth_add_n(PATH_INT80, ABI_I386, 0xffff, none);
	return ok != 0;
}
