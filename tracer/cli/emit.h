/* SPDX-License-Identifier: MIT */
/* Where reports go, and what they look like there. */
#ifndef ET_CLI_EMIT_H
#define ET_CLI_EMIT_H

#include "base/err.h"
#include "model/config.h"
#include "model/cost.h"
#include "model/trace.h"
#include "report/format.h"

#include <stdio.h>

/*
 * Opens the file that -o names for writing ("-" is standard output), or takes
 * the given standard stream; base/files.h says what is refused. Opened before anything runs, so that a wrong path costs no run.
 * NULL with err filled when it cannot be opened.
 */
FILE *emit_open(const char *path, FILE *standard, struct err *err);

/*
 * Writes the report in the wanted format and flushes it. A reader that has
 * gone away (EPIPE) is no error: it had what it wanted. Returns 0 or a
 * negative errno with err filled.
 */
int emit_report(const struct config *cfg, FILE *out, const struct trace *trace,
		const struct estimate *estimate, struct err *err);

/* A few lines of it, with the paths alone; in a format for programs, the report. */
int emit_summary(const struct config *cfg, FILE *out, const struct trace *trace,
		 const struct estimate *estimate, struct err *err);

/* The whole trace for `entrytrace report`, as JSON. */
int emit_save(const struct config *cfg, FILE *out, const struct trace *trace,
	      const struct estimate *estimate, struct err *err);

/* How text for people is set at out: width, colour and signs. */
struct report_style emit_style(const struct config *cfg, FILE *out);

/*
 * Flushes what was written since errno was last set to 0; errors as above.
 * where names out, NULL for a standard stream.
 */
int emit_flush(FILE *out, const char *where, struct err *err);

#endif
