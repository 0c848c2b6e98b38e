/* SPDX-License-Identifier: MIT */
/*
 * Prediction against measurement: what a trace said another way in would save,
 * and what it does save.
 *
 *   predict ROUNDS TRACE.json PROGRAM-int80 PROGRAM-vdso PROGRAM-native
 *
 * The programs run untraced, each once a round, in turn; the saving is the
 * median of the differences of CPU time (user + system) within a round. Exit
 * status 1 when a prediction is off by more than 5 %.
 */
#include "base/cleanup.h"
#include "base/json.h"

#include <fcntl.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOLERANCE 0.05

enum { FROM, VDSO, NATIVE, PROGRAMS };

static const char *const scenario[PROGRAMS] = {[VDSO] = "vdso", [NATIVE] = "native-64bit"};

static double cpu_of(char *program)
{
	struct rusage ru;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
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

int main(int argc, char **argv)
{
	struct err err = {0};
	size_t size, rounds = argc == 6 ? strtoul(argv[1], NULL, 10) : 0;
	int worst = 0;

	if (rounds == 0 || rounds > 1000) {
		fprintf(stderr, "usage: predict ROUNDS TRACE.json INT80 VDSO NATIVE\n");
		return 2;
	}
	auto_free char *text = slurp(argv[2], &size);
	struct json_reader r = {.name = argv[2], .err = &err};
	json_t *root = json_parse(&r, text, size);

	if (!root) {
		fprintf(stderr, "predict: %s\n", err.text);
		return 2;
	}
	auto_free double *seconds = xcalloc(PROGRAMS * rounds, sizeof(*seconds));
	for (size_t k = 0; k < rounds; k++)
		for (int p = 0; p < PROGRAMS; p++)
			seconds[p * rounds + k] = cpu_of(argv[3 + p]);

	printf("  %-28s %10s %22s %10s %8s\n", "instead of int 0x80", "CPU s", "predicted saving s", "measured", "error");
	for (int p = 0; p < PROGRAMS; p++) {
		auto_free double *saved = xcalloc(rounds, sizeof(*saved));
		auto_free double *own = xcalloc(rounds, sizeof(*own));

		for (size_t k = 0; k < rounds; k++) {
			own[k] = seconds[p * rounds + k];
			saved[k] = seconds[k] - own[k];
		}
		double cpu = gsl_stats_median(own, 1, rounds), measured = gsl_stats_median(saved, 1, rounds);
		if (p == FROM) {
			printf("  %-28s %10.3f\n", "(int 0x80)", cpu);
			continue;
		}
		struct prediction s = predicted(root, scenario[p]);
		double error = (s.saved - measured) / measured;

		printf("  %-28s %10.3f %9.3f [%.3f, %.3f] %9.3f %+7.1f%%\n", scenario[p], cpu, s.saved, s.lo, s.hi,
		       measured, error * 100);
		worst |= !(fabs(error) <= TOLERANCE);
	}
	json_decref(root);
	return worst;
}
