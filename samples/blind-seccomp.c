/* SPDX-License-Identifier: MIT */
/*
 * Shows a blind spot: the program's own seccomp filter answers getppid with an
 * error (ERRNO outranks a tracer's verdict, so no tracer sees those calls) and
 * turns getuid32 into SIGSYS (TRAP), by int 0x80 and through the vDSO. The account
 * names only what stays visible.
 */
#include "support/signals.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

enum { OUR_ERROR = 99 };

static volatile unsigned trapped;
static volatile unsigned long trapped_at;

static void on_sigsys(int sig, siginfo_t *info, struct ucontext *uc)
{
	(void)sig, (void)uc;
	trapped++;
	trapped_at = (unsigned long)info->_sifields._sigsys._call_addr;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
}

/* As vdso_call(), which would tell of it. */
static long through_the_vdso(const struct sample *s, long nr)
{
	__asm__ volatile("call *%[to]" : "+a"(nr) : [to] "r"(s->sysinfo) : "memory");
	return nr;
}

int sample_main(struct sample *s)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, __builtin_offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | OUR_ERROR),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getuid32, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(*code), code};
	unsigned refused = 0, elsewhere = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO to return through");
	signal_handle(s, SIGSYS, (void *)on_sigsys, SA_SIGINFO);
	sys5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (sys5(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
		sample_skip(s, "this system lets no seccomp filter be installed");
	for (unsigned i = 0; i < s->rounds; i++) {
		/* Not in the account: what a tracer cannot see it cannot count. */
		refused += plain_call(__NR_getppid, 0, 0, 0, 0, 0, 0) == -OUR_ERROR;
		plain_call(__NR_getuid32, 0, 0, 0, 0, 0, 0);
		refused += through_the_vdso(s, __NR_getppid) == -OUR_ERROR;
		through_the_vdso(s, __NR_getuid32);
		elsewhere += trapped_at != truth_landing_pad(s->sysinfo);
		sys0(__NR_getgid32);
	}
	return refused != 2 * s->rounds || trapped != 2 * s->rounds || elsewhere;
}
