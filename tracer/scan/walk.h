/* SPDX-License-Identifier: MIT */
/* From names to files: folders with all below them, each file once, to the readers. */
#ifndef ET_SCAN_WALK_H
#define ET_SCAN_WALK_H

#include "scan/idset.h"
#include "scan/pool.h"

struct walk_counts {
	uint64_t files;      /* regular files that were looked at, each once */
	uint64_t bytes;      /* in them */
	uint64_t read;       /* that the readers had something to do with */
	uint64_t again;      /* other names of files */
	uint64_t unreadable;
};

struct walk {
	struct pool *pool;
	const struct pool_sink *sink; /* hears of what cannot be opened */
	bool one_file_system;
	bool (*go_on)(void *ctx, const struct walk_counts *counts); /* asked now and then; may be NULL */
	void *ctx;

	bool stopped; /* go_on said no */
	struct idset seen;
	struct walk_counts counts;
};

/*
 * A file, or a folder with all below it. Symbolic links are followed where they are
 * named, not where they are met. Returns 0, or a negative errno when it cannot go on.
 */
int walk_path(struct walk *w, const char *path);

/* A file that is open already, under the name path. */
int walk_fd(struct walk *w, int fd, const char *path);

void walk_fini(struct walk *w);

#endif
