/* SPDX-License-Identifier: MIT */
/*
 * Opening files by names in folders that others can write to as well. What
 * another user put there is not followed, not written to and not waited for.
 */
#ifndef ET_BASE_FILES_H
#define ET_BASE_FILES_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Opens path for writing, empty; makes it where it is not there. Refused, with
 * -EPERM: a link on the way that belongs to neither the user nor root; in a
 * folder that others may write to also a file of another user, or one with a
 * second name. Waits for the reader of a FIFO of the user's own. Returns a
 * descriptor or a negative errno, with a clause in err that names no file but
 * the one at fault.
 */
int file_create(const char *path, struct err *err);

/*
 * Opens path for reading, "re". A FIFO that nobody writes to reads as empty,
 * instead of waiting for a writer. NULL with errno set.
 */
FILE *file_open(const char *path);

/*
 * Opens the folder at path, which must be the user's and closed to others'
 * writing; with make, it and those above it are made where they are not there.
 * Returns a descriptor for openat(2), or a negative errno with err as above.
 */
int file_own_folder(const char *path, bool make, struct err *err);

/* A regular file of the user's own in such a folder, for reading; NULL with errno set. */
FILE *file_open_own(int folder, const char *name);

#endif
