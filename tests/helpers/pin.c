/* SPDX-License-Identifier: MIT */
/* pin N COMMAND...: runs COMMAND on the first N CPUs that are allowed, on fewer where there are fewer. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int want = argc > 2 ? atoi(argv[1]) : 0;
	cpu_set_t allowed, set;

	if (want < 1 || sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
		fputs("usage: pin N COMMAND...\n", stderr);
		return 125;
	}
	CPU_ZERO(&set);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&set) < want; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0)
		perror("pin");
	execvp(argv[2], argv + 2);
	fprintf(stderr, "pin: %s: %s\n", argv[2], strerror(errno));
	return 127;
}
