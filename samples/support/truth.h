/* SPDX-License-Identifier: MIT */
/*
 * A program's own account of its kernel entries: how many by which path,
 * against which syscall table, under which number. The samples count each
 * entry right beside the instruction that makes it. No libc is needed.
 */
#ifndef ET_SAMPLES_TRUTH_H
#define ET_SAMPLES_TRUTH_H

#include "model/entry.h"

#include <stddef.h>
#include <stdint.h>

#define TRUTH_ROWS 240

struct truth_row {
	uint32_t key;     /* path, table and number packed; 0 is a free row */
	uint32_t entries;
};

struct truth {
	struct truth_row rows[TRUTH_ROWS];
	uint32_t lost; /* entries that found no free row: the account is void then */
};

/* Where this process counts; samples that fork or exec move it to shared memory. */
extern struct truth *truth;

/* Safe in threads, signal handlers and over processes that share the table. */
void truth_add_n(enum entry_path path, enum abi abi, long nr, unsigned n);

static inline void truth_add(enum entry_path path, enum abi abi, long nr)
{
	truth_add_n(path, abi, nr, 1);
}

/*
 * Writes the account into buf as lines "truth PATH ABI NR COUNT", then
 * "scope SCOPE": "all" when nothing else entered the kernel in the whole
 * process tree, "rows" when only the named rows are claimed. Returns the
 * length; what does not fit is cut off.
 */
size_t truth_print(char *buf, size_t size, const char *scope);

/* Which path a call of __kernel_vsyscall takes on this machine, read from its bytes. */
enum entry_path truth_vdso_path(unsigned long sysinfo);

/*
 * Where a call of __kernel_vsyscall comes back from the kernel, 0 when there is
 * no telling. Two bytes before it a restarted call enters again.
 */
unsigned long truth_landing_pad(unsigned long sysinfo);

/* The same formatter for a sample's own line: appends text, then a number. */
size_t truth_text(char *buf, size_t size, size_t at, const char *text);
size_t truth_number(char *buf, size_t size, size_t at, long number);

#endif
