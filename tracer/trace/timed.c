/* SPDX-License-Identifier: MIT */
#include "trace/timed.h"

#include "base/cleanup.h"
#include "base/monotonic.h"
#include "trace/inplace.h"
#include "trace/later.h"
#include "tracee/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* Linux 5.3 */
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438 /* Linux 5.6 */
#endif

/* linux/io_uring.h: the fifth argument is struct io_uring_getevents_arg, with a pointer to the limit at its end */
enum { URING_EXT_ARG = 1 << 3, URING_ABS_TIMER = 1 << 5, URING_ARG_LIMIT = 16 };

/* ipc(2)'s sub-call, linux/ipc.h; its limit is the sixth argument */
enum { IPC_SEMTIMEDOP = 4 };

enum { NS_PER_S = 1000000000, NS_PER_MS = 1000000 };

static void arguments(const struct thread *t, const struct user_regs_struct *r, uint64_t args[6])
{
	const uint64_t i386[6] = {r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp};
	const uint64_t x86_64[6] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};

	memcpy(args, t->abi == ABI_I386 ? i386 : x86_64, sizeof(i386));
}

static bool read_limit(const struct thread *t, uint64_t at, bool narrow, uint64_t *ns)
{
	int32_t n[2];
	int64_t w[2];

	if (!at)
		return false;
	if (narrow) {
		if (tracee_read(t->tid, taddr(at), n, sizeof(n)) != sizeof(n))
			return false;
		w[0] = n[0];
		w[1] = n[1];
	} else if (tracee_read(t->tid, taddr(at), w, sizeof(w)) != sizeof(w)) {
		return false;
	}
	if (w[0] < 0 || w[0] > INT32_MAX || w[1] < 0 || w[1] >= NS_PER_S)
		return false;
	*ns = (uint64_t)w[0] * NS_PER_S + (uint64_t)w[1];
	return true;
}

/* Of that open file, which is asked through a copy with the program's own rights. */
static bool socket_limit(const struct thread *t, int fd, bool sends, uint64_t *ns)
{
	auto_close int pidfd = (int)syscall(SYS_pidfd_open, t->tgid, 0), copy = -1;
	struct timeval tv = {0};
	socklen_t n = sizeof(tv);

	if (pidfd >= 0)
		copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (copy < 0 || getsockopt(copy, SOL_SOCKET, sends ? SO_SNDTIMEO : SO_RCVTIMEO, &tv, &n) != 0)
		return false;
	*ns = (uint64_t)tv.tv_sec * NS_PER_S + (uint64_t)tv.tv_usec * 1000;
	return *ns > 0;
}

/* socketcall(2) has its arguments in memory. */
static bool socketcall_limit(const struct thread *t, const uint64_t args[6], uint64_t *ns)
{
	enum { SEND = 9, RECV = 10, SENDTO = 11, RECVFROM = 12, SENDMSG = 16, RECVMSG = 17, ACCEPT = 5, ACCEPT4 = 18 };
	uint32_t fd;

	switch (args[0]) {
	case SEND:
	case SENDTO:
	case SENDMSG:
	case RECV:
	case RECVFROM:
	case RECVMSG:
	case ACCEPT:
	case ACCEPT4:
		break;
	default:
		return false;
	}
	return tracee_read(t->tid, taddr(args[1]), &fd, sizeof(fd)) == sizeof(fd) &&
	       socket_limit(t, (int)fd, args[0] == SEND || args[0] == SENDTO || args[0] == SENDMSG, ns);
}

static bool uring_limit(const struct thread *t, const uint64_t args[6], uint64_t *ns)
{
	uint64_t at;

	return args[3] & URING_EXT_ARG && !(args[3] & URING_ABS_TIMER) &&
	       tracee_read(t->tid, taddr(args[4] + URING_ARG_LIMIT), &at, sizeof(at)) == sizeof(at) &&
	       read_limit(t, at, false, ns);
}

/* The time limit of the call, and what it answers when that is over. */
static bool limit_of(const struct calls *calls, const struct thread *t, const struct user_regs_struct *regs, uint64_t *ns,
		     int *error)
{
	struct call_limit l = call_limit(calls, (enum abi)t->abi, (int32_t)regs->orig_rax);
	uint64_t args[6];

	arguments(t, regs, args);
	*error = l.error;
	switch (l.kind) {
	case LIMIT_NONE:
		return false;
	case LIMIT_MS:
		*ns = (uint64_t)(uint32_t)args[l.argument] * NS_PER_MS;
		return (int32_t)args[l.argument] >= 0;
	case LIMIT_TIMESPEC:
		return read_limit(t, args[l.argument], t->abi == ABI_I386, ns);
	case LIMIT_TIMESPEC64:
		return read_limit(t, args[l.argument], false, ns);
	case LIMIT_RECEIVE:
		return socket_limit(t, (int)args[0], false, ns);
	case LIMIT_SEND:
		return socket_limit(t, (int)args[0], true, ns);
	case LIMIT_SOCKETCALL:
		return socketcall_limit(t, args, ns);
	case LIMIT_IPC:
		return (args[0] & 0xffff) == IPC_SEMTIMEDOP && read_limit(t, args[5], true, ns);
	case LIMIT_URING:
		return uring_limit(t, args, ns);
	}
	return false;
}

void timed_enter(struct tracer *tr, struct thread *t, const struct user_regs_struct *regs, bool again)
{
	if (again && t->timed.until) {
		uint64_t now = monotonic_ns();

		later_set(tr, t, t->timed.until > now ? t->timed.until - now : 0, LATER_INTERRUPT);
		return;
	}
	t->timed.until = t->timed.start = 0;
	if (call_limit(&tr->calls, (enum abi)t->abi, (int32_t)regs->orig_rax).kind == LIMIT_NONE)
		return;
	t->timed.start = monotonic_ns();
	t->timed.sp = regs->rsp;
	t->timed.nr = (int32_t)regs->orig_rax;
}

static enum timed over(struct thread *t, struct user_regs_struct *regs, int error)
{
	t->timed.until = t->timed.start = 0;
	regs->rax = (uint64_t)(int64_t)-error;
	tracee_set_regs(t->tid, regs);
	return TIMED_OVER;
}

enum timed timed_hide(const struct calls *calls, struct thread *t, struct user_regs_struct *regs)
{
	bool known = t->timed.start && t->timed.sp == regs->rsp && t->timed.nr == (int32_t)regs->orig_rax;
	uint64_t now, ns;
	int error;

	if (!limit_of(calls, t, regs, &ns, &error))
		return TIMED_NOT;
	now = monotonic_ns();
	if (!known) {
		inplace_stop_timed(t);
		t->timed.start = now;
		t->timed.sp = regs->rsp;
		t->timed.nr = (int32_t)regs->orig_rax;
		t->timed.until = 0;
	}
	if (!t->timed.until)
		t->timed.until = t->timed.start + ns;
	return t->timed.until <= now ? over(t, regs, error) : TIMED_AGAIN;
}

bool timed_interrupted(const struct calls *calls, struct thread *t)
{
	struct user_regs_struct regs;
	uint64_t ns;
	int error;

	if (!t->timed.until || monotonic_ns() < t->timed.until || tracee_get_regs(t->tid, &regs) != 0)
		return false;
	if ((int32_t)regs.orig_rax < 0 || (int32_t)regs.rax != -EINTR || regs.rsp != t->timed.sp ||
	    !limit_of(calls, t, &regs, &ns, &error))
		return false;
	return over(t, &regs, error) == TIMED_OVER;
}
