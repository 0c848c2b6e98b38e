/* SPDX-License-Identifier: MIT */
/*
 * Waits with a time limit that answer EINTR, and a signal that untraced would not have
 * been delivered: they are made again, and the tracer ends them when their time is over.
 * When a wait began is known where its entry stopped. Where it was counted in place it is
 * not, and the wait may last up to twice as long; from then on those of its address
 * space stop.
 */
#ifndef ET_TRACE_TIMED_H
#define ET_TRACE_TIMED_H

#include "trace/tracer.h"

/* t enters a call: for a first time, or made again after an interruption that only tracing caused. */
void timed_enter(struct tracer *tr, struct thread *t, const struct user_regs_struct *regs, bool again);

/*
 * t's call has been interrupted, for us only, with EINTR. True: it is a timed wait, to be
 * made again; where its time is over, regs have its answer.
 */
enum timed { TIMED_NOT, TIMED_AGAIN, TIMED_OVER };
enum timed timed_hide(const struct calls *calls, struct thread *t, struct user_regs_struct *regs);

/* t was interrupted, perhaps for such a wait: true when that ended it. */
bool timed_interrupted(const struct calls *calls, struct thread *t);

#endif
