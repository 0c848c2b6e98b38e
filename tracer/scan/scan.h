/* SPDX-License-Identifier: MIT */
/* The scan as a whole: names in, a result out. */
#ifndef ET_SCAN_SCAN_H
#define ET_SCAN_SCAN_H

#include "base/err.h"
#include "scan/result.h"

struct scan_order {
	char **paths;          /* files and folders */
	size_t npaths;
	bool one_file_system;
	bool system;           /* the whole machine, and what it starts */
	unsigned readers;      /* processes; 0: as many as there are CPUs */
	/* Called now and then; false: stop, and report what is there. May be NULL. */
	bool (*go_on)(void *ctx, const struct walk_counts *counts, const struct scan_result *so_far);
	void *ctx;
};

/* Returns 0 with *out to be freed by scan_result_fini(), or a negative errno with a sentence in err. */
int scan(const struct scan_order *order, struct scan_result *out, struct err *err);

#endif
