/* SPDX-License-Identifier: MIT */
/* A saved trace, read back. The file is hostile until checked. */
#ifndef ET_REPORT_LOAD_H
#define ET_REPORT_LOAD_H

#include "base/err.h"
#include "model/trace.h"

/*
 * The largest file that is read: some two million sites, far above any real
 * trace, and a bound on what a hostile one makes us hold.
 */
#define TRACE_FILE_MAX (1u << 30)

/*
 * Parses the JSON of report/json.c: buf, size bytes; name is the file's, for
 * errors. Types, ranges and sums are checked. Returns 0 with *t to be freed by
 * trace_fini(), or -EBADMSG with one line in err and *t empty.
 */
int trace_load(const char *buf, size_t size, const char *name, struct trace *t, struct err *err);

/* The same from a file; also the errno of opening and reading it. */
int trace_load_file(const char *path, struct trace *t, struct err *err);

#endif
