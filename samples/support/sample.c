/* SPDX-License-Identifier: MIT */
#include "support/sample.h"

#include <linux/auxvec.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/time_types.h>

enum { WAIT_ANY_CLONE = 0x40000000, STANDARD_OUTPUT = 1, STANDARD_ERROR = 2, SKIPPED = 77 };

#define ROUNDS_DEFAULT 1000

#ifndef AT_SYSINFO
#define AT_SYSINFO 32 /* only the i386 header has it, and only 32-bit programs get it */
#endif

/* The compiler may call these two even in code without libc. */
void *memset(void *to, int value, size_t n);
void *memcpy(void *restrict to, const void *restrict from, size_t n);

void *memset(void *to, int value, size_t n)
{
	unsigned char *p = to;

	while (n--)
		*p++ = (unsigned char)value;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	unsigned char *p = to;
	const unsigned char *q = from;

	while (n--)
		*p++ = *q++;
	return to;
}

bool same_text(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static bool number(const char *text, long *out)
{
	*out = 0;
	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		*out = *out * 10 + (*p - '0');
	}
	return *text != '\0';
}

void *sample_map(size_t bytes, int prot, int fd, bool low)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	long at;

	if (low)
		flags |= MAP_32BIT;
#ifdef __x86_64__
	at = sys6(__NR_mmap, 0, (long)bytes, prot, flags, fd, 0);
#else
	/* The old call takes its six arguments from memory. */
	const long args[6] = {0, (long)bytes, prot, flags & ~MAP_32BIT, fd, 0};

	at = sys1(__NR_mmap, args);
#endif
	return at < 0 && at > -4096 ? NULL : (void *)at;
}

void truth_share(struct sample *s)
{
	struct truth *shared;
	size_t at;
	long fd = sys2(__NR_memfd_create, "truth", 0);

	if (fd < 0 || sys2(__NR_ftruncate, fd, sizeof(*truth)) != 0)
		sample_fail(s, "no shared memory", fd);
	shared = sample_map(sizeof(*truth), PROT_READ | PROT_WRITE, (int)fd, false);
	if (!shared)
		sample_fail(s, "cannot map shared memory", 0);
	*shared = *truth;
	truth = shared;
	at = truth_text(s->shared, sizeof(s->shared), 0, "--join=");
	truth_number(s->shared, sizeof(s->shared), at, fd);
}

static void truth_join(struct sample *s, const char *option, long fd)
{
	struct truth *shared = sample_map(sizeof(*truth), PROT_READ | PROT_WRITE, (int)fd, false);
	struct truth *before = truth;

	if (!shared)
		sample_fail(s, "cannot join the shared account", fd);
	truth = shared;
	/* What was counted until here, the mapping itself, moves over. */
	for (unsigned i = 0; i < TRUTH_ROWS && before->rows[i].key; i++)
		truth_add_n(PLAIN_PATH, PLAIN_ABI, __NR_mmap, before->rows[i].entries);
	truth_text(s->shared, sizeof(s->shared), 0, option);
}

void sample_exit(int code)
{
	sys1(__NR_exit_group, code);
	__builtin_unreachable();
}

static void say(const char *name, const char *text, bool with_number, long n)
{
	char line[256];
	size_t at = truth_text(line, sizeof(line), 0, name);

	at = truth_text(line, sizeof(line), at, ": ");
	at = truth_text(line, sizeof(line), at, text);
	if (with_number) {
		at = truth_text(line, sizeof(line), at, " (");
		at = truth_number(line, sizeof(line), at, n);
		at = truth_text(line, sizeof(line), at, ")");
	}
	at = truth_text(line, sizeof(line), at, "\n");
	sys3(__NR_write, STANDARD_ERROR, line, at);
}

void sample_skip(const struct sample *s, const char *text)
{
	say(s->name, text, false, 0);
	sample_exit(SKIPPED);
}

void sample_fail(const struct sample *s, const char *text, long n)
{
	say(s->name, text, true, n);
	sample_exit(1);
}

void sample_become(const struct sample *s, const char *name, const char *word)
{
	static char path[4096];
	char rounds[16];
	const char *argv[] = {path, rounds, s->shared, word, NULL};
	size_t head = (size_t)(s->name - s->argv[0]);
	size_t at = truth_text(path, head + 1 < sizeof(path) ? head + 1 : sizeof(path), 0, s->argv[0]);

	truth_text(path, sizeof(path), at, name);
	truth_number(rounds, sizeof(rounds), 0, s->rounds);
	sys3(__NR_execve, path, argv, s->envp);
	sample_fail(s, "cannot execute another sample", 0);
}

int sample_wait(long pid)
{
	int status = -1;

	while (sys4(__NR_wait4, pid, &status, WAIT_ANY_CLONE, 0) == -4 /* EINTR */)
		;
	return status;
}

void sample_sleep_us(unsigned us)
{
	struct __kernel_old_timespec ts = {0, (long)us * 1000};

	sys2(__NR_nanosleep, &ts, 0);
}

/* The state letter of a task, '\0' when there is none. */
static char task_state(long tid)
{
	char path[32], stat[256], *p;
	size_t at = truth_text(path, sizeof(path), 0, "/proc/");
	long fd, n;

	at = truth_number(path, sizeof(path), at, tid);
	truth_text(path, sizeof(path), at, "/stat");
	fd = sys2(__NR_open, path, O_RDONLY);
	if (fd < 0)
		return '\0';
	n = sys3(__NR_read, fd, stat, sizeof(stat) - 1);
	sys1(__NR_close, fd);
	if (n <= 0)
		return '\0';
	/* The name between the parentheses may hold anything, the rest no parenthesis. */
	for (p = stat + n; p > stat && p[-1] != ')'; p--)
		;
	return p > stat && p + 1 < stat + n ? p[1] : '\0';
}

void sample_wait_asleep(long tid)
{
	while (task_state(tid) != 'S')
		sample_sleep_us(200);
}

void sample_wait_gone(long tid)
{
	char state;

	while ((state = task_state(tid)) != '\0' && state != 'Z' && state != 'X')
		sample_sleep_us(200);
}

static __attribute__((noreturn)) void finish(const struct sample *s, int code)
{
	static char text[12288];
	size_t at = truth_text(text, sizeof(text), 0, s->name);

	at = truth_text(text, sizeof(text), at, ": ");
	at = truth_number(text, sizeof(text), at, s->rounds);
	at = truth_text(text, sizeof(text), at, " rounds done\n");
	/* The two entries still to come belong to the account too. */
	truth_add(PLAIN_PATH, PLAIN_ABI, __NR_write);
	truth_add(PLAIN_PATH, PLAIN_ABI, __NR_exit_group);
	if (s->want_truth)
		at += truth_print(text + at, sizeof(text) - at, s->others_enter ? "rows" : "all");
	plain_call(__NR_write, STANDARD_OUTPUT, (long)text, (long)at, 0, 0, 0);
	plain_call(__NR_exit_group, code, 0, 0, 0, 0, 0);
	__builtin_unreachable();
}

/* Called by _start with the initial stack: argc, argv, NULL, envp, NULL, auxiliary vector. */
__attribute__((noreturn, used)) void sample_start(long *stack);

void sample_start(long *stack)
{
	static struct sample s;
	long argc = stack[0], n;
	const long *aux;
	char **env;

	s.argv = (char **)(stack + 1);
	s.envp = env = s.argv + argc + 1;
	s.word = "";
	s.rounds = ROUNDS_DEFAULT;
	s.name = s.argv[0];
	for (const char *p = s.argv[0]; *p; p++)
		if (*p == '/')
			s.name = p + 1;
	while (*env)
		env++;
	for (aux = (const long *)(env + 1); aux[0] != AT_NULL; aux += 2)
		if (aux[0] == AT_SYSINFO)
			s.sysinfo = (unsigned long)aux[1];
	s.vdso = truth_vdso_path(s.sysinfo);
	for (long i = 1; i < argc; i++) {
		char head[8];

		truth_text(head, sizeof(head), 0, s.argv[i]);
		if (same_text(s.argv[i], "--truth"))
			s.want_truth = true;
		else if (same_text(head, "--join=") && number(s.argv[i] + 7, &n))
			truth_join(&s, s.argv[i], n);
		else if (number(s.argv[i], &n))
			s.rounds = (unsigned)n;
		else
			s.word = s.argv[i];
	}
	finish(&s, sample_main(&s));
}
