/* SPDX-License-Identifier: MIT */
/* A traced task (a thread, in ps(1)'s words) and the table of them, by tid. */
#ifndef ET_TRACEE_THREAD_H
#define ET_TRACEE_THREAD_H

#include "model/taddr.h"
#include "tracee/space.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>
#include <uthash.h>

struct thread {
	pid_t tid;
	pid_t tgid;
	struct space *space; /* NULL until it is known from whom it was made */
	struct {
		struct thread *prev, *next;
	} peer; /* in space->tasks */

	/* birth: its first stop and its maker's event come in either order */
	bool first_stop_seen;
	bool adopted;
	uint64_t unclaimed_at; /* its first stop came then (trace/birth.h), and no maker has claimed it */

	/* between two stops */
	bool changing;        /* in a call that changes mappings */
	struct {
		struct thread *prev, *next;
	} maker; /* among those that make a task */
	uint64_t making_since; /* in a call that makes a task, from then on; 0: in none */
	bool at_entry;        /* it stands at the seccomp-stop of an entry */
	bool handling;        /* its stop is being handled */
	bool in_vfork;        /* waits in the kernel for its vfork child */
	bool in_clone3;       /* in a clone3 whose end is looked at */
	bool announced;       /* what it made since has been announced by the kernel */
	uint64_t clone_flags; /* of the fork, vfork, clone or clone3 entered last */
	bool sigsys_seen;     /* a SIGSYS was delivered, so its death by one is no surprise */

	/* what the task has set itself, or inherited from one that has; trace/seccomp.h */
	struct {
		bool filters, no_new_privs;
		bool strict;     /* seccomp's strict mode, in the kernel's place */
		uint8_t asks;    /* enum privilege_ask: a call under way that may set one of them */
		uint64_t flags;  /* of that seccomp(2) */
	} own;

	/* it stands at a stop that was handled, and waits for others; trace/turn.h */
	struct {
		int how; /* the ptrace request to go on with; 0: it does not wait */
		int sig;
		bool queued;
		struct thread *prev, *next;
	} held;
	bool interrupted; /* by the tracer: a PTRACE_EVENT_STOP of it may be nothing else */

	/* what is done when nothing has happened to it by then; trace/later.h */
	struct {
		uint64_t at;  /* CLOCK_MONOTONIC */
		uint8_t what; /* enum later; 0: nothing */
		struct thread *prev, *next;
	} later;

	/* a vfork whose wait the tracer keeps; trace/vfork.h */
	struct {
		bool asked;   /* in the call, which is made without CLONE_VFORK */
		pid_t child;  /* it stands at its event until that one has left its memory; 0: it does not */
		pid_t parent; /* it is such a child */
	} vfork;

	/* it wants to trace, or to be traced by another; trace/nested.h */
	struct {
		bool wants_tracer;
		pid_t refused; /* it may not trace that task, and has not waited for it since */
		bool waits;    /* it does */
	} nested;

	/* signals that come too fast; trace/slice.h */
	struct {
		uint64_t ip, sp; /* where the last one found it */
		int count;       /* so many have found it there */
		int sig;         /* the one to be blocked */
		bool wanted;     /* behind its handler */
		bool runs;       /* it is blocked */
		uint64_t mask;   /* the program's own, meanwhile */
	} slice;

	/* CPU seconds that the process had used when it was attached to (its first thread only) */
	double cpu_user_before, cpu_system_before;

	/* a call that the kernel is about to restart; trace/restart.h */
	struct {
		bool armed;
		bool artefact; /* only because the task is traced: no entry of the program's own */
		bool eintr;    /* it would have answered EINTR, had the signal not been one to be ignored */
		bool genuine;  /* something interrupted it that would untraced, too, with these: */
		uint64_t genuine_ip, genuine_sp, genuine_result;
		uint64_t sp;
		uint64_t ip;   /* artefacts only: behind the entry instruction, whichever it is */
		int64_t nr;
	} restart;
	/* a wait with a time limit; trace/timed.h */
	struct {
		uint64_t start; /* CLOCK_MONOTONIC; 0: it is in none, or in one whose start was not seen */
		uint64_t until; /* it has been interrupted, and is made again until then; 0: not */
		uint64_t sp;
		int32_t nr;
	} timed;

	uint8_t abi; /* enum abi of its last entry */

	/* others were put into its registers for the length of one call: those that it gets back; trace/clone.h */
	bool lent;
	struct user_regs_struct own_regs;

	UT_hash_handle hh;
};

struct threads {
	struct thread *by_tid;
	struct thread *makers; /* those that are in a call that makes a task */
	struct thread *later; /* those for whom a time is set */
	struct thread *queue; /* those that go on when all stops have been handled, the first one first */
};

struct thread *threads_find(const struct threads *ts, pid_t tid);
struct thread *threads_add(struct threads *ts, pid_t tid);
/* Takes it out and frees it, with its share of the space. */
void threads_remove(struct threads *ts, struct thread *t);
/* Gives the task another tid: a thread that calls execve becomes the leader. */
void threads_rename(struct threads *ts, struct thread *t, pid_t tid);
unsigned threads_count(const struct threads *ts);
/* Puts the task at the end of the queue, where it does not stand in it; and takes it out, where it does. */
void threads_enqueue(struct threads *ts, struct thread *t);
void threads_dequeue(struct threads *ts, struct thread *t);
/* It is in a call that makes a task since that time, or in none any more (0). */
void threads_set_making(struct threads *ts, struct thread *t, uint64_t since);
/* Puts it among those for whom a time is set, or takes it out (what 0). */
void threads_set_later(struct threads *ts, struct thread *t, uint64_t at, uint8_t what);
void threads_fini(struct threads *ts);

/* Lets go of the task's space and its claims on it, and takes over the caller's reference to another. */
void thread_set_space(struct thread *t, struct space *space);

/* The call that changed mappings has come back, or will never. */
void thread_mapping_settled(struct thread *t);

#endif
