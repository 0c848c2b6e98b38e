/* SPDX-License-Identifier: MIT */
#include "symbol/demangle.h"

/* Before ours: both declare an xrealloc(). */
#include <libiberty/demangle.h>

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* libiberty bounds its own recursion, but not the length of what it makes of a hostile name. */
enum { MANGLED_MAX = 8192 };

char *demangle(const char *name)
{
	char *plain = NULL;

	if (strlen(name) <= MANGLED_MAX)
		plain = cplus_demangle(name, DMGL_AUTO);
	if (plain && *plain)
		return plain;
	free(plain);
	return xstrdup(name);
}
