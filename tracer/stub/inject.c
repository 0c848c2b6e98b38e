/* SPDX-License-Identifier: MIT */
#include "stub/inject.h"

#include "tracee/memory.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of 32-bit code under a 64-bit kernel: __USER32_CS. */
enum { USER32_CS = 0x23 };

enum { SYSCALL_STOP = SIGTRAP | 0x80 };

/* Signals that cannot be masked are kept; whatever else stops it is passed over. */
static int run_to_syscall_stop(pid_t tid, bool *stopped)
{
	for (;;) {
		siginfo_t si;
		int status;

		if (ptrace(PTRACE_SYSCALL, tid, NULL, NULL) != 0)
			return -errno;
		do
			si.si_pid = 0;
		while (waitid(P_PID, (id_t)tid, &si, WEXITED | WSTOPPED | __WALL | WNOWAIT) != 0 && errno == EINTR);
		if (si.si_pid != tid || si.si_code == CLD_EXITED || si.si_code == CLD_KILLED ||
		    si.si_code == CLD_DUMPED)
			return -ESRCH;
		if (waitpid(tid, &status, __WALL) != tid)
			return -errno;
		if (WSTOPSIG(status) == SYSCALL_STOP && status >> 16 == 0)
			return 0;
		if (status >> 16 == PTRACE_EVENT_EXIT)
			continue;
		if (WSTOPSIG(status) == SIGSTOP)
			*stopped = true;
	}
}

int inject_leave_exec(pid_t tid)
{
	bool stopped = false;
	int rc = run_to_syscall_stop(tid, &stopped);

	if (stopped)
		syscall(SYS_tkill, tid, SIGSTOP);
	return rc;
}

int inject_begin(struct injection *in, pid_t tid, uint32_t at)
{
	uint64_t all = ~(uint64_t)0;

	*in = (struct injection){.tid = tid, .at = at};
	if (tracee_get_regs(tid, &in->before) != 0 ||
	    ptrace(PTRACE_GETSIGMASK, tid, (void *)sizeof(in->mask), &in->mask) != 0 ||
	    ptrace(PTRACE_SETSIGMASK, tid, (void *)sizeof(all), &all) != 0)
		return -errno;
	return 0;
}

int inject_call(struct injection *in, int nr, const uint32_t args[6], int32_t *result)
{
	struct user_regs_struct regs = in->before;
	int rc;

	regs.rip = in->at;
	regs.cs = USER32_CS;
	regs.rax = (unsigned)nr;
	regs.rbx = args[0];
	regs.rcx = args[1];
	regs.rdx = args[2];
	regs.rsi = args[3];
	regs.rdi = args[4];
	regs.rbp = args[5];
	/* No call is being left that the kernel might want to restart. */
	regs.orig_rax = (uint64_t)-1;
	rc = tracee_set_regs(in->tid, &regs);
	for (int stop = 0; stop < 2 && rc == 0; stop++)
		rc = run_to_syscall_stop(in->tid, &in->stopped);
	if (rc == 0)
		rc = tracee_get_regs(in->tid, &regs);
	*result = (int32_t)regs.rax;
	return rc;
}

int inject_end(struct injection *in)
{
	int rc = tracee_set_regs(in->tid, &in->before);

	if (ptrace(PTRACE_SETSIGMASK, in->tid, (void *)sizeof(in->mask), &in->mask) != 0 && rc == 0)
		rc = -errno;
	if (in->stopped)
		syscall(SYS_tkill, in->tid, SIGSTOP);
	return rc;
}
