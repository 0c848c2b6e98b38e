/* SPDX-License-Identifier: MIT */
#ifndef ET_LAUNCH_SEARCH_H
#define ET_LAUNCH_SEARCH_H

/*
 * Opens for reading the file that execvp(3) would execute for that name. Returns
 * a descriptor or -1, also where it may be executed and not read.
 */
int search_program(const char *name);

#endif
