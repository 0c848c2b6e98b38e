/* SPDX-License-Identifier: MIT */
/*
 * Programs that send and take signals, for tests of what reaches whom.
 *
 * signals group N             handles N, sends it to its process group; exits 3
 * signals group-dies N        sends N, unhandled, to its process group
 * signals group-each N...     as group, for each in turn
 * signals tell-parent N [V]   sends N to its parent, with the value V if given; exits 4
 * signals count N             handles N until SIGTERM or end of input comes: prints how often; exits 5
 * signals ignore N...         ignores them, and waits for end of input; exits 6
 * signals sleep-after-stop    stops itself by SIGSTOP; a child of its own continues it; exits 8
 * signals stop-tracer         sends SIGSTOP to the one who traces it, then works on; exits 9
 * signals hold PID            holds that process in a ptrace-stop until end of input; prints "held"
 * signals in-group CMD...     becomes CMD in a process group of its own
 * signals in-session CMD...   the same in a session of its own
 * signals parent N CMD...     starts CMD; prints who sent N and with which value; exits as CMD
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t came;
static volatile sig_atomic_t over;

static void on_signal(int sig)
{
	(void)sig;
	came++;
}

static void on_end(int sig)
{
	(void)sig;
	over = 1;
}

static void handle(int sig, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigaction(sig, &sa, NULL);
}

static int to_group(int sig)
{
	handle(sig, on_signal);
	came = 0;
	kill(0, sig);
	/* What others make of it must not be quicker than they are. */
	nanosleep(&(struct timespec){0, 20000000}, NULL);
	for (int i = 0; i < 1000 && !came; i++)
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	return came == 1 ? 0 : -1;
}

static int group_each(char **numbers)
{
	for (; *numbers; numbers++) {
		if (to_group(atoi(*numbers)) != 0) {
			printf("signal %s came %d times\n", *numbers, (int)came);
			return 1;
		}
	}
	puts("all handled");
	return 3;
}

static int tell_parent(int sig, const char *value)
{
	if (value)
		sigqueue(getppid(), sig, (union sigval){.sival_int = atoi(value)});
	else
		kill(getppid(), sig);
	return 4;
}

static int count(int sig)
{
	char c;

	handle(sig, on_signal);
	handle(SIGTERM, on_end);
	puts("ready");
	fflush(stdout);
	while (!over) {
		ssize_t n = read(0, &c, 1);

		if (n == 0 || (n < 0 && errno != EINTR))
			break;
	}
	printf("came %d\n", (int)came);
	return 5;
}

static int ignore(char **numbers)
{
	char c;

	for (; *numbers; numbers++)
		signal(atoi(*numbers), SIG_IGN);
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) != 0)
		continue;
	return 6;
}

static int sleep_after_stop(void)
{
	pid_t self = getpid();

	if (fork() == 0) {
		nanosleep(&(struct timespec){0, 300000000}, NULL);
		kill(self, SIGCONT);
		_exit(0);
	}
	raise(SIGSTOP);
	puts("goes on");
	return 8;
}

static int stop_tracer(void)
{
	char line[128];
	int tracer = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "TracerPid: %d", &tracer);
	if (tracer)
		kill(tracer, SIGSTOP);
	for (int i = 0; i < 100; i++)
		getppid();
	if (fork() == 0)
		_exit(0);
	wait(NULL);
	printf("done, %s\n", tracer ? "traced" : "alone");
	return 9;
}

static int hold(pid_t pid)
{
	char c;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0 || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0)
		return 77;
	waitpid(pid, NULL, __WALL);
	puts("held");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		continue;
	return 0;
}

static int parent(int sig, char **command)
{
	const struct timespec limit = {10, 0};
	siginfo_t si;
	sigset_t set;
	pid_t child;
	int status;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		execvp(command[0], command);
		_exit(127);
	}
	if (sigtimedwait(&set, &si, &limit) < 0)
		puts("nothing came");
	else
		printf("signal %d from %s, value %d\n", sig, si.si_pid == child ? "the child" : "a stranger",
		       si.si_code == SI_QUEUE ? si.si_value.sival_int : -1);
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int sig = argc > 2 ? atoi(argv[2]) : 0;

	if (strcmp(what, "group") == 0 || strcmp(what, "group-each") == 0)
		return group_each(argv + 2);
	if (strcmp(what, "group-dies") == 0) {
		kill(0, sig);
		pause();
	}
	if (strcmp(what, "tell-parent") == 0)
		return tell_parent(sig, argc > 3 ? argv[3] : NULL);
	if (strcmp(what, "count") == 0)
		return count(sig);
	if (strcmp(what, "ignore") == 0)
		return ignore(argv + 2);
	if (strcmp(what, "sleep-after-stop") == 0)
		return sleep_after_stop();
	if (strcmp(what, "stop-tracer") == 0)
		return stop_tracer();
	if (strcmp(what, "hold") == 0)
		return hold(sig);
	if (strcmp(what, "parent") == 0 && argc > 3)
		return parent(sig, argv + 3);
	if (strncmp(what, "in-", 3) == 0 && argc > 2) {
		if (strcmp(what, "in-session") == 0 ? setsid() < 0 : setpgid(0, 0) != 0)
			return 2;
		execvp(argv[2], argv + 2);
		return 127;
	}
	fputs("signals: see its source for what it does\n", stderr);
	return 2;
}
