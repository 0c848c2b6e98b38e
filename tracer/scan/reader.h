/* SPDX-License-Identifier: MIT */
/* One file of whatever content, archives with all that is in them. For a process that is locked in. */
#ifndef ET_SCAN_READER_H
#define ET_SCAN_READER_H

#include "scan/file.h"

struct reader {
	/* Hears of each file that was found, path left out; what it takes over it must empty. */
	void (*found)(void *ctx, struct scan_file *f);
	void *ctx;
	int spool; /* an open file that members of archives are unpacked into, one at a time */
};

/* Members of archives larger than this are not looked into. */
#define READER_MEMBER_MAX (2ULL << 30)

/* Reads the regular file at fd. */
void reader_read(struct reader *r, int fd);

/* The same of a member of an archive, size bytes in the spool; member is copied. */
void reader_read_member(struct reader *r, uint64_t size, const char *member);

#endif
