/* SPDX-License-Identifier: MIT */
/*
 * The readers: a locked-in process per CPU. A file that brings a reader down or
 * keeps it for too long is told of, and the others go on with a new one.
 */
#ifndef ET_SCAN_POOL_H
#define ET_SCAN_POOL_H

#include "scan/file.h"

struct pool_sink {
	/* Hears of each file that was found and takes what is in it; the order is that of the readers. */
	void (*found)(void *ctx, struct scan_file *f);
	void *ctx;
};

/* A regular file to read. */
struct pool_job {
	int fd;      /* the pool's from then on */
	char *path;  /* likewise */
	uint64_t size, dev, inode;
};

struct pool;

/* Never NULL; readers start when they are needed. */
struct pool *pool_new(unsigned readers, const struct pool_sink *sink);

/* Hands a file on; waits while all readers have enough to do. Returns 0, or a negative errno when there can be no readers. */
int pool_submit(struct pool *p, const struct pool_job *job);

/* Waits for all that was handed on. Returns 0 or a negative errno. */
int pool_finish(struct pool *p);

/* Ends the readers. */
void pool_free(struct pool *p);

#endif
