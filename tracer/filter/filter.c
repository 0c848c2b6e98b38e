/* SPDX-License-Identifier: MIT */
/* libseccomp's filters look at arguments call by call; this one looks at none but two, so it is made by hand. */
#include "filter/filter.h"

#include "syscalls/names.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STOP (SECCOMP_RET_TRACE | FILTER_STOP_DATA)

#define X32_BIT 0x40000000u

/* The low half: filters run on a little-endian machine. */
#define ARGUMENT(i) ((uint32_t)(offsetof(struct seccomp_data, args) + (i) * sizeof(uint64_t)))
#define FIELD(name) ((uint32_t)offsetof(struct seccomp_data, name))

/* Calls of 64-bit code for which the tracer has something to do, whoever makes them. */
static const char *const always[] = {"clone", "clone3", "fork", "vfork", "seccomp", "prctl", "ptrace"};

static void add(struct filter_program *p, struct sock_filter insn)
{
	p->insn[p->n++] = insn;
}

/* Behind it goes on if the word at offset equals k; else it stops the call. */
static void stop_unless(struct filter_program *p, uint16_t how, uint32_t k)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | how | BPF_K, k, 1, 0));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, STOP));
}

static void stop_if(struct filter_program *p, uint16_t how, uint32_t k)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | how | BPF_K, k, 0, 1));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, STOP));
}

static void load(struct filter_program *p, uint32_t offset)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

/* 64-bit code from above 4 GiB: a native program's own. */
static void skip_native(struct filter_program *p)
{
	stop_unless(p, BPF_JEQ, AUDIT_ARCH_X86_64);
	load(p, FIELD(instruction_pointer) + 4);
	stop_if(p, BPF_JEQ, 0);
	load(p, FIELD(nr));
	stop_if(p, BPF_JGE, X32_BIT);
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		stop_if(p, BPF_JEQ, (uint32_t)syscall_number(ABI_X86_64, always[i]));
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

/* The way of a counted entry is the shortest: five instructions. */
void filter_build(const struct filter_pass *pass, struct filter_program *p)
{
	p->n = 0;
	if (pass->secret || pass->skip_native)
		load(p, FIELD(arch));
	if (pass->secret) {
		add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 0, 6));
		load(p, ARGUMENT(5));
		add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, pass->secret, 2, 0));
		load(p, ARGUMENT(4));
		add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, pass->secret, 0, 1));
		add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
		add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, STOP));
	}
	if (pass->skip_native)
		skip_native(p);
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, STOP));
}

static int install(struct filter_program *p)
{
	struct sock_fprog prog = {.len = p->n, .filter = p->insn};

	/* A filter must not switch on speculation limits that the program runs without (Linux 4.17). */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog) == 0)
		return 0;
	if (errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	return -errno;
}

uint32_t filter_new_secret(void)
{
	/* Above the highest place for mappings, and more than 100 MiB below the lowest one for a stack. */
	const uint32_t from = 0xf8000000, size = 0x00800000;
	uint32_t random[2];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		random[0] = random[1] = (uint32_t)getpid() * 2654435761u;
	/* Odd, as hardly any argument is; eight bytes from there lie in one page. */
	return ((from + random[0] % size) & ~0xfffu) + ((random[1] % 0xff0) | 1);
}

int filter_install(const struct filter_pass *pass, struct err *err)
{
	struct filter_program program;
	int rc;

	filter_build(pass, &program);
	rc = install(&program);
	if (rc == -EACCES) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		rc = install(&program);
	}
	if (rc < 0)
		return err_set(err, rc,
			       "cannot install the seccomp filter: %s; is seccomp denied here (a container's profile), or the kernel built without CONFIG_SECCOMP_FILTER?",
			       strerror(-rc));
	return 0;
}
