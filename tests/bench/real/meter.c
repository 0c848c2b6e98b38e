/* SPDX-License-Identifier: MIT */
/*
 * meter FILE SECONDS COMMAND [ARG...]: what a command and all that it starts cost.
 *
 * FILE gets one line: the command's exit code, wall seconds, CPU seconds (user + system)
 * of the command and of every descendant, those included that outlived their parents:
 * they are waited for. With a tracer as the command this is program and tracer together.
 * SIGTERM, SIGINT and SIGHUP go on to the command. After SECONDS all is killed and the
 * exit code is 124.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t last_signal;

static void note_signal(int signal)
{
	last_signal = signal;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double cpu_of_children(void)
{
	struct rusage ru;

	getrusage(RUSAGE_CHILDREN, &ru);
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
	       (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) * 1e-6;
}

/* Kills those that are our children, again and again: the children of the killed become ours. */
static void kill_all(void)
{
	char list[64], text[4096];
	size_t n;
	FILE *f;

	snprintf(list, sizeof(list), "/proc/self/task/%d/children", (int)getpid());
	f = fopen(list, "r");
	if (!f)
		return;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	for (char *s = text, *end; *s; s = end) {
		long pid = strtol(s, &end, 10);

		if (end == s)
			break;
		if (pid > 0)
			kill((pid_t)pid, SIGKILL);
	}
}

/* Waits for the command and for what it leaves behind; its status. */
static int wait_for_all(pid_t command, double until)
{
	int status, result = 124, over = 0;
	pid_t ended;

	for (;;) {
		ended = waitpid(-1, &status, 0);
		if (ended == command && !over)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (ended < 0 && errno == ECHILD)
			return result;
		if (now() > until) {
			over = 1;
			result = 124;
			kill_all();
			alarm(1);
		} else if (ended < 0 && last_signal && last_signal != SIGALRM) {
			kill(command, last_signal);
			last_signal = 0;
		}
	}
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = note_signal};
	double from = now(), seconds = argc > 2 ? strtod(argv[2], NULL) : 0;
	int result;
	pid_t command;
	FILE *f;

	if (argc < 4 || seconds < 1 || seconds > 86400) {
		fprintf(stderr, "usage: meter FILE SECONDS COMMAND [ARG...]\n");
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	command = fork();
	if (command == 0) {
		execvp(argv[3], argv + 3);
		fprintf(stderr, "meter: cannot run %s: %s\n", argv[3], strerror(errno));
		_exit(127);
	}
	sigaction(SIGALRM, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	alarm((unsigned)seconds + 1);
	result = wait_for_all(command, from + seconds);
	f = fopen(argv[1], "w");
	if (!f || fprintf(f, "%d %.6f %.6f\n", result, now() - from, cpu_of_children()) < 0 || fclose(f) != 0) {
		fprintf(stderr, "meter: cannot write %s\n", argv[1]);
		return 2;
	}
	return result;
}
