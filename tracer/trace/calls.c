/* SPDX-License-Identifier: MIT */
#include "trace/calls.h"

#include "launch/names.h"

#include <string.h>

static const struct {
	const char *name;
	enum call_kind kind;
} named[] = {
	{"mmap2", CALL_MAP},
	{"munmap", CALL_REMAP},
	{"mprotect", CALL_REMAP},
	{"pkey_mprotect", CALL_REMAP},
	{"mremap", CALL_MREMAP},
	{"remap_file_pages", CALL_REMAP_ANY},
	{"shmat", CALL_REMAP_ANY},
	{"shmdt", CALL_REMAP_ANY},
	{"ipc", CALL_REMAP_ANY},
	{"fork", CALL_FORK},
	{"vfork", CALL_VFORK},
	{"clone", CALL_CLONE},
	{"clone3", CALL_CLONE3},
	{"sigreturn", CALL_SIGRETURN},
	{"rt_sigreturn", CALL_RT_SIGRETURN},
	{"seccomp", CALL_SECCOMP},
	{"prctl", CALL_PRCTL},
	{"personality", CALL_PERSONALITY},
	{"ptrace", CALL_PTRACE},
	{"write", CALL_WRITE},
	{"writev", CALL_WRITE},
	{"sendfile", CALL_WRITE},
	{"sendfile64", CALL_WRITE},
	{"splice", CALL_WRITE},
};

/* signal(7), "Interruption of system calls": these fail with EINTR whatever the handler's flags. */
static const struct {
	const char *name;
	int limit;       /* the argument that is the time limit; -1: it has none */
	int32_t none;    /* what that argument is when there is no limit */
} waiting[] = {
	{"epoll_wait", 3, -1},
	{"epoll_pwait", 3, -1},
	{"epoll_pwait2", 3, 0},
	{"rt_sigtimedwait", 2, 0},
	{"rt_sigtimedwait_time64", 2, 0},
	{"semop", -1, 0},
	{"semtimedop", 3, 0},
	{"semtimedop_time64", 3, 0},
	{"io_getevents", 4, 0},
	{"io_pgetevents", 4, 0},
	{"io_pgetevents_time64", 4, 0},
};

/* These only look something up in the kernel, or set it. */
static const char *const instant[] = {
	"getpid", "getppid", "gettid", "getuid", "getuid32", "geteuid", "geteuid32", "getgid", "getgid32",
	"getegid", "getegid32", "getresuid32", "getresgid32", "getgroups32", "getpgrp", "getpgid", "getsid",
	"time", "gettimeofday", "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64",
	"times", "getrusage", "getrlimit", "ugetrlimit", "uname", "sysinfo", "umask", "getcpu", "sched_yield",
	"sched_getparam", "sched_getscheduler", "sched_getaffinity", "getpriority", "rt_sigprocmask",
	"sigprocmask", "rt_sigaction", "rt_sigpending", "sigaltstack", "alarm", "getitimer", "setitimer",
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

void calls_init(struct calls *c)
{
	memset(c, 0, sizeof(*c));
	for (unsigned abi = 0; abi < ABIS; abi++)
		for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
			set(c, (enum abi)abi, named[i].name, named[i].kind);
	for (unsigned abi = 0; abi < ABIS; abi++)
		for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
			int nr = syscall_number((enum abi)abi, waiting[i].name);

			if (nr >= 0 && index_of(nr) < CALL_NR_MAX)
				c->waits[abi][index_of(nr)] = (uint8_t)(i + 1);
		}
	for (size_t i = 0; i < sizeof(instant) / sizeof(instant[0]); i++) {
		int nr = syscall_number(ABI_I386, instant[i]);

		if (nr >= 0 && nr < CALL_NR_MAX)
			c->instant[nr] = true;
	}
	/* The others' mmap is mmap2 by another name. */
	set(c, ABI_I386, "mmap", CALL_OLD_MMAP);
	set(c, ABI_X86_64, "mmap", CALL_MAP);
	set(c, ABI_X32, "mmap", CALL_MAP);
}

enum call_kind call_kind(const struct calls *c, enum abi abi, int64_t nr)
{
	int64_t i = index_of(nr);

	return i >= 0 && i < CALL_NR_MAX ? (enum call_kind)c->kind[abi][i] : CALL_PLAIN;
}

bool call_waits_for_ever(const struct calls *c, enum abi abi, int64_t nr, const uint64_t args[6])
{
	int64_t i = index_of(nr);
	unsigned rule = i >= 0 && i < CALL_NR_MAX ? c->waits[abi][i] : 0;

	if (!rule)
		return false;
	rule--;
	return waiting[rule].limit < 0 || (int32_t)args[waiting[rule].limit] == waiting[rule].none;
}

bool call_never_sleeps(const struct calls *c, int64_t nr)
{
	return nr < 0 || nr >= CALL_NR_MAX || c->instant[nr];
}

bool call_may_wait(const struct calls *c, enum abi abi, int64_t nr)
{
	int64_t i = index_of(nr);

	return i >= 0 && i < CALL_NR_MAX && c->waits[abi][i];
}
