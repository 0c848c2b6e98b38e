/* SPDX-License-Identifier: MIT */
#include "remote/remote.h"

#include "tracee/memory.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of 32-bit code under a 64-bit kernel: __USER32_CS. */
enum { USER32_CS = 0x23 };

enum { SYSCALL_STOP = SIGTRAP | 0x80 };

/* A call that the kernel makes at once takes microseconds; a machine may be loaded. */
enum { PATIENCE_SECONDS = 5 };

/* What it is run to. */
static const struct goal {
	enum __ptrace_request how;
	int status; /* shifted as wait4(2)'s, ptrace(2) */
} syscall_stop = {PTRACE_SYSCALL, SYSCALL_STOP},
  seccomp_stop = {PTRACE_CONT, SIGTRAP | PTRACE_EVENT_SECCOMP << 8};

static bool is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGILL || sig == SIGBUS || sig == SIGFPE;
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Waits until the task has stopped or ended, and looks without taking it. SIGCHLD is blocked. */
static int wait_for(pid_t tid, siginfo_t *si)
{
	const struct timespec second = {1, 0};
	time_t end = now() + PATIENCE_SECONDS;
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (;;) {
		si->si_pid = 0;
		if (waitid(P_PID, (id_t)tid, si, WEXITED | WSTOPPED | WNOHANG | __WALL | WNOWAIT) != 0 && errno != EINTR)
			return -errno;
		if (si->si_pid == tid)
			return 0;
		if (now() > end)
			return -ETIMEDOUT;
		/* Another's may come, or it came before: look again in any case. */
		sigtimedwait(&chld, NULL, &second);
	}
}

static int wait_patiently(pid_t tid, siginfo_t *si)
{
	sigset_t chld, before;
	int rc;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &before);
	rc = wait_for(tid, si);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (rc == -ETIMEDOUT)
		syscall(SYS_tkill, tid, SIGKILL);
	return rc;
}

/* Signals that cannot be masked are kept; whatever else stops it is passed over. */
static int run_to(struct remote *r, const struct goal *goal)
{
	for (;;) {
		siginfo_t si;
		int status, rc;

		if (ptrace(goal->how, r->tid, NULL, NULL) != 0)
			return -errno;
		rc = wait_patiently(r->tid, &si);
		if (rc < 0)
			return rc;
		if (si.si_code == CLD_EXITED || si.si_code == CLD_KILLED || si.si_code == CLD_DUMPED)
			return -ESRCH;
		if (waitpid(r->tid, &status, __WALL) != r->tid)
			return -errno;
		if (status >> 8 == goal->status)
			return 0;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			ptrace(PTRACE_CONT, r->tid, NULL, NULL);
			return -ESRCH;
		}
		if (status >> 16)
			continue;
		if (is_fault(WSTOPSIG(status)))
			return -EIO;
		if (WSTOPSIG(status) == SIGSTOP)
			r->stopped = true;
	}
}

int remote_begin(struct remote *r, pid_t tid)
{
	uint64_t all = ~(uint64_t)0;

	*r = (struct remote){.tid = tid, .entered = true};
	if (tracee_get_regs(tid, &r->before) != 0 ||
	    ptrace(PTRACE_GETSIGMASK, tid, (void *)sizeof(r->mask), &r->mask) != 0 ||
	    ptrace(PTRACE_SETSIGMASK, tid, (void *)sizeof(all), &all) != 0)
		return -errno;
	return 0;
}

int remote_call(struct remote *r, int nr, const uint32_t args[6], int32_t *result)
{
	struct user_regs_struct regs = r->before;
	int rc;

	regs.orig_rax = (unsigned)nr;
	regs.rbx = args[0];
	regs.rcx = args[1];
	regs.rdx = args[2];
	regs.rsi = args[3];
	regs.rdi = args[4];
	regs.rbp = args[5];
	r->entered = false;
	rc = tracee_set_regs(r->tid, &regs);
	if (rc == 0)
		rc = run_to(r, &syscall_stop);
	if (rc == 0)
		rc = tracee_get_regs(r->tid, &regs);
	*result = (int32_t)regs.rax;
	return rc;
}

int remote_run(struct remote *r, uint32_t ip, struct user_regs_struct *regs)
{
	int rc;

	/* In no call: the one at whose entry it stands is skipped (seccomp(2), SECCOMP_RET_TRACE). */
	regs->orig_rax = (uint64_t)-1;
	regs->rip = ip;
	regs->cs = USER32_CS;
	regs->eflags &= ~(uint64_t)TRACEE_TRAP_FLAG;
	r->entered = false;
	rc = tracee_set_regs(r->tid, regs);
	if (rc == 0)
		rc = run_to(r, &seccomp_stop);
	if (rc == 0) {
		rc = tracee_get_regs(r->tid, regs);
		r->entered = true;
	}
	return rc;
}

int remote_end(struct remote *r)
{
	return remote_end_by(r, (uint32_t)r->before.rip - 2);
}

int remote_end_by(struct remote *r, uint32_t int80_at)
{
	struct user_regs_struct regs = r->before;
	int rc = 0;

	if (!r->entered) {
		regs.rax = (uint64_t)-1;
		regs.rbp = regs.rdi = 0;
		rc = remote_run(r, int80_at, &regs);
	}
	if (rc == 0)
		rc = tracee_set_regs(r->tid, &r->before);
	if (ptrace(PTRACE_SETSIGMASK, r->tid, (void *)sizeof(r->mask), &r->mask) != 0 && rc == 0)
		rc = -errno;
	if (r->stopped)
		syscall(SYS_tkill, r->tid, SIGSTOP);
	return rc;
}
