/* SPDX-License-Identifier: MIT */
/*
 * Errors and allocation.
 *
 * A fallible function returns 0 or a negative errno and may fill a struct err
 * with one sentence for people: what failed, on what, what to do. Only main
 * and cli/ exit because of one.
 */
#ifndef ET_BASE_ERR_H
#define ET_BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

struct err {
	int code;       /* the negative errno, 0 when unset */
	char text[512]; /* one line, no newline at its end */
};

/* Fills err (which may be NULL) and returns code, a negative errno. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Prints "entrytrace: TEXT\n" to standard error in a single write. */
void diag(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The linker must not take libiberty's functions of these names, which differ, for ours. */
#define xcalloc et_xcalloc
#define xrealloc et_xrealloc
#define xstrdup et_xstrdup
#define xasprintf et_xasprintf

/*
 * Allocation that cannot fail: when memory is out, one line says so and the
 * process exits with 125; the kernel then ends the tracees (EXITKILL).
 */
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull, warn_unused_result));
void *xrealloc(void *p, size_t n, size_t size) __attribute__((returns_nonnull, warn_unused_result));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull, warn_unused_result));
char *xasprintf(const char *fmt, ...)
	__attribute__((malloc, returns_nonnull, warn_unused_result, format(printf, 1, 2)));

#endif
