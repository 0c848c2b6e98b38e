/* SPDX-License-Identifier: MIT */
/* Ownership made visible where a variable is declared. */
#ifndef ET_BASE_CLEANUP_H
#define ET_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_(void *pp)
{
	free(*(void **)pp);
}

static inline void cleanup_close_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose_(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define auto_free __attribute__((cleanup(cleanup_free_)))
#define auto_close __attribute__((cleanup(cleanup_close_)))
#define auto_fclose __attribute__((cleanup(cleanup_fclose_)))

/* Hands the value on and leaves NULL behind, so that auto_free lets it go. */
#define steal_ptr(p) \
	({ \
		__typeof__(p) steal_ = (p); \
		(p) = NULL; \
		steal_; \
	})

/* The same for a descriptor, leaving -1. */
static inline int steal_fd(int *fd)
{
	int got = *fd;

	*fd = -1;
	return got;
}

#endif
