/* SPDX-License-Identifier: MIT */
/*
 * When the kernel restarts an interrupted vDSO call it moves the instruction
 * pointer back onto the vDSO's int 0x80, which then enters at the same landing
 * pad as any fresh call. Two moments tell beforehand that the next entry of a
 * task will be such a restart:
 *  - a stop between the interruption and the restart, with no handler to run;
 *  - the return from a handler, whose frame leads back onto that int 0x80.
 * The very next entry of the task, with the same stack pointer and number, is
 * the restart; any other entry means that it did not happen.
 *
 * A traced task is also woken by signals that it ignores, which the kernel
 * otherwise drops when they are sent. A call interrupted by nothing else is
 * restarted too, by whatever instruction it was made, but only because of the
 * tracer: such a restart is an artefact, and not counted. Calls that the kernel
 * would not restart but end with EINTR are made to restart: untraced they would have
 * slept on. trace/timed.h has those with a time limit.
 */
#ifndef ET_TRACE_RESTART_H
#define ET_TRACE_RESTART_H

#include "model/evidence.h"
#include "syscalls/calls.h"
#include "tracee/thread.h"

/* t stands at its sigreturn or rt_sigreturn (i386): looks where its frame leads. */
void restart_expect_from_frame(struct thread *t, bool rt);

/*
 * t stands at a signal-delivery-stop (sig is the signal to be delivered) or at
 * another stop inside the kernel (sig 0): is a restart pending?
 */
void restart_expect_from_stop(const struct calls *calls, struct thread *t, int sig);

/* The same where nothing but the tracer's own PTRACE_INTERRUPT has stopped t. */
void restart_expect_from_interrupt(const struct calls *calls, struct thread *t);

/* Is this entry of t the restart that only tracing caused? Asked once, at the entry. */
bool restart_is_artefact(const struct thread *t, const struct evidence *ev);

#endif
