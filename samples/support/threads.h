/* SPDX-License-Identifier: MIT */
/* Threads without libc, 32-bit: clone(2) with a stack of its own, joined by a futex. */
#ifndef ET_SAMPLES_THREADS_H
#define ET_SAMPLES_THREADS_H

#include "support/sample.h"

struct thread {
	volatile int alive; /* the kernel clears it and wakes the futex when the thread is gone */
	long tid;
	void (*run)(struct thread *self);
	void (*leave)(void);
	void *argument;
};

/* t must stay where it is until thread_join() returned. Ends the sample when clone fails. */
void thread_start(struct sample *s, struct thread *t, void (*run)(struct thread *self), void *argument);
void thread_join(struct thread *t);

/* thread_start.asm: clone, then run(t) on the new stack and exit(2); returns the thread's id. */
long thread_clone(struct thread *t, void *stack_top, unsigned long flags);

#endif
