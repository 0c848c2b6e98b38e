/* SPDX-License-Identifier: MIT */
/* The symbol child's answer, read with suspicion: what it reads may have taken it over. */
#ifndef ET_SYMBOL_REPLY_H
#define ET_SYMBOL_REPLY_H

#include "symbol/symbol.h"

/* Adds the frames that the bytes hold whole to out. */
void symbol_reply_parse(const void *bytes, size_t len, struct symbol_info *out);

#endif
