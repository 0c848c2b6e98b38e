/* SPDX-License-Identifier: MIT */
/*
 * Counting in place: which address spaces count their own calls, and what the
 * tracer must do at its stops so that each entry is counted once. The filter
 * lets entries of one page offset pass (tr->pass). An image in which something
 * else than a counted call could come from there gets a second filter, at its
 * execve or when that turns out (space->shut); where it can have none, it is
 * traced by PTRACE_SYSCALL instead (space->every), where no filter matters.
 *
 * All functions do nothing where tr->pass.on is false.
 */
#ifndef ET_TRACE_INPLACE_H
#define ET_TRACE_INPLACE_H

#include "trace/tracer.h"

/* t stands at PTRACE_EVENT_EXEC of a new image. */
void inplace_exec(struct tracer *tr, struct thread *t);

/* fork has copied an address space; and the copy's first task is about to run for the first time. */
void inplace_copied(const struct space *from, struct space *to);
void inplace_born(struct tracer *tr, struct thread *t);

/* What a stop of t turned out to be, when it came from planted code. */
enum inplace_entry {
	INPLACE_NO,
	INPLACE_MISS,
	INPLACE_RESTART,
	INPLACE_COUNTED, /* it has counted itself, and stops only because all do */
};

/*
 * t stands at the stop of an entry. One from planted code is made to look as if
 * the vDSO's own instruction had made it.
 */
enum inplace_entry inplace_entry(struct thread *t, struct ptrace_syscall_info *info,
				 struct user_regs_struct *regs);

/* A missed entry was counted for counter: its like need not stop again. */
void inplace_learn(struct tracer *tr, struct thread *t, const struct evidence *ev,
		   struct tally_site *counter);

/* An entry by int 0x80 was counted for counter: a busy one can count itself. */
void inplace_patch(struct tracer *tr, struct thread *t, const struct evidence *ev,
		   struct tally_site *counter);

/*
 * t enters a call that makes a task, by the program's int 0x80 at int80_at, or with 0
 * by a miss. Once there are threads it is too late to plant.
 */
void inplace_cloning(struct tracer *tr, struct thread *t, uint32_t int80_at);

/* t enters a call that changes mappings. True when its end must be seen, for inplace_mapped(). */
bool inplace_mapping(struct thread *t, enum call_kind kind, const uint64_t *args);
void inplace_mapped(struct tracer *tr, struct thread *t);

/* t, at a stop, is about to end, or to stand still: planted code must not show, nor count. */
void inplace_hide(struct thread *t);
/* t is about to see the signal. */
void inplace_hide_from(struct thread *t, int sig);
/* Where t goes on, which a signal frame sends back to ip. */
uint32_t inplace_resume(const struct thread *t, uint32_t ip);

/* The program has installed a filter of its own, which must see what untraced it would see. */
void inplace_stop_learning(struct thread *t);

/* Has t to wait at its stop until all tasks of its address space stand still? */
bool inplace_holds(const struct thread *t);
/*
 * A task of the address space has come to wait, or is gone, or waits for its
 * vfork child. They all go on (turn_go()) when it was the last one.
 */
void inplace_recheck(struct tracer *tr, struct space *space);

/* Takes over what was counted by all that live. */
void inplace_collect(struct tracer *tr);
/* The same now and then, for who looks on; where stacks are taken, each site stops once more. */
void inplace_tick(struct tracer *tr);

#endif
