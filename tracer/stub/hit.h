/* SPDX-License-Identifier: MIT */
/* One place where the bytes of a kernel entry stand in executable memory: is it an instruction? */
#ifndef ET_STUB_HIT_H
#define ET_STUB_HIT_H

#include "elf/boundary.h"
#include "tracee/maps.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A mapping whose hits are judged. */
struct suspect {
	pid_t pid;
	const struct map *map;
	int fd;                        /* the mapped file; -1 when there is none to read */
	bool opened;                   /* boundaries were asked for */
	struct boundaries *boundaries; /* NULL: not opened or no ELF file */
	size_t *budget;                /* bytes that may still be read for judging */
};

void suspect_fini(struct suspect *s);

/*
 * Judges the hit at address at, where the bytes CD 80, 0F 05 or 0F 34 begin.
 * Returns 0 when no instruction begins there, else 1 and a clause in *why.
 */
int hit_judge(struct suspect *s, uint64_t at, char **why);

#endif
