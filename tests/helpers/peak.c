/* SPDX-License-Identifier: MIT */
/*
 * peak FILE COMMAND...: runs COMMAND and writes to FILE the largest peak
 * resident size, in KiB, of any process that ran COMMAND's own program file:
 * of all of entrytrace's processes, that is, and of none that it traces.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long high_water_mark(const char *pid)
{
	char path[64], line[128];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static long sample(const struct stat *program)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	long most = 0;

	while (proc && (e = readdir(proc))) {
		char path[64];
		struct stat exe;
		long kib;

		snprintf(path, sizeof(path), "/proc/%.20s/exe", e->d_name);
		if (e->d_name[0] < '0' || e->d_name[0] > '9' || stat(path, &exe) != 0 ||
		    exe.st_ino != program->st_ino || exe.st_dev != program->st_dev)
			continue;
		kib = high_water_mark(e->d_name);
		most = kib > most ? kib : most;
	}
	if (proc)
		closedir(proc);
	return most;
}

int main(int argc, char **argv)
{
	struct timespec pause = {0, 10 * 1000 * 1000};
	long peak = 0, here;
	struct stat program;
	int status = 0;
	pid_t pid;
	FILE *f;

	if (argc < 3 || stat(argv[2], &program) != 0) {
		fputs("usage: peak FILE COMMAND..., COMMAND by its path\n", stderr);
		return 125;
	}
	pid = fork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		fprintf(stderr, "peak: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	/* The mark only ever grows, so what is read last is what counts. */
	while (waitpid(pid, &status, WNOHANG) == 0) {
		here = sample(&program);
		peak = here > peak ? here : peak;
		nanosleep(&pause, NULL);
	}
	f = fopen(argv[1], "w");
	if (!f || fprintf(f, "%ld\n", peak) < 0 || fclose(f) != 0)
		perror(argv[1]);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
