/* SPDX-License-Identifier: MIT */
#include "base/signame.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const char *signame(int sig, char *out, size_t size)
{
	const char *abbrev = sigabbrev_np(sig);

	if (abbrev)
		snprintf(out, size, "SIG%s", abbrev);
	else if (sig == SIGRTMIN)
		snprintf(out, size, "SIGRTMIN");
	else if (sig > SIGRTMIN && sig <= SIGRTMAX)
		snprintf(out, size, "SIGRTMIN+%d", sig - SIGRTMIN);
	else
		snprintf(out, size, "signal %d", sig);
	return out;
}

int signame_find(const char *name)
{
	char known[32];

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (strcmp(signame(sig, known, sizeof(known)), name) == 0)
			return sig;
	return 0;
}
