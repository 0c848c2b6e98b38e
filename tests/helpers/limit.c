/* SPDX-License-Identifier: MIT */
/*
 * limit [-n] SECONDS COMMAND...: no test hangs.
 *
 * Runs COMMAND and exits as it did (128 + N for a signal). When the time is
 * over, all that descends from it is killed, and the exit code is 124. With -n
 * nothing may be left behind: what lives on two seconds after COMMAND's end is
 * named, killed, and the exit code is 123.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMED_OUT = 124, LEFT_BEHIND = 123, GRACE_SECONDS = 2 };

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Calls what(pid, name) for each child of this process; orphaned descendants are its children too. */
static unsigned each_child(void (*what)(pid_t pid, const char *name))
{
	DIR *proc = opendir("/proc");
	unsigned found = 0;
	struct dirent *e;

	while (proc && (e = readdir(proc))) {
		char path[300], stat[512], *close;
		int pid = atoi(e->d_name), ppid;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		if (pid <= 0 || !(f = fopen(path, "r")))
			continue;
		stat[0] = '\0';
		if (fgets(stat, sizeof(stat), f) && (close = strrchr(stat, ')')) &&
		    sscanf(close, ") %*c %d", &ppid) == 1 && ppid == getpid()) {
			found++;
			*close = '\0';
			what(pid, strchr(stat, '(') + 1);
		}
		fclose(f);
	}
	if (proc)
		closedir(proc);
	return found;
}

static void kill_child(pid_t pid, const char *name)
{
	(void)name;
	kill(pid, SIGKILL);
}

static void name_child(pid_t pid, const char *name)
{
	fprintf(stderr, "limit: left behind: %s (%d)\n", name, (int)pid);
}

static void kill_all(void)
{
	/* Each round orphans the children of the killed, which then are ours (subreaper). */
	while (each_child(kill_child))
		while (waitpid(-1, NULL, __WALL | WNOHANG) > 0)
			;
}

/* Waits for one child, or any (-1), until the deadline. 0: the deadline came first; -1: there is none. */
static pid_t wait_until(pid_t pid, double deadline, int *status)
{
	sigset_t chld;
	pid_t got;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	while ((got = waitpid(pid, status, __WALL | WNOHANG)) == 0) {
		double left = deadline - now();
		struct timespec ts = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};

		if (left <= 0)
			return 0;
		sigtimedwait(&chld, NULL, &ts);
	}
	return got;
}

int main(int argc, char **argv)
{
	bool none_left = argc > 1 && strcmp(argv[1], "-n") == 0;
	char **args = argv + (none_left ? 2 : 1);
	sigset_t chld, before;
	double deadline;
	int status = 0, code;
	pid_t pid, got;

	if (argc < (none_left ? 4 : 3)) {
		fputs("usage: limit [-n] SECONDS COMMAND...\n", stderr);
		return 125;
	}
	deadline = now() + atof(args[0]);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &before);
	if (none_left)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		execvp(args[1], args + 1);
		fprintf(stderr, "limit: %s: %s\n", args[1], strerror(errno));
		_exit(127);
	}
	got = wait_until(pid, deadline, &status);
	if (got != pid) {
		fprintf(stderr, "limit: still running after %s s: killed\n", args[0]);
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		kill_all();
		return TIMED_OUT;
	}
	code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	if (!none_left)
		return code;
	deadline = now() + GRACE_SECONDS;
	while ((got = wait_until(-1, deadline, &status)) > 0)
		;
	if (got < 0)
		return code;
	each_child(name_child);
	kill_all();
	return LEFT_BEHIND;
}
