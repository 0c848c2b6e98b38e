/* SPDX-License-Identifier: MIT */
/* The list of calls, held to what is known of them from elsewhere. */
#include "unit.h"

#include "syscalls/calls.h"
#include "syscalls/names.h"

#include <stdlib.h>
#include <string.h>

/* The list itself, as text. */
static const struct listed {
	const char *name, *free, *sleeping, *kind;
} list[] = {
#define CALL(name, free, sleeping, kind) {name, #free, #sleeping, #kind},
#include "syscalls/calls.def"
#undef CALL
};

static int set_up(void **state)
{
	struct calls *c = test_malloc(sizeof(*c));

	calls_init(c);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	test_free(*state);
	return 0;
}

static enum call_free free_of(const struct calls *c, const char *name)
{
	int nr = syscall_number(ABI_I386, name);

	if (nr < 0)
		fail_msg("%s is not known here", name);
	return call_free(c, nr);
}

/*
 * All that take six words as 32-bit code passes them: 64-bit values in two
 * (arch/x86/entry/syscalls/syscall_32.tbl and the functions that it names; ipc(2) by way
 * of its fifth, which is the sixth).
 */
static const struct {
	const char *name;
	enum call_free free;
} six[] = {
	{"mmap2", FREE_IF_ANONYMOUS},
	{"ipc", FREE_BY_IPC_CALL},
	{"futex", FREE_BY_FUTEX_OP},
	{"futex_time64", FREE_BY_FUTEX_OP},
	{"pselect6", FREE_SIXTH_POINTER},
	{"pselect6_time64", FREE_SIXTH_POINTER},
	{"epoll_pwait", FREE_IF_NO_FIFTH},
	{"epoll_pwait2", FREE_IF_NO_FIFTH},
	{"sendto", FREE_IF_NO_FIFTH},
	{"recvfrom", FREE_IF_NO_FIFTH},
	{"splice", FREE_NONE},
	{"sync_file_range", FREE_NONE},
	{"fadvise64_64", FREE_NONE},
	{"fallocate", FREE_NONE},
	{"fanotify_mark", FREE_NONE},
	{"move_pages", FREE_NONE},
	{"mbind", FREE_NONE},
	{"process_vm_readv", FREE_NONE},
	{"process_vm_writev", FREE_NONE},
	{"copy_file_range", FREE_NONE},
	{"preadv2", FREE_NONE},
	{"pwritev2", FREE_NONE},
	{"io_pgetevents", FREE_NONE},
	{"io_pgetevents_time64", FREE_NONE},
	{"io_uring_enter", FREE_NONE},
};

/* The same, newer than some libseccomp that knows the names: by number. */
static const struct {
	const char *name;
	int nr;
} newer_six[] = {
	{"futex_wait", 455},
	{"setxattrat", 463},
	{"getxattrat", 464},
};

static void calls_with_six_arguments_keep_them(void **state)
{
	const struct calls *c = *state;

	for (size_t i = 0; i < COUNT(six); i++)
		if (free_of(c, six[i].name) != six[i].free)
			fail_msg("%s has rule %d", six[i].name, free_of(c, six[i].name));
	for (size_t i = 0; i < COUNT(newer_six); i++)
		if (call_free(c, newer_six[i].nr) != FREE_NONE)
			fail_msg("%s has rule %d", newer_six[i].name, call_free(c, newer_six[i].nr));
}

/* What the tracer has to follow, or has to see before it happens, never passes. */
static void calls_to_be_followed_stop(void **state)
{
	static const char *const names[] = {
		"fork", "vfork", "clone", "clone3", "execve", "execveat", "exit", "exit_group", "restart_syscall",
		"sigreturn", "rt_sigreturn", "ptrace", "seccomp", "prctl", "personality", "arch_prctl", "modify_ldt",
		"mmap", "remap_file_pages", "shmat", "shmdt", "uselib", "process_madvise", "vm86", "vm86old",
	};
	const struct calls *c = *state;

	for (size_t i = 0; i < COUNT(names); i++)
		if (free_of(c, names[i]) != FREE_NONE)
			fail_msg("%s has rule %d", names[i], free_of(c, names[i]));
}

/* What changes mappings passes only where it can do nothing to code. */
static void calls_on_ranges_have_conditions(void **state)
{
	static const struct {
		const char *name;
		enum call_free free;
		enum call_kind kind;
	} rows[] = {
		{"munmap", FREE_IF_NO_CODE, CALL_REMAP},
		{"madvise", FREE_IF_NO_CODE, CALL_ADVISE},
		{"mprotect", FREE_IF_NO_CODE_RW, CALL_PROTECT},
		{"pkey_mprotect", FREE_IF_NO_CODE_RW, CALL_PROTECT},
		{"mremap", FREE_IF_NO_CODE_MOVE, CALL_MREMAP},
	};
	const struct calls *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(free_of(c, rows[i].name), rows[i].free);
		for (unsigned abi = 0; abi < ABIS; abi++)
			assert_int_equal(call_kind(c, (enum abi)abi, syscall_number((enum abi)abi, rows[i].name)), rows[i].kind);
	}
}

static void ordinary_calls_are_free(void **state)
{
	static const char *const names[] = {
		"read", "write", "open", "openat", "close", "poll", "ppoll", "ppoll_time64", "epoll_wait", "epoll_ctl",
		"socketcall", "sendmsg", "recvmsg", "_newselect", "select", "nanosleep", "clock_nanosleep_time64", "getpid",
		"gettid", "clock_gettime64", "rt_sigprocmask", "brk", "wait4", "waitid", "_llseek", "pread64", "pwrite64",
		"ioctl", "fcntl64", "fstat64", "statx", "getdents64", "sched_yield", "futex_waitv",
	};
	const struct calls *c = *state;

	for (size_t i = 0; i < COUNT(names); i++)
		if (syscall_number(ABI_I386, names[i]) >= 0 && free_of(c, names[i]) != FREE_SIXTH)
			fail_msg("%s has rule %d", names[i], free_of(c, names[i]));
}

static void numbers_without_a_call(void **state)
{
	const struct calls *c = *state;
	static const int64_t none[] = {-1, INT32_MIN, CALL_NR_MAX, 0x7fffffff, 0x40000014};
	/* Holes, and room for what is to come: a later kernel may have a call there. */
	static const int64_t later[] = {222, 223, 251, 285, 387, 392, 415, 600, CALL_NR_MAX - 1};

	for (size_t i = 0; i < COUNT(none); i++) {
		assert_int_equal(call_free(c, none[i]), FREE_SIXTH);
		assert_true(call_never_sleeps(c, none[i]));
	}
	for (size_t i = 0; i < COUNT(later); i++) {
		assert_int_equal(call_free(c, later[i]), FREE_NONE);
		assert_false(call_never_sleeps(c, later[i]));
	}
}

/* A restart of these by int 0x80 would not be seen. */
static void only_what_never_waits_is_instant(void **state)
{
	static const char *const sleep[] = {
		"read", "write", "futex", "futex_time64", "poll", "select", "_newselect", "nanosleep", "clock_nanosleep",
		"clock_nanosleep_time64", "wait4", "waitpid", "waitid", "pause", "sigsuspend", "rt_sigsuspend",
		"rt_sigtimedwait", "epoll_wait", "recvmsg", "sendmsg", "socketcall", "ipc", "flock", "fcntl", "fcntl64", "ioctl",
		"open", "openat", "close", "dup2", "dup3", "accept4", "connect", "semtimedop_time64", "msgrcv", "mq_timedreceive", "getrandom",
		"io_getevents", "fsync", "splice", "sendfile", "kill", "tgkill", "restart_syscall",
	};
	static const char *const instant[] = {
		"getpid", "getppid", "gettid", "getuid32", "time", "clock_gettime", "gettimeofday", "sched_yield",
		"rt_sigaction", "rt_sigprocmask", "umask", "getrusage", "uname", "times",
	};
	const struct calls *c = *state;

	for (size_t i = 0; i < COUNT(sleep); i++)
		if (call_never_sleeps(c, syscall_number(ABI_I386, sleep[i])))
			fail_msg("%s is said never to sleep", sleep[i]);
	for (size_t i = 0; i < COUNT(instant); i++)
		if (!call_never_sleeps(c, syscall_number(ABI_I386, instant[i])))
			fail_msg("%s is said to sleep", instant[i]);
}

static void knows_the_calls_that_matter(void **state)
{
	static const struct {
		enum abi abi;
		int64_t nr;
		enum call_kind kind;
	} rows[] = {
		{ABI_I386, 192, CALL_MAP},      /* mmap2 */
		{ABI_I386, 90, CALL_OLD_MMAP},  /* mmap, arguments in memory */
		{ABI_I386, 163, CALL_MREMAP},
		{ABI_I386, 136, CALL_PERSONALITY},
		{ABI_X86_64, 9, CALL_MAP},
		{ABI_X32, 0x40000009, CALL_MAP},
		{ABI_X86_64, 11, CALL_REMAP},
		{ABI_X32, 0x4000000b, CALL_REMAP},
		{ABI_I386, 91, CALL_REMAP},
		{ABI_I386, 125, CALL_PROTECT},
		{ABI_I386, 45, CALL_BRK},
		{ABI_I386, 117, CALL_IPC},
		{ABI_I386, 2, CALL_FORK},
		{ABI_X86_64, 57, CALL_FORK},
		{ABI_I386, 190, CALL_VFORK},
		{ABI_I386, 120, CALL_CLONE},
		{ABI_X86_64, 56, CALL_CLONE},
		{ABI_X32, 0x40000038, CALL_CLONE},
		{ABI_I386, 435, CALL_CLONE3},
		{ABI_I386, 119, CALL_SIGRETURN},
		{ABI_I386, 173, CALL_RT_SIGRETURN},
		{ABI_X86_64, 15, CALL_RT_SIGRETURN},
		{ABI_X32, 0x40000201, CALL_RT_SIGRETURN}, /* 513: x32's own */
		{ABI_X86_64, 173, CALL_PLAIN},  /* ioperm there */
		{ABI_I386, 172, CALL_PRCTL},
		{ABI_I386, 354, CALL_SECCOMP},
		{ABI_I386, 26, CALL_PTRACE},
		{ABI_X32, 0x40000209, CALL_PTRACE}, /* 521 */
		{ABI_I386, 384, CALL_ARCH_PRCTL},
		{ABI_X86_64, 158, CALL_ARCH_PRCTL},
		{ABI_I386, 123, CALL_LDT},
		{ABI_I386, 4, CALL_WRITE},
		{ABI_X86_64, 1, CALL_WRITE},
		{ABI_I386, 219, CALL_ADVISE},
		{ABI_I386, 397, CALL_REMAP_ANY}, /* shmat */
		{ABI_X86_64, 30, CALL_REMAP_ANY},
		{ABI_I386, 20, CALL_PLAIN},
		{ABI_I386, -1, CALL_PLAIN},
		{ABI_I386, 0x7fffffff, CALL_PLAIN},
		{ABI_X32, 0x7fffffff, CALL_PLAIN},
	};
	const struct calls *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++)
		if (call_kind(c, rows[i].abi, rows[i].nr) != rows[i].kind)
			fail_msg("call %lld of table %d: kind %d, not %d", (long long)rows[i].nr, rows[i].abi,
				 call_kind(c, rows[i].abi, rows[i].nr), rows[i].kind);
	assert_int_equal(c->mmap2, 192);
}

static void knows_who_waits_for_ever(void **state)
{
	static const struct {
		enum abi abi;
		const char *name;
		uint64_t args[6];
		bool waits;
	} rows[] = {
		{ABI_I386, "epoll_wait", {3, 4, 5, 0xffffffff}, true},
		{ABI_X86_64, "epoll_wait", {3, 4, 5, 0xffffffff}, true},
		{ABI_X32, "epoll_wait", {3, 4, 5, 0xffffffffffffffff}, true},
		{ABI_I386, "epoll_wait", {3, 4, 5, 0}, false},
		{ABI_I386, "epoll_pwait2", {3, 4, 5, 0}, true},
		{ABI_I386, "epoll_pwait2", {3, 4, 5, 0x1000}, false},
		{ABI_I386, "rt_sigtimedwait", {3, 4, 0}, true},
		{ABI_X86_64, "semop", {3, 4, 5}, true},
		{ABI_X86_64, "semtimedop", {3, 4, 5, 0x1000}, false},
		{ABI_I386, "io_getevents", {3, 4, 5, 6, 0}, true},
		{ABI_I386, "read", {0}, false},
		{ABI_I386, "futex", {0}, false},
	};
	const struct calls *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++)
		if (call_waits_for_ever(c, rows[i].abi, syscall_number(rows[i].abi, rows[i].name), rows[i].args) != rows[i].waits)
			fail_msg("row %zu: %s", i, rows[i].name);
	assert_false(call_waits_for_ever(c, ABI_I386, -1, rows[0].args));
	assert_false(call_waits_for_ever(c, ABI_I386, 0x7fffffff, rows[0].args));
}

/* Each call that is known here has one row, and each row is a call somewhere. */
static void the_list_is_whole(void **state)
{
	unsigned known = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(list[i].name, list[k].name);
		known += syscall_number(ABI_I386, list[i].name) >= 0;
	}
	assert_true(known > 430);
	for (int nr = 0; nr < CALL_NR_MAX; nr++) {
		char *name = syscall_name(ABI_I386, nr);
		size_t i = 0;

		while (name && i < COUNT(list) && strcmp(list[i].name, name) != 0)
			i++;
		if (i == COUNT(list))
			fail_msg("%s (%d) has no row", name, nr);
		free(name);
	}
}

/* What never sleeps and is free can enter by int 0x80: the rest of a row must allow it. */
static void rows_agree_with_themselves(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		if (strcmp(list[i].sleeping, "INSTANT") == 0 &&
		    (strcmp(list[i].free, "SIXTH") != 0 || strcmp(list[i].kind, "PLAIN") != 0))
			fail_msg("%s is instant, and has rule %s and kind %s", list[i].name, list[i].free, list[i].kind);
		if (strcmp(list[i].free, "SIXTH") == 0 && strcmp(list[i].kind, "PLAIN") != 0 &&
		    strcmp(list[i].kind, "WRITE") != 0 && strcmp(list[i].kind, "BRK") != 0)
			fail_msg("%s passes, and has kind %s", list[i].name, list[i].kind);
	}
}

#define WITH_CALLS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CALLS(calls_with_six_arguments_keep_them),
		WITH_CALLS(calls_to_be_followed_stop),
		WITH_CALLS(calls_on_ranges_have_conditions),
		WITH_CALLS(ordinary_calls_are_free),
		WITH_CALLS(numbers_without_a_call),
		WITH_CALLS(only_what_never_waits_is_instant),
		WITH_CALLS(knows_the_calls_that_matter),
		WITH_CALLS(knows_who_waits_for_ever),
		cmocka_unit_test(the_list_is_whole),
		cmocka_unit_test(rows_agree_with_themselves),
	};

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
