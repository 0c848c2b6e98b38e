/* SPDX-License-Identifier: MIT */
#include "trace/tracer.h"

#include "trace/birth.h"
#include "trace/clone.h"
#include "trace/disguise.h"
#include "trace/entry.h"
#include "trace/inplace.h"
#include "trace/later.h"
#include "trace/nested.h"
#include "trace/restart.h"
#include "trace/seccomp.h"
#include "trace/slice.h"
#include "trace/stop.h"
#include "trace/timed.h"
#include "trace/turn.h"
#include "trace/vfork.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void tracer_init(struct tracer *tr, struct trace_shared *shared)
{
	memset(tr, 0, sizeof(*tr));
	tr->shared = shared;
	calls_init(&tr->calls);
}

void tracer_fini(struct tracer *tr)
{
	threads_fini(&tr->threads);
	tally_fini(&tr->tally);
	modules_fini(&tr->modules);
}

void tracer_hand_over(struct tracer *tr)
{
	struct thread *t, *next;

	inplace_collect(tr);
	tr->phase = PHASE_KEEPING;
	HASH_ITER(hh, tr->threads.by_tid, t, next)
		if (t->space) {
			space_forget(t->space);
			inplace_disown(t->space);
		}
}

static void resume(struct tracer *tr, struct thread *t, int sig)
{
	turn_resume(tr, t, PTRACE_CONT, sig);
}

static double seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec * 1e-6;
}

static void on_first_stop(struct tracer *tr, struct thread *t)
{
	if (!t->first_stop_seen && !t->adopted) {
		t->unclaimed_at = tr->makings + 1;
		tr->unclaimed++;
	}
	t->first_stop_seen = true;
	/* It runs only when its maker's event has said what it is. */
	if (!t->adopted && !birth_unclaimed(tr, t))
		return;
	if (t->unclaimed_at) {
		t->unclaimed_at = 0;
		tr->unclaimed--;
	}
	call_restore(t);
	inplace_born(t);
	resume(tr, t, 0);
}

/* A call that might have made them is over, or its task is: those that nobody claims are looked at again. */
static void look_at_unclaimed(struct tracer *tr)
{
	struct thread *t, *next;

	if (!tr->unclaimed)
		return;
	HASH_ITER(hh, tr->threads.by_tid, t, next)
		if (t->first_stop_seen && !t->adopted)
			on_first_stop(tr, t);
}

/* Takes a task out that is gone; one that it was making must not wait for its word. */
static void leave(struct tracer *tr, struct thread *t)
{
	struct space *space = t->space ? space_ref(t->space) : NULL;

	if (t->first_stop_seen && !t->adopted)
		tr->unclaimed--;
	threads_remove(&tr->threads, t);
	/* Perhaps the others waited for this one only. */
	if (space)
		inplace_recheck(space);
	space_unref(space);
	look_at_unclaimed(tr);
}

/* Of programs that were attached to, only what they used under our eyes counts. */
static void add_attached_cpu(struct tracer *tr, const struct thread *t, double user, double system)
{
	if (user > t->cpu_user_before)
		tr->cpu_user += user - t->cpu_user_before;
	if (system > t->cpu_system_before)
		tr->cpu_system += system - t->cpu_system_before;
}

static void on_end(struct tracer *tr, struct thread *t, const struct stop *s, const struct rusage *ru)
{
	if (s->kind == STOP_KILLED && s->value == SIGSYS && t && !t->sigsys_seen && t->tid == t->tgid)
		tally_blind(&tr->tally, "seccomp-kill", 1,
			    "processes that a seccomp filter of their own killed at a call that is not among the entries");
	if (s->tid == tr->main_pid) {
		tr->main_ended = true;
		tr->exit_kind = s->kind == STOP_EXITED ? EXIT_CODE : EXIT_SIGNAL;
		tr->exit_value = s->value;
		tr->cpu_user = seconds(&ru->ru_utime);
		tr->cpu_system = seconds(&ru->ru_stime);
		clock_gettime(CLOCK_MONOTONIC, &tr->end);
		atomic_store(&tr->shared->main_ended, true);
	}
	if (tr->attached && t && t->tid == t->tgid)
		add_attached_cpu(tr, t, seconds(&ru->ru_utime), seconds(&ru->ru_stime));
	if (t) {
		pid_t parent = t->vfork.parent, child = t->tid;

		leave(tr, t);
		vfork_over(tr, parent, child);
	}
}

static bool counts(const struct tracer *tr, const struct thread *t)
{
	return tr->phase != PHASE_STARTING && t->space;
}

/* Attached, each call stops twice; the kernel says which stop this is. */
static void count_if_entry(struct tracer *tr, struct thread *t)
{
	struct ptrace_syscall_info info;

	if (!tr->attached || !counts(tr, t))
		return;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->tid, sizeof(info), &info) <= 0)
		entry_unreadable(tr, errno);
	else if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		entry_handle(tr, t);
}

/*
 * The kernel lets no signal of a fault kill the init of a pid namespace while
 * it is traced (force_sig_info_to_task()): it would fault for ever. Let go, it
 * faults once more and ends as it does untraced.
 */
static bool let_faulting_init_go(struct tracer *tr, struct thread *t, int sig)
{
	uint64_t caught;
	siginfo_t si;

	if (sig != SIGSEGV && sig != SIGBUS && sig != SIGILL && sig != SIGFPE)
		return false;
	if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &si) != 0 || si.si_code <= 0 ||
	    !procfs_status(t->tid, "SigCgt", 16, &caught) || (caught >> (sig - 1) & 1) ||
	    !procfs_is_namespace_init(t->tgid))
		return false;
	ptrace(PTRACE_DETACH, t->tid, NULL, NULL);
	leave(tr, t);
	return true;
}

static void on_stop(struct tracer *tr, struct thread *t, const struct stop *s)
{
	struct thread *made;
	bool to_exit;
	int sig;

	turn_stopped(tr, t);
	later_clear(tr, t);
	slice_over(t, s);
	t->vfork.child = 0;
	t->at_entry = s->kind == STOP_SECCOMP;
	thread_mapping_settled(t);
	if (t->making_since && s->kind != STOP_FORK) {
		threads_set_making(&tr->threads, t, 0);
		look_at_unclaimed(tr);
	}
	switch (s->kind) {
	case STOP_SECCOMP:
		/* Otherwise it has been counted, at the stop right before this one. */
		to_exit = counts(tr, t) && !tr->attached && entry_handle(tr, t);
		turn_resume(tr, t, to_exit ? PTRACE_SYSCALL : PTRACE_CONT, 0);
		break;
	case STOP_SYSCALL:
		t->vfork.asked = false;
		call_restore(t);
		clone_left(tr, t);
		seccomp_left(tr, t);
		count_if_entry(tr, t);
		turn_resume(tr, t, slice_returned(tr, t) ? PTRACE_SYSCALL : PTRACE_CONT, 0);
		break;
	case STOP_SIGNAL:
		sig = inplace_hide_from(t, s->value);
		if (nested_swallows(t, sig))
			sig = 0;
		if (sig) {
			if (let_faulting_init_go(tr, t, sig))
				break;
			if (t->space)
				restart_expect_from_stop(&tr->calls, t, sig);
			if (sig == SIGSYS)
				entry_note_sigsys(tr, t);
		}
		turn_resume(tr, t, slice_signal(tr, t, sig) ? PTRACE_SYSCALL : PTRACE_CONT, sig);
		break;
	case STOP_GROUP:
		inplace_hide(t);
		if (t->space)
			restart_expect_from_stop(&tr->calls, t, 0);
		t->interrupted = false;
		turn_resume(tr, t, PTRACE_LISTEN, 0);
		break;
	case STOP_TRAP:
		if (!t->first_stop_seen) {
			/* Asked to stop before, it has done so now. */
			t->interrupted = false;
			on_first_stop(tr, t);
			break;
		}
		inplace_hide(t);
		/* It may come late: for a stop that was there when the task was interrupted. */
		if (!nested_interrupted(t) && !timed_interrupted(&tr->calls, t)) {
			if (t->interrupted)
				restart_expect_from_interrupt(&tr->calls, t);
			else if (t->space)
				restart_expect_from_stop(&tr->calls, t, 0);
		}
		t->interrupted = false;
		resume(tr, t, 0);
		break;
	case STOP_FORK:
		made = birth_adopt(tr, t);
		threads_set_making(&tr->threads, t, 0);
		t->in_vfork = t->clone_flags & CLONE_VFORK;
		if (made)
			on_first_stop(tr, made);
		look_at_unclaimed(tr);
		call_restore(t);
		if (!vfork_wait(tr, t))
			resume(tr, t, 0);
		break;
	case STOP_EXEC:
		t = birth_exec(tr, s->tid);
		if (tr->phase == PHASE_STARTING) {
			tr->phase = PHASE_COUNTING;
			disguise_init(&tr->disguise, s->tid);
			atomic_store(&tr->shared->state, TRACER_RUNNING);
			clock_gettime(CLOCK_MONOTONIC, &tr->start);
		}
		inplace_exec(tr, t);
		vfork_over(tr, t->vfork.parent, t->tid);
		t->vfork.parent = 0;
		resume(tr, t, 0);
		break;
	case STOP_VFORK_DONE:
		t->in_vfork = false;
		resume(tr, t, 0);
		break;
	case STOP_EXIT:
		inplace_hide(t);
		resume(tr, t, 0);
		break;
	case STOP_EXITED:
	case STOP_KILLED:
		break;
	}
}

/* One task of a program that was attached to is let go, at whatever stop it stands. */
static void let_go(struct tracer *tr, struct thread *t, const struct stop *s)
{
	int sig = s->kind == STOP_SIGNAL ? s->value : 0;
	double user, system;

	thread_mapping_settled(t);
	if (s->kind == STOP_SYSCALL)
		count_if_entry(tr, t);
	if (s->kind == STOP_FORK)
		birth_adopt(tr, t);
	else if (s->kind == STOP_EXEC)
		t = birth_exec(tr, s->tid);
	if (t->tid == t->tgid && procfs_cpu(t->tid, &user, &system))
		add_attached_cpu(tr, t, user, system);
	/* A call that was entered to its end under PTRACE_SYSCALL needs nothing more. */
	call_restore(t);
	ptrace(PTRACE_DETACH, t->tid, NULL, (long)sig);
	threads_remove(&tr->threads, t);
}

static void begin_finish(struct tracer *tr)
{
	struct thread *t, *next;

	turn_end(tr);
	tr->phase = PHASE_FINISHING;
	clock_gettime(CLOCK_MONOTONIC, &tr->end);
	HASH_ITER(hh, tr->threads.by_tid, t, next)
		ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL);
}

static bool go_on(struct tracer *tr)
{
	unsigned asked;

	shared_answer(tr->shared);
	if (threads_count(&tr->threads) == 0 || tr->fault.code)
		return false;
	if (tr->phase == PHASE_KEEPING)
		return true;
	asked = atomic_load_explicit(&tr->shared->finish, memory_order_relaxed);
	/* The program ends with its tracer (PTRACE_O_EXITKILL); asked twice, attached ones are dropped. */
	if (asked > 1 || (asked && !tr->attached))
		return false;
	if (asked && tr->phase != PHASE_FINISHING)
		begin_finish(tr);
	return !tr->main_ended || tr->follow_orphans;
}

static void look(struct tracer *tr)
{
	if (!tr->on_look || tr->phase == PHASE_KEEPING || !atomic_load_explicit(&tr->shared->look, memory_order_relaxed))
		return;
	if (tr->pass.secret)
		inplace_tick(tr);
	tr->on_look(tr->on_look_ctx, atomic_exchange(&tr->shared->look, 0));
}

/*
 * As wait4(-1). With ru the kernel adds up the times of all threads of the process, at
 * every stop: where there are many, what has happened is asked for first.
 */
static pid_t wait_any(const struct tracer *tr, int *status, int flags, struct rusage *ru)
{
	enum { FEW = 32 };
	siginfo_t si = {.si_pid = 0};
	bool ended;

	memset(ru, 0, sizeof(*ru));
	if (threads_count(&tr->threads) <= FEW)
		return wait4(-1, status, __WALL | flags, ru);
	if (waitid(P_ALL, 0, &si, WEXITED | WSTOPPED | WNOWAIT | __WALL | flags) != 0)
		return -1;
	if (!si.si_pid)
		return 0;
	ended = si.si_code == CLD_EXITED || si.si_code == CLD_KILLED || si.si_code == CLD_DUMPED;
	return wait4(si.si_pid, status, __WALL | WNOHANG, ended ? ru : NULL);
}

unsigned tracer_run(struct tracer *tr)
{
	while (go_on(tr)) {
		look(tr);
		struct rusage ru;
		struct thread *t;
		struct stop s;
		int status;
		pid_t tid = wait_any(tr, &status, turn_open(tr) ? WNOHANG : 0, &ru);

		if (tid == 0) {
			later_run(tr);
			turn_end(tr);
			continue;
		}
		if (tid < 0) {
			if (errno == EINTR) {
				later_run(tr);
				if (tr->ticks)
					inplace_tick(tr);
				continue;
			}
			break; /* ECHILD: nothing is left */
		}
		s = stop_decode(tid, status);
		t = threads_find(&tr->threads, tid);
		if (s.kind == STOP_EXITED || s.kind == STOP_KILLED) {
			on_end(tr, t, &s, &ru);
		} else {
			if (!t)
				t = birth_expect(tr, tid);
			if (tr->phase == PHASE_FINISHING)
				let_go(tr, t, &s);
			else
				on_stop(tr, t, &s);
		}
		atomic_store_explicit(&tr->shared->tasks, threads_count(&tr->threads),
				      memory_order_relaxed);
	}
	turn_end(tr);
	if (!tr->main_ended && tr->phase != PHASE_FINISHING)
		clock_gettime(CLOCK_MONOTONIC, &tr->end);
	return threads_count(&tr->threads);
}

int tracer_launch(struct tracer *tr, pid_t pid, struct err *err)
{
	struct thread *t;

	if (ptrace(PTRACE_SEIZE, pid, NULL, (long)(TRACER_OPTIONS | PTRACE_O_EXITKILL)) != 0)
		return err_set(err, -errno,
			       "cannot trace the program: ptrace is not permitted here (%s); a container's seccomp profile, or kernel.yama.ptrace_scope above 1?",
			       strerror(errno));
	t = threads_add(&tr->threads, pid);
	t->adopted = t->first_stop_seen = true;
	tr->main_pid = pid;
	clock_gettime(CLOCK_MONOTONIC, &tr->start);
	return 0;
}
