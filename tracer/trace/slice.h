/* SPDX-License-Identifier: MIT */
/*
 * Signals that come faster than a stop takes. Untraced, a program gets on between
 * them; traced, the next one would be there before its first instruction, for ever. So
 * when several have found it at the same place, the last one is blocked for a moment
 * behind its handler, and kept by the kernel. The program cannot see that: whatever it
 * does that shows its mask stops first, and has its mask again.
 */
#ifndef ET_TRACE_SLICE_H
#define ET_TRACE_SLICE_H

#include "model/stop.h"
#include "trace/tracer.h"

/* t is about to get the signal. True: it is one that is ignored, and t goes on for a slice now. */
bool slice_signal(struct tracer *tr, struct thread *t, int sig);

/* t enters sigreturn: is its end to be seen? */
bool slice_wanted(const struct thread *t);

/* t stands behind a call. True: that was such a sigreturn, and t goes on for a slice. */
bool slice_returned(struct tracer *tr, struct thread *t);

/* t has stopped: its slice, if there was one, is over. */
void slice_over(struct thread *t, const struct stop *s);

#endif
