/* SPDX-License-Identifier: MIT */
/* Files of which the first bytes say all: Windows programs and scripts. */
#ifndef ET_SCAN_SMALL_H
#define ET_SCAN_SMALL_H

#include "scan/file.h"

/* Both return false where the file turns out to be none: a DOS program, text. */
bool scan_pe(int fd, uint64_t size, struct scan_file *out);
bool scan_script(int fd, uint64_t size, struct scan_file *out);

#endif
