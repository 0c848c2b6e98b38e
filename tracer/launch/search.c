/* SPDX-License-Identifier: MIT */
#include "launch/search.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A FIFO or a terminal is no program, and opening it must not wait. */
static int open_program(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

int search_program(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return open_program(name);
	for (const char *p = path ? path : "/bin:/usr/bin"; p; p = strchr(p, ':') ? strchr(p, ':') + 1 : NULL) {
		int len = (int)strcspn(p, ":");
		char file[PATH_MAX];

		if (snprintf(file, sizeof(file), "%.*s%s%s", len, p, len ? "/" : "", name) >= (int)sizeof(file))
			continue;
		if (access(file, X_OK) == 0)
			return open_program(file);
	}
	return -1;
}
