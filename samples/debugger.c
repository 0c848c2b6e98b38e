/* SPDX-License-Identifier: MIT */
/*
 * A program that traces its child, and does not look at what ptrace(2) answers: as
 * long as nobody else traces it, each way ends with "the child is seen". Otherwise
 * it must come to an end, too.
 *
 *   debugger WORD
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* To its end, as simple debuggers do it: no WUNTRACED, and no look at errors. */
static int follow(pid_t child)
{
	int status, stops = 0;

	while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		stops++;
		if (ptrace(PTRACE_CONT, child, 0, 0) != 0)
			break;
	}
	return stops;
}

static int traceme(void)
{
	pid_t child = fork();

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(4);
	}
	return follow(child);
}

static int traceme_exec(void)
{
	pid_t child = fork();

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl("/bin/true", "true", (char *)NULL);
		_exit(4);
	}
	return follow(child);
}

static int attach(enum __ptrace_request how)
{
	pid_t child = fork();
	int status, stops = 0;

	if (child == 0) {
		for (;;)
			pause();
	}
	usleep(20000);
	ptrace(how, child, 0, 0);
	if (how != PTRACE_ATTACH)
		ptrace(PTRACE_INTERRUPT, child, 0, 0);
	stops += waitpid(child, &status, 0) == child && WIFSTOPPED(status);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return stops;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	int seen = 0;

	if (strcmp(word, "traceme") == 0)
		seen = traceme();
	else if (strcmp(word, "exec") == 0)
		seen = traceme_exec();
	else if (strcmp(word, "attach") == 0)
		seen = attach(PTRACE_ATTACH);
	else if (strcmp(word, "seize") == 0)
		seen = attach(PTRACE_SEIZE);
	puts(seen ? "the child is seen" : "nothing is seen");
	return seen ? 0 : 3;
}
