/* SPDX-License-Identifier: MIT */
#include "stub/shut.h"

#include "stub/inject.h"
#include "tracee/memory.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

enum { NR_SECCOMP = 354 }; /* of the i386 table */

/* What the call is given, as a 32-bit program has it (linux/filter.h, struct sock_fprog). */
struct program {
	struct sock_filter insn;
	uint16_t len, zero;
	uint32_t insn_at;
};

_Static_assert(sizeof(struct program) == 16, "the i386 layout");

/* A place below the stack pointer, which no 32-bit code relies on. */
static uint32_t scratch_at(const struct injection *in)
{
	return ((uint32_t)in->before.rsp - 2 * (uint32_t)sizeof(struct program)) & ~15u;
}

static int install(struct injection *in, bool threads)
{
	const uint32_t at = scratch_at(in);
	const struct program p = {
		.insn = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		.len = 1,
		.insn_at = at,
	};
	const uint32_t flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW | (threads ? SECCOMP_FILTER_FLAG_TSYNC : 0);
	const uint32_t args[6] = {SECCOMP_SET_MODE_FILTER, flags, at + sizeof(p.insn)};
	struct program before;
	int32_t result;
	int rc = tracee_read(in->tid, taddr(at), &before, sizeof(before)) == sizeof(before) ? 0 : -EFAULT;

	if (rc == 0)
		rc = tracee_write(in->tid, taddr(at), &p, sizeof(p));
	if (rc < 0)
		return rc;
	rc = inject_call(in, NR_SECCOMP, args, &result);
	if (rc < 0)
		return rc;
	tracee_write(in->tid, taddr(at), &before, sizeof(before));
	/* Above 0 it is a thread that has other filters than this one. */
	return result > 0 ? -EBUSY : result;
}

int stub_shut(pid_t tid, struct space *space)
{
	int rc = inject_leave_exec(tid);

	return rc < 0 ? rc : stub_shut_running(tid, space, false);
}

int stub_shut_running(pid_t tid, struct space *space, bool threads)
{
	struct injection in;
	int rc, end;

	space_find_vdso(space, tid);
	if (space->vdso.insn == VDSO_INSN_NONE)
		return -ENOTSUP;
	/* Its int 0x80, whose end the first filter lets pass. */
	rc = inject_begin(&in, tid, (uint32_t)(space->vdso_base.v + space->vdso.landing_pad) - 2);
	if (rc < 0)
		return rc;
	rc = install(&in, threads);
	end = inject_end(&in);
	return rc < 0 ? rc : end;
}
