/* SPDX-License-Identifier: MIT */
#include "sandbox/sandbox.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* What each role may call. Names that its architecture lacks are passed over. */
static const char *const calls_common[] = {
	"read", "pread64", "recvmsg", "recvfrom", "sendmsg", "sendto", "recv", "send", "socketcall",
	"close", "lseek", "_llseek", "munmap", "mremap",
	"brk", "madvise", "rt_sigreturn", "sigreturn", "setitimer", "exit", "exit_group", "futex",
	"gettimeofday", "clock_gettime", "clock_gettime64", "getpid", "gettid", "restart_syscall",
	"rt_sigprocmask", "getrandom", NULL,
};

static const char *const calls_files[] = {
	"newfstatat", "fstat", "statx", "stat", "lstat", "access", "faccessat", "faccessat2", "readlink",
	"readlinkat", "getcwd", "fcntl", "getdents64", "sysinfo", "mprotect", NULL,
};

static const char *const calls_handed[] = {
	"fstat", "newfstatat", "fcntl", NULL,
};

struct role {
	uint32_t arch;
	const char *const *more; /* beside calls_common, or NULL */
	rlim_t address_space, cpu_seconds, files;
	rlim_t file_size; /* that it may write */
};

static const struct role roles[SANDBOX_ROLES] = {
	[SANDBOX_SYMBOLS] = {SCMP_ARCH_X86_64, calls_files, 8ULL << 30, 600, 4096},
	[SANDBOX_UNWIND_32] = {SCMP_ARCH_X86, NULL, 2ULL << 30, 3600, 1024},
	[SANDBOX_UNWIND_64] = {SCMP_ARCH_X86_64, NULL, 8ULL << 30, 3600, 1024},
	/* A reader of one file after the other; who takes too long with one is ended by its master. */
	[SANDBOX_SCAN] = {SCMP_ARCH_X86_64, calls_handed, 512ULL << 20, 86400, 64, 2ULL << 30},
};

static int allow(scmp_filter_ctx ctx, const char *const *names)
{
	for (; *names; names++) {
		/* The native number, or libseccomp's own for a name that only the other one has. */
		int nr = seccomp_syscall_resolve_name(*names);
		int rc = nr == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);

		if (rc < 0 && rc != -EEXIST && rc != -EDOM)
			return rc;
	}
	return 0;
}

/* mmap never executable; open only for reading; writing only to the spool. */
static int allow_guarded(scmp_filter_ctx ctx, const struct role *r)
{
	/* i386 has its arguments in registers only with mmap2. */
	int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
				  r->arch == SCMP_ARCH_X86 ? SCMP_SYS(mmap2) : SCMP_SYS(mmap), 1,
				  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	if (rc == 0 && r->more == calls_files)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				      SCMP_A2(SCMP_CMP_MASKED_EQ,
					      O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY));
	if (rc == 0 && r->more == calls_files)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
				      SCMP_A1(SCMP_CMP_MASKED_EQ,
					      O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY));
	if (rc == 0 && r->file_size) {
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(pwrite64), 1,
				      SCMP_A0(SCMP_CMP_EQ, SANDBOX_SCAN_SPOOL));
		if (rc == 0)
			rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ftruncate), 1,
					      SCMP_A0(SCMP_CMP_EQ, SANDBOX_SCAN_SPOOL));
	}
	return rc;
}

static int build(enum sandbox_role role, scmp_filter_ctx *out)
{
	const struct role *r = &roles[role];
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc = 0;

	if (!ctx)
		return -ENOMEM;
	if (r->arch != seccomp_arch_native()) {
		rc = seccomp_arch_add(ctx, r->arch);
		if (rc == 0)
			rc = seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
	}
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = allow(ctx, calls_common);
	if (rc == 0 && r->more)
		rc = allow(ctx, r->more);
	if (rc == 0)
		rc = allow_guarded(ctx, r);
	if (rc < 0) {
		seccomp_release(ctx);
		return rc;
	}
	*out = ctx;
	return 0;
}

int sandbox_filter(enum sandbox_role role, struct sock_filter **prog, size_t *len)
{
	scmp_filter_ctx ctx;
	int rc = build(role, &ctx);

	if (rc < 0)
		return rc;
	auto_close int fd = memfd_create("filter", MFD_CLOEXEC);

	rc = fd < 0 ? -errno : seccomp_export_bpf(ctx, fd);
	seccomp_release(ctx);
	if (rc < 0)
		return rc;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	size_t size = (size_t)st.st_size;
	auto_free struct sock_filter *code = xcalloc(1, size);

	if (pread(fd, code, size, 0) != (ssize_t)size)
		return -EIO;
	*len = size / sizeof(*code);
	*prog = steal_ptr(code);
	return 0;
}

int sandbox_limits(enum sandbox_role role)
{
	const struct role *r = &roles[role];
	const struct {
		__rlimit_resource_t what;
		rlim_t value;
	} limits[] = {
#ifndef __SANITIZE_ADDRESS__ /* whose shadow alone is terabytes of address space */
		{RLIMIT_AS, r->address_space},
#endif
		{RLIMIT_CPU, r->cpu_seconds},
		{RLIMIT_NOFILE, r->files},
		{RLIMIT_CORE, 0},
		{RLIMIT_FSIZE, r->file_size},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit now;

		if (getrlimit(limits[i].what, &now) < 0)
			return -errno;
		rlim_t value = limits[i].value < now.rlim_max ? limits[i].value : now.rlim_max;

		if (setrlimit(limits[i].what, &(struct rlimit){value, value}) < 0)
			return -errno;
	}
	return 0;
}

int sandbox_enter(enum sandbox_role role)
{
	scmp_filter_ctx ctx;
	int rc = sandbox_limits(role);

	if (rc == 0)
		rc = build(role, &ctx);
	if (rc < 0)
		return rc;
	/* libseccomp sets NO_NEW_PRIVS by itself. */
	rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc;
}
