/* SPDX-License-Identifier: MIT */
/*
 * A little of everything, in functions whose names say what they do: what
 * `./run` traces when it is given no program. A log written by old code with
 * int 0x80, a clock read through the vDSO, a thunk into 64-bit code, signals,
 * and, where the CPU has it, the raw entry instruction.
 */
#include "support/signals.h"

#include <cpuid.h>
#include <linux/fcntl.h>

enum { NR64_GETPID = 39, NR64_GETPPID = 110 };

/* mix.asm */
long thunk_getpid(long nr, long a, long b, long c);
long jump_getppid(long nr, long a, long b, long c);
long raw_getuid(long nr, long a, long b, long c);

static int log_fd;

static __attribute__((noinline)) void log_line(const char *text, unsigned n)
{
	sys3(__NR_write, log_fd, text, n);
}

static __attribute__((noinline)) long read_clock(const struct sample *s)
{
	long seconds;

	vdso_call(s, __NR_time, (long)&seconds, 0, 0, 0);
	return seconds;
}

static __attribute__((noinline)) long poll_input(const struct sample *s)
{
	return vdso_call(s, __NR_poll, 0, 0, 0, 0);
}

static __attribute__((noinline)) void thunk_to_64bit(void)
{
	truth_add(PATH_FAR_CALL, ABI_X86_64, NR64_GETPID);
	thunk_getpid(NR64_GETPID, 0, 0, 0);
}

static __attribute__((noinline)) void jump_to_64bit(void)
{
	truth_add(PATH_MODE_SWITCH, ABI_X86_64, NR64_GETPPID);
	jump_getppid(NR64_GETPPID, 0, 0, 0);
}

static bool has_syscall32(void)
{
	const unsigned hygon_ebx = 0x6f677948; /* "Hygo" */
	unsigned max, b, c, d;

	return __get_cpuid(0, &max, &b, &c, &d) && (b == signature_AMD_ebx || b == hygon_ebx);
}

static __attribute__((noinline)) void hand_written(void)
{
	truth_add(PATH_SYSCALL32, ABI_I386, __NR_getuid32);
	raw_getuid(__NR_getuid32, 0, 0, 0);
}

static void on_tick(int sig)
{
	(void)sig;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_sigreturn);
}

static __attribute__((noinline)) void tick(long pid)
{
	sys2(__NR_kill, pid, SIGUSR1);
}

int sample_main(struct sample *s)
{
	bool raw = s->sysinfo && has_syscall32();
	long pid = sys0(__NR_getpid);

	log_fd = (int)sys2(__NR_open, "/dev/null", O_WRONLY);
	if (s->sysinfo)
		signal_handle(s, SIGUSR1, (void *)on_tick, 0);
	for (unsigned i = 0; i < s->rounds; i++) {
		if (s->sysinfo) {
			read_clock(s);
			poll_input(s);
		}
		if (i % 2 == 0)
			log_line("a line\n", 7);
		if (i % 4 == 0)
			thunk_to_64bit();
		if (raw && i % 5 == 0)
			hand_written();
		if (i % 10 == 0)
			jump_to_64bit();
		if (s->sysinfo && i % 20 == 0)
			tick(pid);
	}
	return 0;
}
