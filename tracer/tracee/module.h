/* SPDX-License-Identifier: MIT */
/*
 * The files that code was executed from, over the whole trace. A module is a
 * file's content: one that is replaced by another, by the same name or even in
 * the same inode, is another module from then on.
 *
 * Each is opened when it is first seen, since a program may delete its files
 * before the report is written; but no more of them are kept open than the
 * budget allows. One that is closed is opened again when it is needed and still
 * is what it was; where that cannot be, its names are asked for before.
 */
#ifndef ET_TRACEE_MODULE_H
#define ET_TRACEE_MODULE_H

#include "elf/segments.h"
#include "tracee/maps.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <uthash.h>

/* What is compared to tell whether a file is still the same. */
struct file_state {
	uint64_t dev, ino, size;
	struct timespec ctime, mtime;
};

struct module {
	char *name;   /* the path, "[vdso]", or "[anon]" for memory without a name */
	char *key;    /* device, inode and path as mapped, and which of its contents this is */
	struct elf_segments segments;
	void *image;  /* [vdso]: its bytes; else NULL */
	size_t image_size;

	/* the file, or an image of [vdso] in one; see modules_fd() */
	int fd;       /* -1: there is none, or it is not open now */
	bool has_file;
	bool passing; /* small, and may well be another before the trace ends: names are asked for early */
	struct file_state state;
	struct module *prev, *next; /* among those that are open, the longest unused first */
	UT_hash_handle hh;
};

struct modules {
	struct module *by_key;
	struct mapped_file *by_file; /* the newest content of each */
	struct module *open;
	unsigned nopen;
	unsigned budget; /* how many may be open; 0: a fair part of what the process may have */
	/* Before a file is closed that will not be found again; m's is still open. */
	void (*closing)(void *ctx, struct module *m);
	/* Something else runs, which may overwrite what ran: names in passing modules are to be had now. */
	void (*passing)(void *ctx);
	void *ctx;
	const struct module *last; /* asked for, if that was a passing one */
};

void modules_fini(struct modules *ms);

/*
 * The file of m, open for reading, by which others may have been closed; -1
 * when it has none, or has been closed and cannot be found any more, or was
 * written to since, so that it would tell of something else. It stays the registry's, and open only until the next call of modules_get() or this.
 */
int modules_fd(struct modules *ms, struct module *m);

/*
 * Opens the file behind a mapping for reading: by the mapping itself, which
 * always is the right file (needs CAP_CHECKPOINT_RESTORE), else by its name as
 * the process sees it, if that still is the same file. Returns a descriptor or -1.
 */
int module_open_file(pid_t pid, const struct map *map);

/* The module behind a mapping of process pid; never NULL, owned by ms. */
struct module *modules_get(struct modules *ms, pid_t pid, const struct map *map);

/*
 * Where an address in that mapping is: the link-time address for an ELF file
 * (what addr2line(1) and objdump(1) use), else the distance from the mapping's
 * start.
 */
uint64_t module_offset(const struct module *m, const struct map *map, struct taddr at);

#endif
