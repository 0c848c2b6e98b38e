/* SPDX-License-Identifier: MIT */
/*
 * Shows `far-call`: 32-bit code calls 64-bit code through a far call, which
 * makes the system call there and returns with retf, as WoW64 does it. One
 * site has the target in the instruction, the other takes it from memory; a
 * third is called by a thunk that keeps data of its own on the stack.
 */
#include "support/sample.h"

long by_far_call(long nr, long a, long b, long c);
long by_far_call_memory(long nr, long a, long b, long c);
long by_deep_far_call(long nr, long a, long b, long c);

/* x86-64 numbers: the 64-bit syscall instruction uses that table. */
enum { NR64_GETPID = 39, NR64_GETUID = 102, NR64_GETPPID = 110, NR64_WRITE = 1 };

int sample_main(struct sample *s)
{
	long pid = sys0(__NR_getpid), ok = 0;

	for (unsigned i = 0; i < s->rounds; i++) {
		truth_add(PATH_FAR_CALL, ABI_X86_64, NR64_GETPID);
		ok |= by_far_call(NR64_GETPID, 0, 0, 0) ^ pid;
		if (i % 2 == 0) {
			truth_add(PATH_FAR_CALL, ABI_X86_64, NR64_GETPPID);
			by_far_call_memory(NR64_GETPPID, 0, 0, 0);
		}
		if (i % 4 == 0) {
			truth_add(PATH_FAR_CALL, ABI_X86_64, NR64_GETUID);
			by_deep_far_call(NR64_GETUID, 0, 0, 0);
		}
	}
	truth_add(PATH_FAR_CALL, ABI_X86_64, NR64_WRITE);
	ok |= by_far_call(NR64_WRITE, 1, (long)"far-call: written by 64-bit code\n", 33) ^ 33;
	return ok != 0;
}
