/* SPDX-License-Identifier: MIT */
/* Which of the hits are instructions, and what is known of each. */
#ifndef ET_SCAN_JUDGE_H
#define ET_SCAN_JUDGE_H

#include "scan/file.h"
#include "scan/hits.h"

/*
 * Judges all hits of the file at fd and adds to out->sites and out->count those that
 * are not plainly inside of other instructions. What is read for it is bounded by
 * the size of the file's code.
 */
void judge_hits(int fd, const struct elf_facts *facts, const struct hits *hits, struct scan_file *out);

#endif
