/* SPDX-License-Identifier: MIT */
/*
 * growth ENTRYTRACE [FACTOR]: does the CPU time that tracing adds grow in proportion?
 * Runs programs that have N, then 2 N, of one thing (threads, processes, call
 * sites, modules, mappings) and prints what tracing added each time, and the
 * ratio: 2 is proportion, 4 is a square. FACTOR scales N, in percent.
 *
 * growth do THING N is the program.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, CALLS = 4 };

/* getuid: mov eax, 102; syscall; ret */
static const unsigned char code[] = {0xb8, 0x66, 0, 0, 0, 0x0f, 0x05, 0xc3};

static void call_code(void *at)
{
	void (*function)(void);

	memcpy(&function, &at, sizeof(function));
	function();
}

static pthread_barrier_t barrier;

static void *thread(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getuid);
	return NULL;
}

static int threads(unsigned n)
{
	pthread_t *t = calloc(n, sizeof(*t));
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_barrier_init(&barrier, NULL, n);
	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&t[i], &attr, thread, NULL) != 0)
			return 1;
	for (unsigned i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	return 0;
}

/* All alive at the same time. */
static int processes(unsigned n)
{
	int gate[2];
	char c;

	if (pipe(gate) != 0)
		return 1;
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid == 0) {
			close(gate[1]);
			_exit(read(gate[0], &c, 1) != 0);
		}
	}
	close(gate[1]);
	while (wait(NULL) > 0)
		continue;
	return 0;
}

static int sites(unsigned n)
{
	unsigned char *at = mmap(NULL, n * sizeof(code), PROT_READ | PROT_WRITE | PROT_EXEC,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return 1;
	for (unsigned i = 0; i < n; i++)
		memcpy(at + i * sizeof(code), code, sizeof(code));
	for (unsigned i = 0; i < n; i++)
		call_code(at + i * sizeof(code));
	return 0;
}

static int modules(unsigned n)
{
	char page[PAGE] = {0};

	memcpy(page, code, sizeof(code));
	for (unsigned i = 0; i < n; i++) {
		char name[] = "/tmp/growth.XXXXXX";
		int fd = mkstemp(name);
		void *at;

		if (fd < 0 || write(fd, page, PAGE) != PAGE)
			return 1;
		at = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		close(fd);
		if (at == MAP_FAILED)
			return 1;
		call_code(at);
		munmap(at, PAGE);
		unlink(name);
	}
	return 0;
}

/* Each stays, apart from its neighbours, and has code that runs once. */
static int mappings(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned char *at = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (at == MAP_FAILED || mprotect(at, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
			return 1;
		memcpy(at, code, sizeof(code));
		call_code(at);
	}
	return 0;
}

static const struct thing {
	const char *name;
	int (*make)(unsigned n);
	unsigned n;
} things[] = {
	{"threads", threads, 250}, {"processes", processes, 150}, {"sites", sites, 10000},
	{"modules", modules, 400}, {"mappings", mappings, 400},
};
enum { THINGS = sizeof(things) / sizeof(things[0]) };

static double seconds(const struct rusage *ru)
{
	return (double)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) +
	       (double)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) * 1e-6;
}

/* CPU time of a command and of all that it leaves behind, which comes to us; negative when it failed. */
static double cpu_of(char *const command[])
{
	double took = 0;
	struct rusage ru;
	int status, failed = 0;
	pid_t first = fork(), pid;

	if (first == 0) {
		execv(command[0], command);
		_exit(127);
	}
	while ((pid = wait4(-1, &status, 0, &ru)) > 0) {
		took += seconds(&ru);
		if (pid == first)
			failed = status != 0;
	}
	return failed ? -1 : took;
}

/* What tracing adds: the tracer's own time, and the kernel's for the program's stops. */
static double added_cpu(char *entrytrace, char *self, const char *thing, unsigned n)
{
	char number[16], *name = strdup(thing);
	char no_estimate[] = "--no-estimate", output[] = "-o", null[] = "/dev/null", end[] = "--", act[] = "do";
	char *traced[] = {entrytrace, no_estimate, output, null, end, self, act, name, number, NULL};

	snprintf(number, sizeof(number), "%u", n);

	double with = cpu_of(traced), alone = cpu_of(traced + 5);

	free(name);
	return with < 0 || alone < 0 ? -1 : with - alone;
}

int main(int argc, char **argv)
{
	unsigned percent = argc > 2 ? (unsigned)atoi(argv[2]) : 100;

	for (unsigned i = 0; argc == 4 && i < THINGS; i++)
		if (strcmp(argv[2], things[i].name) == 0)
			return things[i].make((unsigned)atoi(argv[3]));
	if (argc < 2) {
		fputs("usage: growth ENTRYTRACE [FACTOR]\n", stderr);
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	puts("The CPU time that tracing adds, in seconds; a ratio of 2 is in proportion:");
	printf("  %-10s %8s %10s %10s %8s\n", "", "N", "N", "2 N", "ratio");
	for (unsigned i = 0; i < THINGS; i++) {
		unsigned n = things[i].n * percent / 100;
		double one = added_cpu(argv[1], argv[0], things[i].name, n);
		double two = added_cpu(argv[1], argv[0], things[i].name, 2 * n);

		printf("  %-10s %8u %10.3f %10.3f %8.1f\n", things[i].name, n, one, two, two / one);
		fflush(stdout);
	}
	return 0;
}
