/* SPDX-License-Identifier: MIT */
#include "trace/restart.h"

#include "classify/classify.h"
#include "trace/inplace.h"
#include "trace/timed.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

/* struct sigcontext_32 of arch/x86/include/uapi/asm/sigcontext.h: part of the kernel's ABI. */
struct sigcontext32 {
	uint32_t gs, fs, es, ds;
	uint32_t di, si, bp, sp, bx, dx, cx, ax;
	uint32_t trapno, err, ip, cs;
};

/*
 * From the stack pointer at the call to the sigcontext: nothing for sigreturn
 * (its two words are popped already); for rt_sigreturn the signal number, two
 * pointers, 128 bytes of siginfo, and the head of the ucontext (flags, link,
 * and a 12-byte stack_t).
 */
#define RT_SIGCONTEXT (3 * 4 + 128 + 5 * 4)

/* Kernel-internal return values, include/linux/errno.h: the call will be made again. */
enum {
	ERESTARTSYS = 512,
	ERESTARTNOINTR = 513,
	ERESTARTNOHAND = 514,
	ERESTART_RESTARTBLOCK = 516, /* as restart_syscall, number 0 on i386 */
};

static bool is_landing_pad(const struct thread *t, uint64_t ip, uint64_t cs)
{
	return t->space && t->space->vdso_known && cs_is_32bit((uint16_t)cs) &&
	       vdso_pad(&t->space->vdso, ip - t->space->vdso_base.v);
}

static void expect(struct thread *t, uint64_t sp, int64_t nr)
{
	t->restart.armed = true;
	t->restart.artefact = false;
	t->restart.sp = sp;
	t->restart.nr = nr;
}

void restart_expect_from_frame(struct thread *t, bool rt)
{
	struct user_regs_struct regs;
	struct sigcontext32 sc;

	struct taddr at;

	if (tracee_get_regs(t->tid, &regs) != 0)
		return;
	at = taddr(regs.rsp + (rt ? RT_SIGCONTEXT : 0));
	if (tracee_read(t->tid, at, &sc, sizeof(sc)) != sizeof(sc))
		return;
	if (inplace_resume(t, sc.ip) != sc.ip) {
		sc.ip = inplace_resume(t, sc.ip);
		tracee_write(t->tid, taddr_add(at, offsetof(struct sigcontext32, ip)), &sc.ip, sizeof(sc.ip));
	}
	if (is_landing_pad(t, sc.ip + 2, sc.cs))
		expect(t, sc.sp, (int32_t)sc.ax);
}

static bool will_restart(const struct user_regs_struct *regs, int32_t *result)
{
	*result = -(int32_t)regs->rax;
	return (int32_t)regs->orig_rax >= 0 &&
	       (*result == ERESTARTSYS || *result == ERESTARTNOINTR || *result == ERESTARTNOHAND ||
		*result == ERESTART_RESTARTBLOCK);
}

enum fate {
	FATE_DROPPED, /* by the kernel, when it is sent, if the task is not traced */
	FATE_HANDLED, /* by the program, or that is not known */
	FATE_DEFAULT,
};

/* sig 0, a stop without a signal, has the default fate: it stops the task and nothing else. */
static enum fate fate_of(const struct thread *t, int sig)
{
	bool by_default = sig == SIGCHLD || sig == SIGCONT || sig == SIGURG || sig == SIGWINCH;
	uint64_t ignored, caught;

	if (!sig)
		return FATE_DEFAULT;
	if (!procfs_signals(t->tid, &ignored, &caught) || (caught >> (sig - 1) & 1))
		return FATE_HANDLED;
	return by_default || (ignored >> (sig - 1) & 1) ? FATE_DROPPED : FATE_DEFAULT;
}

static int64_t restart_number(const struct thread *t, int32_t result, int64_t nr)
{
	static const int64_t restart_syscall[ABIS] = {0, 219, 0x40000000 + 219};

	return result == ERESTART_RESTARTBLOCK ? restart_syscall[t->abi] : nr;
}

static void expect_artefact(struct thread *t, const struct user_regs_struct *regs)
{
	struct user_regs_struct again = *regs;
	int32_t result;

	if (!will_restart(regs, &result)) {
		/* A second such signal, and the kernel has moved ip back for the first. */
		if (t->restart.armed && t->restart.artefact && t->restart.sp == regs->rsp &&
		    t->restart.ip == regs->rip + 2)
			inplace_stop_again(t, &again);
		return;
	}
	expect(t, regs->rsp, restart_number(t, result, (int32_t)regs->orig_rax));
	t->restart.artefact = true;
	t->restart.ip = regs->rip;
	inplace_stop_again(t, &again);
}

static void set_result(struct thread *t, struct user_regs_struct *regs, int error)
{
	regs->rax = (uint64_t)(int64_t)-error;
	tracee_set_regs(t->tid, regs);
}

static bool waits_for_ever(const struct calls *calls, const struct thread *t,
			   const struct user_regs_struct *r)
{
	const uint64_t i386[6] = {r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp};
	const uint64_t x86_64[6] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};

	return call_waits_for_ever(calls, (enum abi)t->abi, (int32_t)r->orig_rax,
				   t->abi == ABI_I386 ? i386 : x86_64);
}

/*
 * Of one call, between two looks, nothing of this changes. (Its next entry need not
 * stop: it may count in place.)
 */
static void note_genuine(struct thread *t, const struct user_regs_struct *regs)
{
	t->restart.genuine = true;
	t->restart.genuine_ip = regs->rip;
	t->restart.genuine_sp = regs->rsp;
	t->restart.genuine_result = regs->rax;
}

static bool is_genuine(const struct thread *t, const struct user_regs_struct *regs)
{
	return t->restart.genuine && t->restart.genuine_ip == regs->rip && t->restart.genuine_sp == regs->rsp &&
	       t->restart.genuine_result == regs->rax;
}

/*
 * A signal that the kernel would have dropped has ended a wait with EINTR: turn
 * that into a restart, which get_signal()'s caller makes when no handler runs.
 */
static void hide_eintr(const struct calls *calls, struct thread *t, struct user_regs_struct *regs)
{
	if ((int32_t)regs->orig_rax < 0 || (int32_t)regs->rax != -EINTR)
		return;
	t->restart.eintr = !is_genuine(t, regs) &&
			   (waits_for_ever(calls, t, regs) || timed_hide(calls, t, regs) == TIMED_AGAIN);
	if (t->restart.eintr)
		set_result(t, regs, ERESTARTNOINTR);
}

/*
 * A signal that counts has come before the hidden wait was entered again: the
 * EINTR is due after all. The kernel may have moved ip back to the entry
 * instruction already, and the task may even have been in the program since.
 */
static void show_eintr(struct thread *t, struct user_regs_struct *regs)
{
	t->restart.eintr = false;
	if (t->restart.artefact && regs->rip == t->restart.ip - 2)
		regs->rip += 2;
	set_result(t, regs, EINTR);
}

void restart_expect_from_stop(const struct calls *calls, struct thread *t, int sig)
{
	struct user_regs_struct regs;
	enum fate fate;
	int32_t result;

	if (tracee_get_regs(t->tid, &regs) != 0)
		return;
	fate = fate_of(t, sig);
	/* Entries that were counted in place were not seen here. */
	if (is_landing_pad(t, regs.rip, regs.cs))
		t->abi = ABI_I386;
	if (t->restart.eintr && fate != FATE_DROPPED)
		show_eintr(t, &regs);
	if (fate == FATE_DROPPED) {
		if (!t->restart.eintr)
			hide_eintr(calls, t, &regs);
		if (!is_genuine(t, &regs))
			expect_artefact(t, &regs);
		return;
	}
	/* Behind a handler it is another interruption. */
	t->restart.genuine = false;
	if (fate != FATE_HANDLED)
		note_genuine(t, &regs);
	/* Already moved back by an earlier signal's frame: what was expected still is. */
	if (is_landing_pad(t, regs.rip + 2, regs.cs))
		return;
	t->restart.armed = false;
	/* A handler runs first, and its frame will tell. */
	if (!will_restart(&regs, &result) || fate == FATE_HANDLED)
		return;
	/* It is an entry, and at its stop what interrupted it is over. */
	if (!is_landing_pad(t, regs.rip, regs.cs))
		inplace_stop_again(t, &regs);
	else
		expect(t, regs.rsp, restart_number(t, result, (int32_t)regs.orig_rax));
}

void restart_expect_from_interrupt(const struct calls *calls, struct thread *t)
{
	struct user_regs_struct regs;

	if (tracee_get_regs(t->tid, &regs) != 0)
		return;
	hide_eintr(calls, t, &regs);
	if (!is_genuine(t, &regs))
		expect_artefact(t, &regs);
}

bool restart_is_artefact(const struct thread *t, const struct evidence *ev)
{
	return t->restart.armed && t->restart.artefact && t->restart.sp == ev->sp.v &&
	       t->restart.ip == ev->ip.v && t->restart.nr == ev->nr;
}
