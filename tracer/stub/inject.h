/* SPDX-License-Identifier: MIT */
/*
 * System calls made by a stopped task on the tracer's behalf, as if they had
 * never been: registers and signal mask are put back, signals wait. Its own
 * address space must be running no other task.
 */
#ifndef ET_STUB_INJECT_H
#define ET_STUB_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

enum { CHAIN_MAX = 8 };

struct injection {
	pid_t tid;
	uint32_t at; /* of an int 0x80 in its memory; the call does not stop at the filter there */
	struct user_regs_struct before;
	uint64_t mask;      /* its signal mask */
	bool stopped;       /* a SIGSTOP came meanwhile, to be sent again */
	uint32_t frames_at; /* of a chain: where memory is to be put back */
	size_t frames_size;
	uint8_t below[CHAIN_MAX * 64];
};

/*
 * tid stands at a syscall-exit-stop or at its first stop, or at the seccomp-stop of
 * an entry, which it is taken back from then. Returns 0 or a negative errno; -ESRCH
 * when it dies, at any step: its end is left to be waited for.
 */
int inject_begin(struct injection *in, pid_t tid, uint32_t at);

/* Makes one call of the i386 table. Returns 0, and in *result what it answered. */
int inject_call(struct injection *in, int nr, const uint32_t args[6], int32_t *result);

/* One of several calls. What is 0 in to, a call's place in the list and an argument's in the call, is unused. */
struct chain_call {
	int nr;
	uint32_t args[6];
	struct {
		unsigned call, arg;
	} to[3]; /* what its result becomes, of calls behind it */
	int32_t result;
};

/*
 * Makes all calls but the last in one go: the task stops at that one's entry,
 * by the seccomp filter, and their results are filled in. chain_at is where
 * the caller has put asm/stub32.asm's chain; behind in->at stands the vDSO's
 * pop ebp; pop edx; pop ecx; ret. Memory below the stack pointer is used, and
 * put back by inject_chain_end(), which makes the last call.
 *
 * Returns 0 or a negative errno, where inject_chain_end() is not to be called:
 * -EFAULT when there is no memory below the stack pointer, -EIO for a fault.
 */
int inject_chain(struct injection *in, uint32_t chain_at, struct chain_call *calls, unsigned n);
int inject_chain_end(struct injection *in);

int inject_end(struct injection *in);

/*
 * Instead of inject_end(), for a task that stood at the seccomp-stop of an entry
 * when it all began: it enters again, by the int 0x80 at at, and stands at that
 * stop as it stood before.
 */
int inject_again(struct injection *in, uint32_t at);

/* Lets a task at PTRACE_EVENT_EXEC go to the end of its execve, where registers hold what is set. */
int inject_leave_exec(pid_t tid);

#endif
