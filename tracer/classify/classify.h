/* SPDX-License-Identifier: MIT */
#ifndef ET_CLASSIFY_CLASSIFY_H
#define ET_CLASSIFY_CLASSIFY_H

#include "model/evidence.h"

/* Code segment selectors of user space: the GDT's, and those of a Xen PV guest. */
bool cs_is_64bit(uint16_t cs);
bool cs_is_32bit(uint16_t cs);

/* A pure function over a first-match table of rules; see classify.c. */
struct verdict classify(const struct evidence *ev);

#endif
