/* SPDX-License-Identifier: MIT */
/* What ran, by saved traces, beside what the scan found. */
#ifndef ET_SCAN_JOIN_H
#define ET_SCAN_JOIN_H

#include "scan/result.h"

/* A site that a trace counted. */
struct ran_site {
	const char *module;   /* path of the file, or "[vdso]", "[anon]" */
	const char *build_id; /* of that file; NULL if unknown */
	uint64_t offset;      /* linked address */
	const char *path_id;  /* "int80" */
	uint64_t entries;
};

/*
 * Adds the entries to the sites of the scan: by build id and linked address, or by
 * the file's path where no build id is known. What the scan has no site for goes to
 * r->unseen; the kernel's own sites in the vDSO do not. May be called for several traces.
 */
void scan_join(struct scan_result *r, const struct ran_site *sites, size_t n);

#endif
