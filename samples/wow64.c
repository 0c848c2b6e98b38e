/* SPDX-License-Identifier: MIT */
/*
 * Shows the WoW64 pattern: a 64-bit host process runs 32-bit code from low
 * memory, on a stack in low memory, and that code calls back into 64-bit code
 * by far calls to make its system calls: `far-call` in a 64-bit image. The
 * 32-bit code also makes calls of its own by int 0x80, `int80`, unless the word
 * "far" leaves them out: the rest works on kernels without IA32 emulation too.
 *
 *   wow64 [--truth] [ROUNDS [far]]
 */
#include "support/sample.h"
#include "support/signals.h"

#include <linux/mman.h>

enum { NR32_GETPPID = 64, STACK_BYTES = 65536 };

/* wow64.asm; the stack is in the low 4 GiB. Both count beside their entries. */
void run_guest(unsigned rounds, void *stack_top, unsigned *far_calls);
void run_guest_int80(unsigned rounds, void *stack_top, unsigned *entries);

int sample_main(struct sample *s)
{
	char *low = sample_map(STACK_BYTES, PROT_READ | PROT_WRITE, -1, true);
	unsigned *made = (unsigned *)(void *)low;

	if (!low)
		sample_fail(s, "no memory below 2 GiB", 0);
	run_guest(s->rounds, low + STACK_BYTES, &made[0]);
	truth_add_n(PATH_FAR_CALL, ABI_X86_64, __NR_getppid, made[0]);

	if (same_text(s->word, "far"))
		return made[0] != s->rounds;
	refused_skips(s, "this kernel has no IA32 emulation: int 0x80 faults");
	run_guest_int80(s->rounds, low + STACK_BYTES, &made[1]);
	truth_add_n(PATH_INT80, ABI_I386, NR32_GETPPID, made[1]);
	refused_is_fatal(s);
	return made[0] != s->rounds || made[1] != s->rounds;
}
