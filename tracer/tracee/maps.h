/* SPDX-License-Identifier: MIT */
/* A snapshot of /proc/PID/maps, shared by the address spaces that fork made equal. */
#ifndef ET_TRACEE_MAPS_H
#define ET_TRACEE_MAPS_H

#include "model/taddr.h"

#include <stddef.h>
#include <sys/types.h>

struct map {
	uint64_t start, end; /* [start, end) */
	uint64_t offset;     /* in the file */
	uint64_t dev, inode; /* 0 where no file is behind it */
	bool exec, writable, shared;
	const char *path;    /* file, "[vdso]", ...; "" for memory without a name */
};

struct maps {
	unsigned refs;
	struct map *list; /* by address */
	size_t n;
	char *text; /* holds the paths */
};

/* The maps that text tells of, which it takes over (allocated). What is no line of maps is passed over. */
struct maps *maps_parse(char *text);

/* NULL when it cannot be read: the process is gone or hides its memory. */
struct maps *maps_read(pid_t pid);
struct maps *maps_ref(struct maps *m);
void maps_unref(struct maps *m);

/* NULL when nothing is mapped there. */
const struct map *maps_find(const struct maps *m, struct taddr at);
const struct map *maps_by_name(const struct maps *m, const char *path);

/* Does [start, start + size) touch anything in the snapshot? */
bool maps_overlap(const struct maps *m, struct taddr start, uint64_t size);

#endif
