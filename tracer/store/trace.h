/* SPDX-License-Identifier: MIT */
/* A trace as JSON, schema "entrytrace-trace/1": written, and read back. */
#ifndef ET_STORE_TRACE_H
#define ET_STORE_TRACE_H

#include "base/err.h"
#include "model/cost.h"
#include "model/trace.h"

#include <stdio.h>

/*
 * Writes the whole trace: a stable interface, to which keys are only ever
 * added. est may be NULL (nothing was to be priced). Write errors stay on out.
 */
void trace_write(FILE *out, const struct trace *t, const struct estimate *est);

/*
 * Parses what trace_write() writes: buf, size bytes; name is the file's, for
 * errors. The file is hostile until checked: types, ranges and sums are.
 * Returns 0 with *t to be freed by trace_fini(), or -EBADMSG with one line in
 * err and *t empty.
 */
int trace_load(const char *buf, size_t size, const char *name, struct trace *t, struct err *err);

/* The same from a file; also the errno of opening and reading it. */
int trace_load_file(const char *path, struct trace *t, struct err *err);

#endif
