/* SPDX-License-Identifier: MIT */
/* Which package of dpkg's database a file belongs to. */
#ifndef ET_SCAN_PACKAGES_H
#define ET_SCAN_PACKAGES_H

#include "scan/file.h"

/*
 * Fills in the package of those files that need 32-bit support or may. root is where
 * the database is looked for, "" for this system's. Without one nothing is filled in.
 */
void packages_find(struct scan_file *files, size_t n, const char *root);

#endif
