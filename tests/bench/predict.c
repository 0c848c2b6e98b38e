/* SPDX-License-Identifier: MIT */
/*
 * Prediction against measurement: what a trace said another way in would save,
 * and what it does save.
 *
 *   predict ROUNDS PRICE TRACE.json PROGRAM-int80 PROGRAM-vdso PROGRAM-native
 *
 * Each round begins with the shell command PRICE, which calibrates and writes
 * the trace of the first program, priced anew, to TRACE.json; then the programs
 * run untraced, each once. Predictions and measurements alternate since the
 * speed of the machine drifts over a minute by more than what is asked here.
 * The saving is the median of the differences of CPU time (user + system)
 * within a round, the prediction the median of those of the rounds. Exit status
 * 1 when it is off by more than 5 %.
 */
#include "base/cleanup.h"
#include "base/json.h"

#include <fcntl.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOLERANCE 0.05

enum { FROM, VDSO, NATIVE, PROGRAMS };

static const char *const scenario[PROGRAMS] = {[VDSO] = "vdso", [NATIVE] = "native-64bit"};

/* To the last CPU that we may use, as a calibration does: neighbours differ from CPU to CPU. */
static void pin(void)
{
	cpu_set_t set, one;

	CPU_ZERO(&one);
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return;
	for (unsigned i = CPU_SETSIZE; i-- > 0;)
		if (CPU_ISSET(i, &set)) {
			CPU_SET(i, &one);
			break;
		}
	sched_setaffinity(0, sizeof(one), &one);
}

static double cpu_of(char *program)
{
	struct rusage ru;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		pin();
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid || status != 0) {
		fprintf(stderr, "predict: %s failed\n", program);
		exit(2);
	}
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
	       (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) * 1e-6;
}

static char *slurp(const char *path, size_t *size)
{
	auto_fclose FILE *f = fopen(path, "r");
	char *text = xcalloc(1, 1 << 22);

	*size = f ? fread(text, 1, 1 << 22, f) : 0;
	return text;
}

struct prediction {
	double saved, lo, hi; /* seconds */
};

static struct prediction predicted(const json_t *root, const char *id)
{
	const json_t *list = json_object_get(json_object_get(root, "estimate"), "what_if");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *w = json_array_get(list, i);
		const json_t *ci = json_object_get(w, "saved_seconds_ci95");

		if (strcmp(json_string_value(json_object_get(w, "scenario")), id) == 0)
			return (struct prediction){
				json_number_value(json_object_get(w, "saved_seconds")),
				json_number_value(json_array_get(ci, 0)), json_number_value(json_array_get(ci, 1)),
			};
	}
	return (struct prediction){NAN, NAN, NAN};
}

/* The predictions of one round. */
static void price(const char *command, const char *path, struct prediction *out)
{
	struct err err = {0};
	struct json_reader r = {.name = path, .err = &err};
	size_t size;

	if (system(command) != 0) {
		fprintf(stderr, "predict: '%s' failed\n", command);
		exit(2);
	}
	auto_free char *text = slurp(path, &size);
	json_t *root = json_parse(&r, text, size);

	if (!root) {
		fprintf(stderr, "predict: %s\n", err.text);
		exit(2);
	}
	for (int p = FROM + 1; p < PROGRAMS; p++)
		out[p] = predicted(root, scenario[p]);
	json_decref(root);
}

int main(int argc, char **argv)
{
	size_t rounds = argc == 7 ? strtoul(argv[1], NULL, 10) : 0;
	int worst = 0;

	if (rounds == 0 || rounds > 1000) {
		fprintf(stderr, "usage: predict ROUNDS PRICE TRACE.json INT80 VDSO NATIVE\n");
		return 2;
	}
	auto_free struct prediction *told = xcalloc(PROGRAMS * rounds, sizeof(*told));
	auto_free double *seconds = xcalloc(PROGRAMS * rounds, sizeof(*seconds));
	for (size_t k = 0; k < rounds; k++) {
		price(argv[2], argv[3], told + k * PROGRAMS);
		for (int p = 0; p < PROGRAMS; p++)
			seconds[k * PROGRAMS + p] = cpu_of(argv[4 + p]);
	}

	printf("  %-22s %7s %25s %10s %8s   %s\n", "instead of int 0x80", "CPU s", "predicted saving s", "measured",
	       "error", "each round's");
	for (int p = 0; p < PROGRAMS; p++) {
		auto_free double *own = xcalloc(rounds, sizeof(*own));
		auto_free double *saved = xcalloc(rounds, sizeof(*saved));
		auto_free double *lo = xcalloc(rounds, sizeof(*lo));
		auto_free double *hi = xcalloc(rounds, sizeof(*hi));
		auto_free double *say = xcalloc(rounds, sizeof(*say));
		double least = INFINITY, most = -INFINITY;

		for (size_t k = 0; k < rounds; k++) {
			const struct prediction *t = &told[k * PROGRAMS + p];

			own[k] = seconds[k * PROGRAMS + p];
			saved[k] = seconds[k * PROGRAMS] - own[k];
			say[k] = t->saved;
			lo[k] = t->lo;
			hi[k] = t->hi;
			least = fmin(least, (say[k] - saved[k]) / saved[k]);
			most = fmax(most, (say[k] - saved[k]) / saved[k]);
		}
		double cpu = gsl_stats_median(own, 1, rounds);
		if (p == FROM) {
			printf("  %-22s %7.3f\n", "(int 0x80)", cpu);
			continue;
		}
		double said = gsl_stats_median(say, 1, rounds), measured = gsl_stats_median(saved, 1, rounds);
		double error = (said - measured) / measured;

		printf("  %-22s %7.3f %9.3f [%.3f, %.3f] %10.3f %+7.1f%%   %+.1f%% .. %+.1f%%\n", scenario[p], cpu, said,
		       gsl_stats_median(lo, 1, rounds), gsl_stats_median(hi, 1, rounds), measured, error * 100,
		       least * 100, most * 100);
		worst |= !(fabs(error) <= TOLERANCE);
	}
	return worst;
}
