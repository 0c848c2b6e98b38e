/* SPDX-License-Identifier: MIT */
/*
 * Compares commands on a noisy machine: each round runs every command once, in
 * turn, and the ratios are taken within a round. What is printed is the median
 * of these ratios, with the smallest and the largest.
 *
 *   pairs ROUNDS LABEL COMMAND [ARG...] :: LABEL COMMAND [ARG...] :: ...
 *
 * The first command is what the others are compared with. Output goes to
 * /dev/null. With PAIRS_CPU set, CPU time (user + system, children included)
 * is compared instead of wall time. PAIRS_WANTED is the ratio that the second command
 * should have at most: it is printed beside, and where it has more the exit code is 3.
 */
#include "base/vec.h"

#include <fcntl.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct command {
	const char *label;
	char **argv;
	double *seconds; /* one per round */
};

static double to_seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec * 1e-6;
}

static double run(const struct command *c)
{
	struct timespec from, to;
	struct rusage ru;
	int status;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &from);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		execvp(c->argv[0], c->argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid || status != 0) {
		fprintf(stderr, "pairs: %s: '%s' failed\n", c->label, c->argv[0]);
		exit(1);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (getenv("PAIRS_CPU"))
		return to_seconds(&ru.ru_utime) + to_seconds(&ru.ru_stime);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
}

static double median(double *v, size_t n)
{
	gsl_sort(v, 1, n);
	return gsl_stats_median_from_sorted_data(v, 1, n);
}

int main(int argc, char **argv)
{
	struct command *cmds = NULL;
	size_t n = 0, rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	const char *wanted = getenv("PAIRS_WANTED");
	double *ratio, *copy;
	int result = 0;

	for (int i = 2; i + 1 < argc; i++) {
		*vec_push(cmds, n) = (struct command){.label = argv[i], .argv = argv + i + 1};
		while (argv[i] && strcmp(argv[i], "::") != 0)
			i++;
		argv[i] = NULL;
	}
	if (n == 0 || rounds == 0 || rounds > 10000) {
		fprintf(stderr, "usage: pairs ROUNDS LABEL COMMAND [ARG...] [:: LABEL COMMAND [ARG...]]...\n");
		return 2;
	}
	for (size_t c = 0; c < n; c++)
		cmds[c].seconds = xcalloc(rounds, sizeof(double));
	for (size_t r = 0; r < rounds; r++)
		for (size_t c = 0; c < n; c++)
			cmds[c].seconds[r] = run(&cmds[c]);
	ratio = xcalloc(rounds, sizeof(double));
	copy = xcalloc(rounds, sizeof(double));
	printf("  %-34s %12s %10s %7s   %s\n", "", "median s", "ratio", wanted ? "wanted" : "", "smallest .. largest");
	for (size_t c = 0; c < n; c++) {
		double mid;

		for (size_t r = 0; r < rounds; r++)
			ratio[r] = cmds[c].seconds[r] / cmds[0].seconds[r];
		mid = median(ratio, rounds);
		printf("  %-34s %12.3f %10.3f %7s   %.3f .. %.3f\n", cmds[c].label,
		       median(memcpy(copy, cmds[c].seconds, rounds * sizeof(double)), rounds), mid,
		       wanted && c == 1 ? wanted : "", ratio[0], ratio[rounds - 1]);
		if (wanted && c == 1 && mid > strtod(wanted, NULL))
			result = 3;
	}
	for (size_t c = 0; c < n; c++)
		free(cmds[c].seconds);
	free(cmds);
	free(ratio);
	free(copy);
	return result;
}
