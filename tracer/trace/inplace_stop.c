/* SPDX-License-Identifier: MIT */
/* Stops: a task is taken out of the code that counts before anybody looks at it. */
#include "trace/inplace_internal.h"

#include "base/vec.h"
#include "trace/stop.h"
#include "tracee/memory.h"
#include "tracee/procfs.h"

#include <signal.h>

void inplace_hide(struct thread *t)
{
	struct inplace *in = inplace_of(t);
	struct user_regs_struct regs;

	if (in && in->patch && tracee_get_regs(t->tid, &regs) == 0)
		patch_undo(in->patch, t->tid, &regs);
}

static bool is_made_by_kernel(const siginfo_t *si)
{
	return si->si_code > 0;
}

/*
 * The code needs more of the stack than the vDSO does, and a patched int 0x80 needs
 * none: where that is not there, t goes on as without us, and stops or faults.
 */
static bool without_code(struct inplace *in, struct thread *t, struct user_regs_struct *regs)
{
	const struct code_layout *c = patch_layout(in->patch);
	uint64_t ip = regs->rip;

	if (!patch_undo(in->patch, t->tid, regs))
		return false;
	if (regs->rip == c->target.vsyscall_at && code_faulted(c, ip)) {
		regs->rip = c->plain;
		tracee_set_regs(t->tid, regs);
		return true;
	}
	if (!patch_is_site(in->patch, regs->rip + 2))
		return false;
	*vec_push(in->refused, in->nrefused) = (uint32_t)regs->rip + 2;
	patch_forget_sites(in->patch, t->tid, regs->rip, regs->rip + 2);
	return true;
}

/* Another filter has answered an entry by SIGSYS, and says from where it came. */
static void hide_call_addr(const struct inplace *in, const struct thread *t, uint64_t ip)
{
	const struct code_layout *c = patch_layout(in->patch);
	siginfo_t si;
	uintptr_t at;

	if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &si) != 0 || si.si_code != SIGSYS_BY_SECCOMP)
		return;
	at = (uintptr_t)si.si_call_addr;
	if (at != c->restart_ip && at != c->missed80_ip)
		return;
	si.si_call_addr = (void *)(uintptr_t)ip;
	ptrace(PTRACE_SETSIGINFO, t->tid, NULL, &si);
}

/* By default these end a program with a core file, which shows the registers of all its tasks. */
static bool dumps_core(const struct thread *t, int sig)
{
	static const int core[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS};
	uint64_t ignored, caught;

	for (size_t i = 0; i < sizeof(core) / sizeof(*core); i++)
		if (core[i] == sig)
			return procfs_signals(t->tid, &ignored, &caught) && !((ignored | caught) >> (sig - 1) & 1);
	return false;
}

int inplace_hide_from(struct thread *t, int sig)
{
	struct inplace *in = inplace_of(t);
	struct user_regs_struct regs;
	siginfo_t si;

	if (!in || !in->patch || tracee_get_regs(t->tid, &regs) != 0)
		return sig;
	if (sig == SIGSEGV || sig == SIGBUS) {
		if (code_show_fault(patch_layout(in->patch), &regs)) {
			tracee_set_regs(t->tid, &regs);
			return sig;
		}
		if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &si) == 0 && is_made_by_kernel(&si) &&
		    without_code(in, t, &regs))
			return 0;
	}
	if (patch_undo(in->patch, t->tid, &regs) && sig == SIGSYS)
		hide_call_addr(in, t, regs.rip);
	if (sig == SIGTRAP && regs.eflags & TRACEE_TRAP_FLAG)
		inplace_refuse(t->space, "it single-steps itself");
	else if (t->space->refs > 1 && dumps_core(t, sig))
		inplace_refuse(t->space, NULL);
	return sig;
}

uint32_t inplace_resume(const struct thread *t, uint32_t ip)
{
	const struct inplace *in = inplace_of(t);

	return in && in->patch ? code_resume(patch_layout(in->patch), ip) : ip;
}

void inplace_stop_again(const struct thread *t, struct user_regs_struct *regs)
{
	const struct inplace *in = inplace_of(t);
	uint32_t ip = (uint32_t)regs->rip;

	if (!in || !in->patch || !patch_is_site(in->patch, regs->rip) ||
	    tracee_write(t->tid, taddr((uint32_t)regs->rsp - sizeof(ip)), &ip, sizeof(ip)) != 0)
		return;
	patch_enter_plainly(in->patch, regs);
	tracee_set_regs(t->tid, regs);
}

void inplace_close(struct thread *t, const char *why)
{
	inplace_refuse(t->space, why);
}
