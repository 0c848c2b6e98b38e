/* SPDX-License-Identifier: MIT */
/*
 * Counting in place: which address spaces count their own entries (mode/mode.h), and
 * what the tracer must do at its stops so that each entry is counted once. The
 * filter lets entries with the secret pass (tr->pass.secret), all others stop; so
 * nothing here has to be right for the sum to be right but what is taken back.
 *
 * All functions do nothing for address spaces that are only counted by stops.
 */
#ifndef ET_TRACE_INPLACE_H
#define ET_TRACE_INPLACE_H

#include "trace/tracer.h"

/* t stands at PTRACE_EVENT_EXEC of a new image. */
void inplace_exec(struct tracer *tr, struct thread *t);

/* fork has copied an address space; and the copy's first task is about to run for the first time. */
void inplace_copied(const struct space *from, struct space *to);
void inplace_born(struct thread *t);

/*
 * t stands at an entry with these registers. When it comes from the code that counts, they become
 * what they would be without it, and are set. True: the kernel has restarted a call of the vDSO.
 */
bool inplace_enter(struct thread *t, struct user_regs_struct *regs);

/* buf was read from at in t's memory: it becomes what it is without us. */
void inplace_original(const struct thread *t, uint64_t at, uint8_t *buf, size_t n);

/*
 * The entry of ev has been counted at its stop, for counter. From now on its like may
 * count in place; why this one stopped is noted.
 */
void inplace_counted(struct tracer *tr, struct thread *t, const struct evidence *ev, struct tally_site *counter);

/* t enters a call that makes a task that shares its memory: with one task it is patched most easily. */
void inplace_cloning(struct tracer *tr, struct thread *t);

/*
 * t enters a call that changes mappings. True when it may change code, so that
 * what was read of it does not hold any more.
 */
bool inplace_mapping(struct thread *t, enum call_kind kind, const uint64_t *args);

/* t asks for that personality(2): under READ_IMPLIES_EXEC memory becomes code unasked. */
void inplace_personality(struct thread *t, uint64_t persona);

/* t may make code segments with a base: there, an int 0x80 must not lead away. */
void inplace_segments(struct thread *t);

/* Code of a module was looked up in the maps of the space: changes there are to be seen. */
void inplace_located(const struct thread *t);

/* t, at a stop, is about to end, or to stand still: what is patched must not show, nor count. */
void inplace_hide(struct thread *t);
/* t is about to see the signal. Returns the signal; 0 when it was none of the program's. */
int inplace_hide_from(struct thread *t, int sig);
/* Where t goes on, which a signal frame sends back to ip. */
uint32_t inplace_resume(const struct thread *t, uint32_t ip);
/* regs: the kernel is about to restart a call for us only. It is to stop again. */
void inplace_stop_again(const struct thread *t, struct user_regs_struct *regs);

/* t enters a call after which nothing may be changed in its program: a clause says why. */
void inplace_close(struct thread *t, const char *why);

/*
 * Signals that it ignores may come to tasks of t's address space while they wait for
 * something: when a wait with a time limit begins is to be seen.
 */
void inplace_stop_timed(const struct thread *t);
/* t has made a process, whose end is such a signal, unless it asks for it. */
void inplace_made_child(const struct thread *t);

/* Has t to wait at its stop until all tasks of its address space stand? */
bool inplace_holds(const struct thread *t);
/*
 * A task of the address space has come to wait, or is gone, or waits for its
 * vfork child. They all go on (turn_go()) when it was the last one.
 */
void inplace_recheck(struct space *space);

/* The results are handed over: its counters count for nobody. */
void inplace_disown(struct space *space);

/* Takes over what was counted by all that live. */
void inplace_collect(struct tracer *tr);
/* The same now and then, for who looks on; where stacks are taken, each site stops once more. */
void inplace_tick(struct tracer *tr);

#endif
