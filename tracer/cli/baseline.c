/* SPDX-License-Identifier: MIT */
#include "cli/baseline.h"

#include "model/config.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static double cpu_of(const struct rusage *ru)
{
	return (double)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) +
	       (double)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) * 1e-6;
}

int baseline_run(char *const argv[], const struct inherited *in, double *cpu_seconds, struct err *err)
{
	struct spawn program;
	struct stat st;
	bool keep_input = fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
	off_t where = keep_input ? lseek(STDIN_FILENO, 0, SEEK_CUR) : 0;
	struct rusage ru = {0};
	int failure;

	if (spawn_untraced(argv, in, keep_input, &program, err) != 0)
		return EXIT_TROUBLE;
	failure = spawn_failure(&program, err);
	while (wait4(program.pid, NULL, 0, &ru) < 0 && errno == EINTR)
		continue;
	spawn_close(&program);
	if (keep_input)
		lseek(STDIN_FILENO, where, SEEK_SET);
	if (!failure)
		*cpu_seconds = cpu_of(&ru);
	return failure;
}
