/* SPDX-License-Identifier: MIT */
#include "tracee/procfs.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

enum procfs_kind procfs_check(void)
{
	struct statfs fs;
	char self[32];
	ssize_t n;

	if (statfs("/proc", &fs) != 0 || fs.f_type != PROC_SUPER_MAGIC)
		return PROCFS_ABSENT;
	n = readlink("/proc/self", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	return strtol(self, NULL, 10) == getpid() ? PROCFS_OURS : PROCFS_FOREIGN;
}

static void proc_path(char *out, size_t n, pid_t pid, const char *name)
{
	snprintf(out, n, "/proc/%d/%s", (int)pid, name);
}

char *procfs_read(pid_t pid, const char *name, size_t *n)
{
	char path[64];
	size_t room = 4096, used = 0;
	auto_free char *buf = NULL;
	auto_close int fd = -1;

	proc_path(path, sizeof(path), pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	buf = xrealloc(NULL, room, 1);
	for (;;) {
		ssize_t got = read(fd, buf + used, room - used - 1);

		if (got < 0)
			return NULL;
		if (got == 0)
			break;
		used += (size_t)got;
		if (room - used < 2048)
			buf = xrealloc(buf, room *= 2, 1);
	}
	buf[used] = '\0';
	if (n)
		*n = used;
	return steal_ptr(buf);
}

char *procfs_link(pid_t pid, const char *name)
{
	char path[64], to[PATH_MAX];
	ssize_t n;

	proc_path(path, sizeof(path), pid, name);
	n = readlink(path, to, sizeof(to) - 1);
	if (n < 0)
		return NULL;
	to[n] = '\0';
	return xstrdup(to);
}

bool procfs_find_number(const char *text, const char *key, int base, uint64_t *value)
{
	size_t len = strlen(key);

	for (const char *line = text; line && *line;) {
		if (strncmp(line, key, len) == 0 && line[len] == ':') {
			*value = strtoull(line + len + 1, NULL, base);
			return true;
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return false;
}

bool procfs_status(pid_t pid, const char *key, int base, uint64_t *value)
{
	auto_free char *text = procfs_read(pid, "status", NULL);

	return procfs_find_number(text, key, base, value);
}

bool procfs_effective_uid(pid_t pid, uint64_t *euid)
{
	auto_free char *text = procfs_read(pid, "status", NULL);
	const char *line = text ? strstr(text, "\nUid:\t") : NULL;
	char *end;

	if (!line)
		return false;
	strtoull(line + strlen("\nUid:\t"), &end, 10);
	*euid = strtoull(end, NULL, 10);
	return true;
}

char procfs_state(pid_t tid)
{
	auto_free char *text = procfs_read(tid, "stat", NULL);
	const char *p = text ? strrchr(text, ')') : NULL;

	return p && p[1] == ' ' ? p[2] : '?';
}

uint64_t procfs_personality(pid_t pid)
{
	auto_free char *text = procfs_read(pid, "personality", NULL);

	return text ? strtoull(text, NULL, 16) : UINT64_MAX;
}

bool procfs_signals(pid_t pid, uint64_t *ignored, uint64_t *caught)
{
	auto_free char *text = procfs_read(pid, "status", NULL);

	return procfs_find_number(text, "SigIgn", 16, ignored) && procfs_find_number(text, "SigCgt", 16, caught);
}

bool procfs_text_is_init(const char *status)
{
	const char *line = status ? strstr(status, "\nNSpid:") : NULL;
	size_t len = line ? strcspn(line + 1, "\n") : 0;

	/* One number for each namespace, ours first and its own last. */
	return len > 2 && strncmp(line + 1 + len - 2, "\t1", 2) == 0;
}

bool procfs_is_namespace_init(pid_t pid)
{
	auto_free char *text = procfs_read(pid, "status", NULL);

	return pid != 1 && procfs_text_is_init(text);
}

bool procfs_text_ticks(const char *stat, unsigned long *user, unsigned long *system)
{
	/* The name in parentheses may hold anything, parentheses too; times are fields 14 and 15. */
	const char *p = stat ? strrchr(stat, ')') : NULL;

	return p && sscanf(p, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", user, system) == 2;
}

bool procfs_cpu(pid_t pid, double *user, double *system)
{
	auto_free char *text = procfs_read(pid, "stat", NULL);
	unsigned long ticks[2];

	if (!procfs_text_ticks(text, &ticks[0], &ticks[1]))
		return false;
	*user = (double)ticks[0] / (double)sysconf(_SC_CLK_TCK);
	*system = (double)ticks[1] / (double)sysconf(_SC_CLK_TCK);
	return true;
}
