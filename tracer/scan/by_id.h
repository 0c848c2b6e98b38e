/* SPDX-License-Identifier: MIT */
/* Files by what they are, for all the names that one can have. */
#ifndef ET_SCAN_BY_ID_H
#define ET_SCAN_BY_ID_H

#include "scan/file.h"

/* An index of files[0..n), which must stay as they are as long. Members of archives are left out. */
struct by_id;
struct by_id *by_id_new(struct scan_file *files, size_t n);
void by_id_free(struct by_id *index);

/* NULL when there is none of that device and inode. */
struct scan_file *by_id_find(const struct by_id *index, uint64_t dev, uint64_t inode);

/* The file that the path leads to on this system; NULL when that is none of them. */
struct scan_file *by_id_of_path(const struct by_id *index, const char *path);

#endif
