/* SPDX-License-Identifier: MIT */
/* What a scan found in a part of a file, kept so that a library is read once per trace. */
#ifndef ET_STUB_SCAN_CACHE_H
#define ET_STUB_SCAN_CACHE_H

#include "stub/scan.h"

#include <stdint.h>
#include <sys/stat.h>

/* Filled by scan_part_of() only: it is compared byte by byte. */
struct scan_part {
	uint64_t dev, inode, size;
	int64_t mtime, mtime_ns, ctime, ctime_ns;
	uint64_t offset, length;
	uint32_t pad_offset;
	uint8_t raw, above; /* what was looked for; int 0x80 only in what is mapped above rule->from */
	uint16_t zero;
};

struct scan_part scan_part_of(const struct stat *st, uint64_t offset, uint64_t length,
			      const struct scan_rule *rule, bool above);

/* False when nothing is kept. Else *why is NULL (harmless) or a clause that the cache owns. */
bool scan_cache_get(const struct scan_cache *c, const struct scan_part *part, const char **why);

/* Keeps an outcome; why, NULL when harmless, is copied. */
void scan_cache_put(struct scan_cache *c, const struct scan_part *part, const char *why);

#endif
