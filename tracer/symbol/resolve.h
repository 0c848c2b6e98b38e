/* SPDX-License-Identifier: MIT */
/* The look-up itself, in the child: the sole user of libdw. */
#ifndef ET_SYMBOL_RESOLVE_H
#define ET_SYMBOL_RESOLVE_H

#include "symbol/symbol.h"

struct resolver;

/* Opens the ELF file at fd, which it takes over. Never NULL: a bad file resolves nothing. */
struct resolver *resolver_open(const char *path, int fd);
void resolver_close(struct resolver *r);

/* Fills out (empty before) with what is known of the linked address vaddr. */
void resolver_lookup(struct resolver *r, uint64_t vaddr, struct symbol_info *out);

#endif
