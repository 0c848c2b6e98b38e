/* SPDX-License-Identifier: MIT */
#include "kernel/explain.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define BTF_FILE "/sys/kernel/btf/vmlinux"
#define LOCKDOWN_FILE "/sys/kernel/security/lockdown"

/* The newest of what the program in the kernel needs: bpf_loop() and bpf_find_vma(). */
#define NEEDS_MAJOR 5
#define NEEDS_MINOR 17

static bool has_capability(unsigned cap)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) != 0)
		return true;
	return data[cap / 32].effective >> cap % 32 & 1;
}

static bool too_old(char *release, size_t size)
{
	struct utsname u;
	unsigned major = 0, minor = 0;

	if (uname(&u) != 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2)
		return false;
	snprintf(release, size, "%u.%u", major, minor);
	return major < NEEDS_MAJOR || (major == NEEDS_MAJOR && minor < NEEDS_MINOR);
}

/* "none [integrity] confidentiality": the one in brackets holds. */
static bool locked_down(void)
{
	char text[128] = "";
	FILE *f = fopen(LOCKDOWN_FILE, "re");
	bool is;

	if (!f)
		return false;
	is = fgets(text, sizeof(text), f) && strstr(text, "[confidentiality]");
	fclose(f);
	return is;
}

int explain_load(int code, struct err *err)
{
	char release[32] = "";

	if (!has_capability(CAP_SYS_ADMIN) && !(has_capability(CAP_BPF) && has_capability(CAP_PERFMON)))
		return err_set(err, -EPERM,
			       "cannot count in the kernel: that needs root, or the capabilities CAP_BPF and CAP_PERFMON");
	if (too_old(release, sizeof(release)))
		return err_set(err, -ENOSYS,
			       "cannot count in the kernel: this is Linux %s, and the program for that needs Linux %d.%d",
			       release, NEEDS_MAJOR, NEEDS_MINOR);
	if (access(BTF_FILE, R_OK) != 0)
		return err_set(err, -ENOENT,
			       "cannot count in the kernel: it does not describe its types: there is no " BTF_FILE " (in a container: mount /sys)");
	if (locked_down())
		return err_set(err, -EPERM,
			       "cannot count in the kernel: it is locked down (" LOCKDOWN_FILE " says confidentiality), so that nobody may read its memory");
	return err_set(err, code, "cannot count in the kernel: it refused the program: %s", strerror(-code));
}
