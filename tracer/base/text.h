/* SPDX-License-Identifier: MIT */
/*
 * Text that strangers wrote (file names, function names) made fit to print:
 * one line, no control characters, of known width.
 */
#ifndef ET_BASE_TEXT_H
#define ET_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A copy in which everything that could steer a terminal, break the line or
 * reorder it is spelt out (\n, \x1b, \u202e), bytes that are no UTF-8 too. With
 * utf8 false, all that is not ASCII is. The caller frees it. NULL gives "".
 */
char *text_escape(const char *s, bool utf8) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* A copy in which only bytes that are no UTF-8 are spelt out, for formats that must be UTF-8. */
char *text_valid(const char *s) __attribute__((malloc, returns_nonnull, warn_unused_result));

/* Does this character move the cursor, hide itself or turn the writing direction? */
bool text_unruly(unsigned c);

/* Columns that s, as escaped above, takes on a terminal. */
size_t text_width(const char *s);

/*
 * A copy of at most width columns, the middle given up for an ellipsis; the
 * last keep_tail columns stay whole if they fit. The caller frees it.
 */
char *text_shorten(const char *s, size_t width, size_t keep_tail, bool utf8)
	__attribute__((malloc, returns_nonnull, warn_unused_result));

/*
 * One character of UTF-8 at s. Returns how many bytes it takes and its code in
 * *c, or 0 at the string's end or where the bytes are no UTF-8.
 */
size_t text_decode(const char *s, unsigned *c);

#endif
