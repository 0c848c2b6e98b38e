/* SPDX-License-Identifier: MIT */
/*
 * state: prints what a program inherits: arguments, environment, descriptors,
 * signal mask and dispositions, limits, and the rest that a launcher could
 * leak into or take away from it. Traced and untraced must print the same.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static void print_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char path[300], target[300];
		int fd = atoi(e->d_name);
		ssize_t n;

		if (e->d_name[0] == '.' || fd == dirfd(d))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		/* Pipes and sockets have a number of their own in their names. */
		target[strcspn(target, "[")] = '\0';
		printf("fd %d %s flags %#x cloexec %d\n", fd, fd > 2 ? target : "-",
		       (unsigned)fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
	}
	if (d)
		closedir(d);
}

static void print_status(void)
{
	static const char *const keys[] = {"Umask:", "SigPnd:", "ShdPnd:", "SigBlk:", "SigIgn:", "SigCgt:",
					   "Uid:", "Gid:", "Groups:", "CapInh:", "CapPrm:", "CapEff:",
					   "CapBnd:", "CapAmb:", "Cpus_allowed:", "Threads:"};
	FILE *f = fopen("/proc/self/status", "r");
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			if (strncmp(line, keys[i], strlen(keys[i])) == 0)
				fputs(line, stdout);
	if (f)
		fclose(f);
}

int main(int argc, char **argv)
{
	char cwd[4096];
	int value = -1;

	for (int i = 0; i < argc; i++)
		printf("argv[%d] %s\n", i, argv[i]);
	for (char **e = environ; *e; e++)
		printf("env %s\n", *e);
	print_descriptors();
	print_status();
	for (int r = 0; r < RLIM_NLIMITS; r++) {
		struct rlimit limit;

		if (getrlimit((__rlimit_resource_t)r, &limit) == 0)
			printf("limit %d %llu %llu\n", r, (unsigned long long)limit.rlim_cur,
			       (unsigned long long)limit.rlim_max);
	}
	printf("cwd %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : "?");
	printf("nice %d\n", getpriority(PRIO_PROCESS, 0));
	printf("seccomp %d, no new privileges %d\n", prctl(PR_GET_SECCOMP, 0, 0, 0, 0),
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	printf("death signal %d\n", prctl(PR_GET_PDEATHSIG, &value) == 0 ? value : -1);
	printf("subreaper %d\n", prctl(PR_GET_CHILD_SUBREAPER, &value) == 0 ? value : -1);
	printf("dumpable %d\n", prctl(PR_GET_DUMPABLE));
	printf("timer slack %d\n", prctl(PR_GET_TIMERSLACK));
	printf("process group is %s\n", getpgrp() == getpid() ? "its own" : "inherited");
	printf("session is %s\n", getsid(0) == getpid() ? "its own" : "inherited");
	return 0;
}
