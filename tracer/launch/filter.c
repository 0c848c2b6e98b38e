/* SPDX-License-Identifier: MIT */
#include "launch/filter.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const uint32_t tables[] = {SCMP_ARCH_X86, SCMP_ARCH_X86_64, SCMP_ARCH_X32};

/* A filter's length is limited (linux/bpf_common.h, BPF_MAXINSNS). */
enum { PROGRAM_MAX = 4096 };

struct program {
	struct sock_filter insn[PROGRAM_MAX];
	size_t n;
};

static int build(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && rc >= 0; i++) {
		rc = seccomp_arch_add(ctx, tables[i]);
		if (rc == -EEXIST)
			rc = 0;
	}
	if (rc >= 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(0));
	/* The kernel's own errno, not libseccomp's summary of it. */
	if (rc >= 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1);
	return rc;
}

/* libseccomp cannot look at the instruction pointer, so this part is made by hand. */
static void let_pass(const struct filter_pass *pass, struct program *p)
{
	const uint32_t ip = offsetof(struct seccomp_data, instruction_pointer);
	const struct sock_filter prologue[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 7),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ip + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ip),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, pass->from, 0, 3),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, pass->offset, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	memcpy(p->insn + p->n, prologue, sizeof(prologue));
	p->n += sizeof(prologue) / sizeof(prologue[0]);
}

static int append_exported(scmp_filter_ctx ctx, struct program *p)
{
	auto_close int from = -1, to = -1;
	ssize_t size;
	int ends[2], rc;

	/* A few dozen instructions: they fit into a pipe, which no limit on files' sizes is about. */
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return -errno;
	from = ends[0];
	to = ends[1];
	rc = seccomp_export_bpf(ctx, to);
	if (rc < 0)
		return rc;
	size = read(from, p->insn + p->n, (PROGRAM_MAX - p->n) * sizeof(*p->insn));
	if (size <= 0)
		return -EIO;
	p->n += (size_t)size / sizeof(*p->insn);
	return 0;
}

static int load(struct program *p)
{
	struct sock_fprog prog = {.len = (unsigned short)p->n, .filter = p->insn};

	/* A filter must not switch on speculation limits that the program runs without (Linux 4.17). */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog) == 0)
		return 0;
	if (errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	return -errno;
}

int filter_install(const struct filter_pass *pass, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRACE(0));
	struct program program = {.n = 0};
	int rc = ctx ? build(ctx) : -ENOMEM;

	if (pass->on)
		let_pass(pass, &program);
	if (rc >= 0)
		rc = append_exported(ctx, &program);
	if (rc >= 0)
		rc = load(&program);
	if (rc == -EACCES) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		rc = load(&program);
	}
	if (ctx)
		seccomp_release(ctx);
	if (rc < 0)
		return err_set(err, rc,
			       "cannot install the seccomp filter: %s; is seccomp denied here (a container's profile), or the kernel built without CONFIG_SECCOMP_FILTER?",
			       strerror(-rc));
	return 0;
}
