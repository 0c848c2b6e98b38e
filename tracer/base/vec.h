/* SPDX-License-Identifier: MIT */
/* A growing array kept as a pointer and a count: vec_push(arr, n) yields the new slot, zeroed. */
#ifndef ET_BASE_VEC_H
#define ET_BASE_VEC_H

#include "base/err.h"

#include <string.h>

/* Capacity is the next power of two, so the count alone tells when to grow. */
#define vec_push(arr, n) \
	(((n) & ((n) - 1)) == 0 ? \
		 (void)((arr) = xrealloc((arr), (n) ? 2 * (n) : 1, sizeof(*(arr)))) : (void)0, \
	 memset(&(arr)[(n)], 0, sizeof(*(arr))), &(arr)[(n)++])

#endif
