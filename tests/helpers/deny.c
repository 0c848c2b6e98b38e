/* SPDX-License-Identifier: MIT */
/*
 * deny WHAT COMMAND...: runs COMMAND under a seccomp filter that refuses
 *   ptrace       ptrace(2), as some containers do
 *   seccomp      the installation of seccomp filters
 *   perf         perf_event_open(2), as kernel.perf_event_paranoid does
 *   bpf          bpf(2), as a container does, or a kernel that is locked down
 *   memfd        memfd_create(2) with MFD_EXEC or without
 *   vm-read      process_vm_readv(2)
 *   close-range  close_range(2)
 *   old-kernel   PTRACE_GET_SYSCALL_INFO, as kernels before 5.3 do
 * so that the error messages for such systems can be seen on any.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

static const struct refusal {
	const char *what;
	int call, error;
	int arg0; /* -1: whatever it is */
} refusals[] = {
	{"ptrace", SCMP_SYS(ptrace), EPERM, -1},
	{"seccomp", SCMP_SYS(seccomp), EPERM, -1},
	{"seccomp", SCMP_SYS(prctl), EPERM, PR_SET_SECCOMP},
	{"perf", SCMP_SYS(perf_event_open), EACCES, -1},
	{"bpf", SCMP_SYS(bpf), EPERM, -1},
	{"memfd", SCMP_SYS(memfd_create), EACCES, -1},
	{"vm-read", SCMP_SYS(process_vm_readv), EPERM, -1},
	{"close-range", SCMP_SYS(close_range), EPERM, -1},
	{"old-kernel", SCMP_SYS(ptrace), EIO, PTRACE_GET_SYSCALL_INFO},
};

int main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	bool known = false;
	/* 32-bit calls go through: what is denied is denied to entrytrace, a 64-bit program. */
	int failed = !ctx || seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);

	for (size_t i = 0; argc > 2 && i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct scmp_arg_cmp first = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)r->arg0);

		if (strcmp(r->what, argv[1]) != 0)
			continue;
		known = true;
		failed |= seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO((unsigned)r->error), r->call,
						 r->arg0 >= 0, &first);
	}
	if (!known || failed || seccomp_load(ctx) != 0) {
		fputs("usage: deny ptrace|seccomp|perf|memfd|vm-read|close-range|old-kernel COMMAND...\n", stderr);
		return 125;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "deny: %s: %s\n", argv[2], strerror(errno));
	return 127;
}
