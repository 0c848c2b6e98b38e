/* SPDX-License-Identifier: MIT */
/* What of a trace is to be shown: globs on programs, modules, paths and calls. Pure. */
#ifndef ET_REPORT_FILTER_H
#define ET_REPORT_FILTER_H

#include "model/trace.h"

/*
 * Lists of globs, separated by commas, each NULL for all; a ! before a list
 * turns it round. Programs and modules match by their path or its last part.
 */
struct filter {
	const char *programs, *modules, *paths, *syscalls;
};

bool filter_is_set(const struct filter *f);

/*
 * What matches, as a trace of its own, freed by trace_fini(): counts are those
 * of what is left, and out->whole_* those of all. prices and the like are not
 * taken along. map (t->nsites members) gets, for each site of out, its index in
 * t.
 */
void trace_filter(const struct trace *t, const struct filter *f, struct trace *out, size_t *map);

#endif
