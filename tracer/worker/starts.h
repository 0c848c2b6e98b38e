/* SPDX-License-Identifier: MIT */
/*
 * Where functions begin in code that has neither call frame information nor
 * symbols: at what direct calls lead to.
 */
#ifndef ET_WORKER_STARTS_H
#define ET_WORKER_STARTS_H

#include "worker/elf.h"

struct starts {
	uint64_t *list; /* linked addresses, ascending */
	size_t n;
};

/* Looks through the code of elf, as far as is reasonable. */
void starts_read(struct starts *s, const struct elf *elf);
void starts_fini(struct starts *s);

/* The start of the function around a linked address; 0 when none is known. */
uint64_t starts_find(const struct starts *s, uint64_t vaddr);

#endif
