/* SPDX-License-Identifier: MIT */
#include "syscalls/calls.h"

#include "syscalls/names.h"

#include <errno.h>
#include <string.h>

enum sleeping { INSTANT, SLEEPS };

static const struct row {
	const char *name;
	enum call_free free;
	enum sleeping sleeping;
	enum call_kind kind;
} rows[] = {
#define CALL(name, free, sleeping, kind) {name, FREE_##free, sleeping, CALL_##kind},
#include "syscalls/calls.def"
#undef CALL
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* signal(7), "Interruption of system calls": these fail with EINTR whatever the handler's flags. */
static const struct {
	const char *name;
	int limit;       /* the argument that is the time limit; -1: it has none; -2: elsewhere */
	int32_t none;    /* what that argument is when there is no limit */
	enum limit_kind kind;
	int error;
} waiting[] = {
	{"epoll_wait", 3, -1, LIMIT_MS, 0},
	{"epoll_pwait", 3, -1, LIMIT_MS, 0},
	{"epoll_pwait2", 3, 0, LIMIT_TIMESPEC64, 0},
	{"rt_sigtimedwait", 2, 0, LIMIT_TIMESPEC, EAGAIN},
	{"rt_sigtimedwait_time64", 2, 0, LIMIT_TIMESPEC64, EAGAIN},
	{"semop", -1, 0, LIMIT_NONE, 0},
	{"semtimedop", 3, 0, LIMIT_TIMESPEC, EAGAIN},
	{"semtimedop_time64", 3, 0, LIMIT_TIMESPEC64, EAGAIN},
	{"io_getevents", 4, 0, LIMIT_TIMESPEC, 0},
	{"io_pgetevents", 4, 0, LIMIT_TIMESPEC, 0},
	{"io_pgetevents_time64", 4, 0, LIMIT_TIMESPEC64, 0},
	/* Without a limit these are restarted by the kernel. */
	{"recvfrom", -2, 0, LIMIT_RECEIVE, EAGAIN},
	{"recvmsg", -2, 0, LIMIT_RECEIVE, EAGAIN},
	{"accept", -2, 0, LIMIT_RECEIVE, EAGAIN},
	{"accept4", -2, 0, LIMIT_RECEIVE, EAGAIN},
	{"read", -2, 0, LIMIT_RECEIVE, EAGAIN},
	{"sendto", -2, 0, LIMIT_SEND, EAGAIN},
	{"sendmsg", -2, 0, LIMIT_SEND, EAGAIN},
	{"write", -2, 0, LIMIT_SEND, EAGAIN},
	{"socketcall", -2, 0, LIMIT_SOCKETCALL, EAGAIN},
	{"ipc", -2, 0, LIMIT_IPC, EAGAIN},
	{"io_uring_enter", -2, 0, LIMIT_URING, ETIME},
};

/* x32 numbers are told apart by bit 30. */
static int64_t index_of(int64_t nr)
{
	return nr & ~(int64_t)0x40000000;
}

static void set(struct calls *c, enum abi abi, const char *name, enum call_kind kind)
{
	int nr = syscall_number(abi, name);

	if (nr >= 0 && index_of(nr) < CALL_NR_MAX)
		c->kind[abi][index_of(nr)] = (uint8_t)kind;
}

static void init_waits(struct calls *c, enum abi abi)
{
	for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
		int nr = syscall_number(abi, waiting[i].name);

		if (nr >= 0 && index_of(nr) < CALL_NR_MAX)
			c->waits[abi][index_of(nr)] = (uint8_t)(i + 1);
	}
}

void calls_init(struct calls *c)
{
	memset(c, 0, sizeof(*c));
	for (unsigned abi = 0; abi < ABIS; abi++) {
		for (size_t i = 0; i < ROWS; i++)
			if (rows[i].kind != CALL_PLAIN)
				set(c, (enum abi)abi, rows[i].name, rows[i].kind);
		init_waits(c, (enum abi)abi);
	}
	for (size_t i = 0; i < ROWS; i++) {
		int nr = syscall_number(ABI_I386, rows[i].name);

		if (nr < 0 || nr >= CALL_NR_MAX)
			continue;
		c->free[nr] = (uint8_t)rows[i].free;
		c->instant[nr] = rows[i].sleeping == INSTANT;
	}
	c->mmap2 = syscall_number(ABI_I386, "mmap2");
	/* The others' mmap is mmap2 by another name. */
	set(c, ABI_X86_64, "mmap", CALL_MAP);
	set(c, ABI_X32, "mmap", CALL_MAP);
}

enum call_kind call_kind(const struct calls *c, enum abi abi, int64_t nr)
{
	int64_t i = index_of(nr);

	return i >= 0 && i < CALL_NR_MAX ? (enum call_kind)c->kind[abi][i] : CALL_PLAIN;
}

static unsigned wait_rule(const struct calls *c, enum abi abi, int64_t nr)
{
	int64_t i = index_of(nr);

	return i >= 0 && i < CALL_NR_MAX ? c->waits[abi][i] : 0;
}

bool call_waits_for_ever(const struct calls *c, enum abi abi, int64_t nr, const uint64_t args[6])
{
	unsigned rule = wait_rule(c, abi, nr);

	if (!rule || waiting[rule - 1].limit == -2)
		return false;
	rule--;
	return waiting[rule].limit < 0 || (int32_t)args[waiting[rule].limit] == waiting[rule].none;
}

struct call_limit call_limit(const struct calls *c, enum abi abi, int64_t nr)
{
	unsigned rule = wait_rule(c, abi, nr);

	if (!rule)
		return (struct call_limit){.kind = LIMIT_NONE};
	rule--;
	return (struct call_limit){waiting[rule].kind, (unsigned)(waiting[rule].limit < 0 ? 0 : waiting[rule].limit),
				   waiting[rule].error};
}

enum call_free call_free(const struct calls *c, int64_t nr)
{
	return nr < 0 || nr >= CALL_NR_MAX ? FREE_SIXTH : (enum call_free)c->free[nr];
}

bool call_never_sleeps(const struct calls *c, int64_t nr)
{
	return nr < 0 || nr >= CALL_NR_MAX || c->instant[nr];
}
