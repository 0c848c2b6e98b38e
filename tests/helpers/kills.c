/* SPDX-License-Identifier: MIT */
/*
 * kills VICTIM COUNT SECONDS ENTRYTRACE [OPTION...] -- PROGRAM [ARG...]
 *
 * Starts entrytrace with a program that goes on by itself, and after a random
 * time kills, by SIGKILL, one of its processes: "program", "child" (a process
 * that the program has made), "tracer" or "front". COUNT times. After a child,
 * the program is killed too. Each time, all that was started must be gone within
 * SECONDS: this process is the subreaper of them all and waits for each. Prints
 * how many runs failed, how many hit the victim, and the longest wait. Exits 0
 * when none failed. The random numbers are those of the seed in KILLS_SEED.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TASKS = 4096, LONGEST_US = 60000 };

struct task {
	pid_t pid, parent;
	char state;
};

struct family {
	struct task task[MAX_TASKS];
	size_t n;
	pid_t front, tracer, program;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void nap(unsigned us)
{
	nanosleep(&(struct timespec){us / 1000000, (long)(us % 1000000) * 1000}, NULL);
}

static bool text_of(pid_t pid, const char *name, char *out, size_t room)
{
	char path[64];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, out, room - 1) : -1;
	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool known(const struct family *f, pid_t pid)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->task[i].pid == pid)
			return true;
	return false;
}

/* All processes below front, by going over /proc until no more are found. */
static void look(struct family *f, pid_t front)
{
	size_t before;
	char text[4096];

	*f = (struct family){.n = 1, .front = front};
	f->task[0].pid = front;
	do {
		DIR *dir = opendir("/proc");
		struct dirent *de;

		before = f->n;
		while (dir && (de = readdir(dir))) {
			struct task t = {.pid = (pid_t)strtol(de->d_name, NULL, 10)};
			const char *end;

			if (!isdigit((unsigned char)de->d_name[0]) || known(f, t.pid) || f->n == MAX_TASKS ||
			    !text_of(t.pid, "stat", text, sizeof(text)) || !(end = strrchr(text, ')')) ||
			    sscanf(end, ") %c %d", &t.state, &t.parent) != 2 || !known(f, t.parent))
				continue;
			f->task[f->n++] = t;
		}
		if (dir)
			closedir(dir);
	} while (f->n != before);
	for (size_t i = 1; i < f->n; i++) {
		const char *line = text_of(f->task[i].pid, "status", text, sizeof(text)) ? strstr(text, "\nTracerPid:") : NULL;
		pid_t tracer = line ? (pid_t)strtol(line + 11, NULL, 10) : 0;

		if (tracer && f->task[i].parent == front) {
			f->program = f->task[i].pid;
			f->tracer = tracer;
		}
	}
}

static pid_t choose(const struct family *f, const char *victim)
{
	pid_t children[MAX_TASKS];
	size_t n = 0;

	if (strcmp(victim, "front") == 0)
		return f->front;
	if (strcmp(victim, "tracer") == 0)
		return f->tracer;
	if (strcmp(victim, "program") == 0)
		return f->program;
	for (size_t i = 1; i < f->n; i++)
		if (f->program && f->task[i].pid != f->program && f->task[i].parent != f->front && f->task[i].state != 'Z')
			children[n++] = f->task[i].pid;
	return n ? children[(size_t)rand() % n] : 0;
}

/* Waits for all that is left. False when there still is something after so many seconds. */
static bool all_gone(double limit, double *took)
{
	double start = now();

	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG | __WALL);

		*took = now() - start;
		if (pid < 0 && errno == ECHILD)
			return true;
		if (pid == 0) {
			if (*took > limit)
				return false;
			nap(500);
		}
	}
}

static void show_left(const char *victim, unsigned delay)
{
	struct family f;
	char text[4096];

	printf("# %s, killed after %u us; still there:\n", victim, delay);
	look(&f, getpid());
	for (size_t i = 1; i < f.n; i++) {
		text_of(f.task[i].pid, "stat", text, 200);
		printf("#   %.60s", text);
		text_of(f.task[i].pid, "wchan", text, 100);
		printf(" in %s\n", text);
		kill(f.task[i].pid, SIGKILL);
	}
	double took;

	all_gone(5, &took);
}

static pid_t start(char **command)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execv(command[0], command);
		_exit(127);
	}
	return pid;
}

/* One run. True when nothing was left; *hit: the victim was there. */
static bool run(const char *victim, double limit, char **command, bool *hit, double *took)
{
	static struct family f;
	pid_t front = start(command), pid;
	unsigned delay = (unsigned)rand() % LONGEST_US;

	nap(delay);
	look(&f, front);
	pid = choose(&f, victim);
	*hit = pid && kill(pid, SIGKILL) == 0;
	if (!*hit || strcmp(victim, "child") == 0) {
		nap(10000);
		look(&f, front);
		kill(f.program ? f.program : front, SIGKILL);
	}
	if (all_gone(limit, took))
		return true;
	show_left(victim, delay);
	return false;
}

int main(int argc, char **argv)
{
	unsigned failed = 0, hits = 0;
	double longest = 0;

	if (argc < 5) {
		fputs("usage: kills VICTIM COUNT SECONDS ENTRYTRACE [OPTION...] -- PROGRAM [ARG...]\n", stderr);
		return 2;
	}
	const char *seed = getenv("KILLS_SEED");

	srand(seed ? (unsigned)atoi(seed) : 1);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < atoi(argv[2]); i++) {
		bool hit;
		double took;

		failed += !run(argv[1], atof(argv[3]), argv + 4, &hit, &took);
		hits += hit;
		longest = took > longest ? took : longest;
	}
	printf("%u of %s failed, %u hit the %s, longest wait %.3f s\n", failed, argv[2], hits, argv[1], longest);
	return failed != 0;
}
