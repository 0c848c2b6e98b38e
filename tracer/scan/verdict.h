/* SPDX-License-Identifier: MIT */
/* Who needs IA32 emulation, and why. */
#ifndef ET_SCAN_VERDICT_H
#define ET_SCAN_VERDICT_H

#include "scan/file.h"

#include <limits.h>

/* What the file itself says: verdict and why. */
void verdict_of_file(struct scan_file *f);

/* Programs and libraries that load, by way of others too, one of the files that needs it or may. */
void verdicts_by_libraries(struct scan_file *files, size_t n);

/*
 * The program on this machine that a script names. False where there is none. (The one
 * function here that asks the system.)
 */
bool verdict_interpreter(const struct scan_file *f, char path[PATH_MAX]);

/* Scripts, by the programs that they name. */
void verdicts_by_interpreters(struct scan_file *files, size_t n);

#endif
