/* SPDX-License-Identifier: MIT */
/*
 * Archives and compressed files, and archives in them: the only user of libarchive.
 * What unpacks to far more than it is, or is nested too deep, is given up.
 */
#ifndef ET_SCAN_ARCHIVE_H
#define ET_SCAN_ARCHIVE_H

#include "scan/reader.h"

/*
 * Reads all members of the archive at fd, size bytes. What is wrong with it is told
 * as a file of its own kind, behind the members that could be read.
 */
void archive_read_all(struct reader *r, int fd, uint64_t size);

#endif
