/* SPDX-License-Identifier: MIT */
/*
 * Proves that an address space holds no hidden entry: an instruction that the
 * filter of counting in place would let through though no counter saw it. That
 * is a syscall or sysenter of 32-bit code, wherever it stands (the kernel
 * reports the vDSO's landing pad for all of them), and an int 0x80 at an
 * address that the filter allows.
 *
 * The bytes of such an instruction also turn up by chance, inside of others.
 * They are harmless where the file says from which place on the code is to be
 * read and, read from there, no instruction begins at them. Where it does not
 * say (no call frame information, no symbols), all ways of reading must agree
 * on that. Memory without an ELF file behind it must be free of the bytes.
 *
 * What is taken for granted: code does not jump into the middle of its own
 * instructions, nor run what its file declares as data; and no one changes code
 * behind the mapping, by writing to the file itself or to /proc/PID/mem.
 */
#ifndef ET_STUB_SCAN_H
#define ET_STUB_SCAN_H

#include "tracee/maps.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Which entries the filter lets through: by the reported ip, behind the instruction. */
struct scan_rule {
	uint16_t pad_offset; /* its offset in the page */
	uint32_t from;       /* and at or above this address */
	/*
	 * Look for syscall and sysenter too: for 32-bit images. In an x86-64 image
	 * both report an address above 4 GiB: only int 0x80 below 4 GiB matters.
	 */
	bool raw;
};

struct scan_range {
	uint64_t start, end; /* [start, end) */
};

/* What was looked at in one address space, by one rule. For a fork, a copy; at execve, a new one. */
struct scanned;
struct scanned *scanned_new(void);
struct scanned *scanned_copy(const struct scanned *s);
void scanned_free(struct scanned *s);

/* Did the last scan look at anything in [start, start + size)? */
bool scanned_overlap(const struct scanned *s, uint64_t start, uint64_t size);

/* Outcomes by file and part of the file, over the whole trace. */
struct scan_cache;
struct scan_cache *scan_cache_new(void);
void scan_cache_free(struct scan_cache *c);

/*
 * Looks at all that is executable in pid, of which maps were just read (or could
 * not be: NULL). What was proven before is looked
 * at again if it, or its file, was written to; what is not executable any more
 * is forgotten. The ranges of ours are left out, and the vDSO: those are the
 * caller's to answer for. All tasks of the address space should be stopped, or
 * each change of theirs be followed by another scan.
 *
 * Returns 0 when no hidden entry is possible; 1 when one is or cannot be ruled
 * out, with a clause for people in *why (the caller frees it): "a syscall
 * instruction in libfoo.so+0x1234"; -ESRCH when pid cannot be read.
 */
int scan_space(pid_t pid, const struct maps *maps, const struct scan_rule *rule, struct scan_cache *cache, struct scanned *done,
	       const struct scan_range *ours, size_t nours, char **why);

#endif
