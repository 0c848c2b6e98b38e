/* SPDX-License-Identifier: MIT */
/*
 * Shows `mode-switch`: a 32-bit program makes 64-bit system calls ("Heaven's
 * gate") with nothing on the stack that a far call would have left: it gets
 * there by a far jump, by retf and by iret.
 */
#include "support/sample.h"

long by_far_jump(long nr, long a, long b, long c);
long by_far_return(long nr, long a, long b, long c);
long by_interrupt_return(long nr, long a, long b, long c);

/* x86-64 numbers: the 64-bit syscall instruction uses that table. */
enum { NR64_GETPID = 39, NR64_GETUID = 102, NR64_GETPPID = 110 };

int sample_main(struct sample *s)
{
	long pid = sys0(__NR_getpid), ok = 0;

	for (unsigned i = 0; i < s->rounds; i++) {
		truth_add(PATH_MODE_SWITCH, ABI_X86_64, NR64_GETPID);
		ok |= by_far_jump(NR64_GETPID, 0, 0, 0) ^ pid;
		if (i % 2 == 0) {
			truth_add(PATH_MODE_SWITCH, ABI_X86_64, NR64_GETPPID);
			by_far_return(NR64_GETPPID, 0, 0, 0);
		}
		if (i % 4 == 0) {
			truth_add(PATH_MODE_SWITCH, ABI_X86_64, NR64_GETUID);
			by_interrupt_return(NR64_GETUID, 0, 0, 0);
		}
	}
	return ok != 0;
}
