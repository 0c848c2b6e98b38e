/* SPDX-License-Identifier: MIT */
/*
 * System calls made by a stopped task for the tracer, as if they had never been:
 * registers and signal mask are put back, and signals wait.
 *
 * The task stands at the seccomp-stop of an entry of 32-bit code. The first call
 * is made in that one's place; the last step brings the task back to such a stop,
 * where it gets the registers that it had, and stands at its own entry again.
 */
#ifndef ET_REMOTE_REMOTE_H
#define ET_REMOTE_REMOTE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct remote {
	pid_t tid;
	struct user_regs_struct before;
	uint64_t mask; /* its signal mask */
	bool entered;  /* it still stands at its own entry */
	bool stopped;  /* a SIGSTOP came meanwhile, to be sent again */
};

/*
 * All return 0 or a negative errno: -ESRCH when the task has died, at any step (its
 * end is left to be waited for); -ETIMEDOUT when it has not come to its stop within
 * seconds: then it is killed, for it could run with the wrong registers; -EIO for a fault.
 */
int remote_begin(struct remote *r, pid_t tid);

/* Makes one call of the i386 table; once, and first. What it answered is in *result. */
int remote_call(struct remote *r, int nr, const uint32_t args[6], int32_t *result);

/* Runs code from ip with these registers, up to an entry that stops; *regs are those at that stop. */
int remote_run(struct remote *r, uint32_t ip, struct user_regs_struct *regs);

/* The task stands where it stood. The code before its ip is the int 0x80 that it entered by, or the vDSO's. */
int remote_end(struct remote *r);

/* The same by another int 0x80, where that one is changed. */
int remote_end_by(struct remote *r, uint32_t int80_at);

#endif
