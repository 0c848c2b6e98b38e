/* SPDX-License-Identifier: MIT */
/*
 * A program to attach to: for each byte on its standard input it makes ROUNDS
 * calls of getppid by int 0x80 and ROUNDS of getuid32 through the vDSO, and
 * answers "." on standard output. It ends at the end of its input. With the
 * word "Nx" it has N more threads that do the same. With the word "filtered" a
 * seccomp filter of its own leaves the calls through the vDSO to a tracer (TRACE).
 *
 *   serve [ROUNDS [Nx | filtered]]
 */
#include "support/threads.h"

#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#define THREADS_MAX 64

static void serve(const struct sample *s)
{
	char c;

	while (sys3(__NR_read, 0, &c, 1) == 1) {
		for (unsigned i = 0; i < s->rounds; i++) {
			sys0(__NR_getppid);
			if (s->sysinfo)
				vdso_call(s, __NR_getuid32, 0, 0, 0, 0);
		}
		sys3(__NR_write, 1, ".", 1);
	}
}

static void leave_to_tracer(const struct sample *s, long nr)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(*code), code};

	sys5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (sys5(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
		sample_skip(s, "this system lets no seccomp filter be installed");
}

static void run(struct thread *self)
{
	serve(self->argument);
}

int sample_main(struct sample *s)
{
	static struct thread threads[THREADS_MAX];
	unsigned n = 0;

	for (const char *p = s->word; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (unsigned)(*p - '0');
	if (n > THREADS_MAX)
		sample_fail(s, "too many threads", (long)n);
	if (same_text(s->word, "filtered"))
		leave_to_tracer(s, __NR_getuid32);
	for (unsigned i = 0; i < n; i++)
		thread_start(s, &threads[i], run, s);
	serve(s);
	for (unsigned i = 0; i < n; i++)
		thread_join(&threads[i]);
	return 0;
}
