/* SPDX-License-Identifier: MIT */
/*
 * Evidence as text, for developers: recorded on one machine (run
 * --record-evidence), judged again on every machine by the unit tests.
 *
 * One record is a block of "key value" lines that a blank line ends; it begins
 * with the verdict that was given (path, site, entered). Numbers are C's,
 * bytes are hex pairs, and a field that is absent is zero. A line that begins
 * with # is a comment.
 */
#ifndef ET_CLASSIFY_RECORD_H
#define ET_CLASSIFY_RECORD_H

#include "base/err.h"
#include "model/evidence.h"

#include <stdio.h>

/* Write errors stay in the stream, for the caller's ferror(). */
void evidence_write(FILE *out, const struct evidence *ev, const struct verdict *verdict);

/*
 * Reads the next record. Of the verdict only path, site and entered are filled
 * in. line counts the lines read, from 0. Returns 1 for a record, 0 at the end of
 * the file, -EINVAL for a malformed line, which err names by its number.
 */
int evidence_read(FILE *in, unsigned *line, struct evidence *ev, struct verdict *verdict,
		  struct err *err);

#endif
