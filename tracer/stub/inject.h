/* SPDX-License-Identifier: MIT */
/*
 * System calls made by a stopped task on the tracer's behalf, as if they had
 * never been: registers and signal mask are put back, signals wait. Its own
 * address space must be running no other task.
 */
#ifndef ET_STUB_INJECT_H
#define ET_STUB_INJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct injection {
	pid_t tid;
	uint32_t at; /* of an int 0x80 in its memory; the call does not stop at the filter there */
	struct user_regs_struct before;
	uint64_t mask;      /* its signal mask */
	bool stopped;       /* a SIGSTOP came meanwhile, to be sent again */
};

/*
 * tid stands at a syscall-exit-stop or at its first stop. Returns 0 or a
 * negative errno; -ESRCH when it dies, at any step: its end is left to be waited
 * for.
 */
int inject_begin(struct injection *in, pid_t tid, uint32_t at);

/* Makes one call of the i386 table. Returns 0, and in *result what it answered. */
int inject_call(struct injection *in, int nr, const uint32_t args[6], int32_t *result);

int inject_end(struct injection *in);

/* Lets a task at PTRACE_EVENT_EXEC go to the end of its execve, where registers hold what is set. */
int inject_leave_exec(pid_t tid);

#endif
