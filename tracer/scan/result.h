/* SPDX-License-Identifier: MIT */
/* All that a scan found, and what follows from it. */
#ifndef ET_SCAN_RESULT_H
#define ET_SCAN_RESULT_H

#include "scan/file.h"
#include "scan/walk.h"

/* A package, or what was named on the command line, with the worst verdict of its files. */
struct scan_group {
	char *name;
	enum scan_verdict verdict;
	uint64_t files, yes, unknown;
	char *why;       /* of the first of its worst files */
};

/* A site that a trace saw and the scan did not find: code made at run time, or unpacked. */
struct scan_unseen {
	char *module;
	uint64_t offset, entries;
	char *path_id;  /* by which way it entered */
	bool scanned;   /* the module was scanned */
};

struct scan_result {
	struct scan_file *files;
	size_t nfiles;
	struct walk_counts counts;
	uint64_t code_bytes;
	char **operands;     /* what was scanned */
	size_t noperands;
	bool system;         /* --system */
	bool has_traces;     /* --trace */
	char *partial;       /* a clause, when it was interrupted */

	/* ---- filled by scan_conclude() ---- */
	uint64_t of_verdict[VERDICTS];
	uint64_t programs[VERDICTS]; /* files that can be started: programs and scripts */
	struct scan_group *packages; /* those with files that need it or may, worst first */
	size_t npackages;
	struct scan_unseen *unseen;  /* most entries first */
	size_t nunseen;
};

/* Adds a file; what is in it is taken over. */
void scan_result_add(struct scan_result *r, struct scan_file *f);

/*
 * Verdicts: of each file by itself, then of programs by the libraries that they load
 * and of scripts by their interpreters; then the order, worst first.
 */
void scan_conclude(struct scan_result *r);

/* Can it be started, rather than loaded by something? */
bool scan_is_program(const struct scan_file *f);

void scan_result_fini(struct scan_result *r);

#endif
