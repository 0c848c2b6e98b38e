/* SPDX-License-Identifier: MIT */
/*
 * The files that code was executed from, over the whole trace. Each is opened
 * when it is first seen, since a program may delete its files before the
 * report is written.
 */
#ifndef ET_TRACEE_MODULE_H
#define ET_TRACEE_MODULE_H

#include "elf/segments.h"
#include "tracee/maps.h"

#include <stdint.h>
#include <sys/types.h>
#include <uthash.h>

struct module {
	char *name;   /* the path, "[vdso]", or "[anon]" for memory without a name */
	char *key;    /* device, inode and path: what makes it this module */
	int fd;       /* -1 when there is no file or it could not be opened */
	struct elf_segments segments;
	void *image;  /* [vdso]: its bytes; else NULL */
	size_t image_size;
	UT_hash_handle hh;
};

struct modules {
	struct module *by_key;
};

void modules_fini(struct modules *ms);

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
