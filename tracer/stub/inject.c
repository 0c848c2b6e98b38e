/* SPDX-License-Identifier: MIT */
#include "stub/inject.h"

#include "stub/blob.h"
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

/* What it is run to. */
static const struct stop_wanted {
	enum __ptrace_request how;
	int status; /* shifted as wait4(2)'s, ptrace(2) */
} syscall_stop = {PTRACE_SYSCALL, SYSCALL_STOP},
  seccomp_stop = {PTRACE_CONT, SIGTRAP | PTRACE_EVENT_SECCOMP << 8};

static bool is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGILL || sig == SIGBUS || sig == SIGFPE;
}

/* Signals that cannot be masked are kept; whatever else stops it is passed over. */
static int run_to(pid_t tid, const struct stop_wanted *wanted, bool *stopped)
{
	for (;;) {
		siginfo_t si;
		int status;

		if (ptrace(wanted->how, tid, NULL, NULL) != 0)
			return -errno;
		do
			si.si_pid = 0;
		while (waitid(P_PID, (id_t)tid, &si, WEXITED | WSTOPPED | __WALL | WNOWAIT) != 0 && errno == EINTR);
		if (si.si_pid != tid || si.si_code == CLD_EXITED || si.si_code == CLD_KILLED ||
		    si.si_code == CLD_DUMPED)
			return -ESRCH;
		if (waitpid(tid, &status, __WALL) != tid)
			return -errno;
		if (status >> 8 == wanted->status)
			return 0;
		if (status >> 16)
			continue;
		if (is_fault(WSTOPSIG(status)))
			return -EIO;
		if (WSTOPSIG(status) == SIGSTOP)
			*stopped = true;
	}
}

int inject_leave_exec(pid_t tid)
{
	bool stopped = false;
	int rc = run_to(tid, &syscall_stop, &stopped);

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

/* Its registers, in no call that the kernel might want to restart, and single-stepped by nobody. */
static struct user_regs_struct outside(const struct injection *in)
{
	struct user_regs_struct regs = in->before;

	regs.orig_rax = (uint64_t)-1;
	regs.eflags &= ~(uint64_t)TRACEE_TRAP_FLAG;
	return regs;
}

int inject_call(struct injection *in, int nr, const uint32_t args[6], int32_t *result)
{
	struct user_regs_struct regs = outside(in);
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
	rc = tracee_set_regs(in->tid, &regs);
	for (int stop = 0; stop < 2 && rc == 0; stop++)
		rc = run_to(in->tid, &syscall_stop, &in->stopped);
	if (rc == 0)
		rc = tracee_get_regs(in->tid, &regs);
	*result = (int32_t)regs.rax;
	return rc;
}

/* ---- several calls, asm/stub32.asm ---- */

/* As popad takes them, where to enter, and as the vDSO pops them; then chain once more. */
enum frame_word { EDI, ESI, EBP, NONE, EBX, EDX, ECX, EAX, ENTER, TO, NEXT = TO + 3, FRAME_WORDS };

static const uint8_t argument[6] = {EBX, ECX, EDX, ESI, EDI, EBP};

_Static_assert(sizeof(uint32_t[CHAIN_MAX][FRAME_WORDS]) <= sizeof(((struct injection *)0)->below), "room for all");

static void build_frames(const struct injection *in, uint32_t chain_at, const struct chain_call *calls, unsigned n,
			 uint32_t frame[][FRAME_WORDS])
{
	for (unsigned i = 0; i < n; i++) {
		const struct chain_call *c = &calls[i];

		for (unsigned a = 0; a < 6; a++)
			frame[i][argument[a]] = c->args[a];
		frame[i][EAX] = (uint32_t)c->nr;
		frame[i][NONE] = 0;
		frame[i][ENTER] = i + 1 < n ? in->at : chain_at + stub_blob()->chain_last;
		for (unsigned k = 0; k < 3; k++) {
			bool used = c->to[k].call > i;
			size_t word = used ? c->to[k].call * FRAME_WORDS + argument[c->to[k].arg] : i * FRAME_WORDS + NONE;

			frame[i][TO + k] = in->frames_at + (uint32_t)(word * sizeof(uint32_t));
		}
		frame[i][NEXT] = chain_at;
	}
}

static int run_chain(struct injection *in, uint32_t chain_at)
{
	struct user_regs_struct regs = outside(in);
	int rc;

	regs.rip = chain_at + stub_blob()->chain_next;
	regs.rsp = in->frames_at;
	regs.cs = USER32_CS;
	rc = tracee_set_regs(in->tid, &regs);
	return rc ? rc : run_to(in->tid, &seccomp_stop, &in->stopped);
}

int inject_chain(struct injection *in, uint32_t chain_at, struct chain_call *calls, unsigned n)
{
	uint32_t frame[CHAIN_MAX][FRAME_WORDS];
	int rc;

	if (n < 1 || n > CHAIN_MAX || sizeof(*frame) != stub_blob()->chain_frame)
		return -EINVAL;
	in->frames_size = n * sizeof(*frame);
	in->frames_at = ((uint32_t)in->before.rsp - (uint32_t)in->frames_size) & ~15u;
	build_frames(in, chain_at, calls, n, frame);
	if (tracee_read(in->tid, taddr(in->frames_at), in->below, in->frames_size) != in->frames_size)
		return -EFAULT;
	rc = tracee_write(in->tid, taddr(in->frames_at), frame, in->frames_size);
	if (rc == 0 && (rc = run_chain(in, chain_at)) < 0)
		tracee_write(in->tid, taddr(in->frames_at), in->below, in->frames_size);
	if (rc == 0 && tracee_read(in->tid, taddr(in->frames_at), frame, in->frames_size) != in->frames_size)
		rc = -EIO;
	for (unsigned i = 0; i + 1 < n && rc == 0; i++)
		calls[i].result = (int32_t)frame[i][EAX];
	return rc;
}

int inject_chain_end(struct injection *in)
{
	int rc = tracee_write(in->tid, taddr(in->frames_at), in->below, in->frames_size);
	int run = run_to(in->tid, &syscall_stop, &in->stopped);

	return rc ? rc : run;
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

int inject_again(struct injection *in, uint32_t at)
{
	struct user_regs_struct regs = outside(in);
	int rc;

	regs.rip = at;
	regs.rax = in->before.orig_rax;
	rc = tracee_set_regs(in->tid, &regs);
	if (rc == 0)
		rc = run_to(in->tid, &seccomp_stop, &in->stopped);
	return rc ? rc : inject_end(in);
}
