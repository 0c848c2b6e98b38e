/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int err_set(struct err *err, int code, const char *fmt, ...)
{
	if (err) {
		va_list ap;

		err->code = code;
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	return code;
}

void diag(const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	int m = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	/* Names in it come from strangers: one line it stays, and the terminal is left alone. */
	char *clean = text_escape(line, true);
	char *all = xasprintf("entrytrace: %s\n", clean);

	/* One write, so that lines of several processes never mix; a reader that is gone misses it. */
	ssize_t put = write(STDERR_FILENO, all, strlen(all));

	(void)put;
	free(all);
	free(clean);
}

static void *need(void *p)
{
	static const char words[] = "entrytrace: out of memory\n";

	if (!p) {
		ssize_t put = write(STDERR_FILENO, words, sizeof(words) - 1);

		(void)put;
		_exit(125);
	}
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return need(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t n, size_t size)
{
	return need(reallocarray(p, n ? n : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return need(strdup(s));
}

char *xasprintf(const char *fmt, ...)
{
	char *out = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&out, fmt, ap) < 0)
		out = NULL;
	va_end(ap);
	return need(out);
}
