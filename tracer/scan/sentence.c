/* SPDX-License-Identifier: MIT */
#include "scan/sentence.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Programs that are named before the rest is counted. */
#define NAMED 5

static const char *name_of(const struct scan_file *f)
{
	const char *path = f->member ? f->member : f->path, *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "a, b and 3 more"; what is started by something comes first in the result already. */
static char *names(const struct scan_result *r, enum scan_verdict v, bool programs)
{
	char *list = xstrdup("");
	uint64_t n = 0, total = programs ? r->programs[v] : r->of_verdict[v];

	for (size_t i = 0; i < r->nfiles && n < NAMED; i++) {
		const struct scan_file *f = &r->files[i];
		char *longer;

		if (f->verdict != v || (programs && !scan_is_program(f)))
			continue;
		longer = xasprintf("%s%s%s", list, !n ? "" : n + 1 == total ? " and " : ", ", name_of(f));
		free(list);
		list = longer;
		n++;
	}
	if (total > n) {
		char *longer = xasprintf("%s and %" PRIu64 " more", list, total - n);

		free(list);
		list = longer;
	}
	return list;
}

char *scan_sentence(const struct scan_result *r)
{
	uint64_t yes = r->programs[NEEDS_YES], others = r->of_verdict[NEEDS_YES] - yes;
	uint64_t unknown = r->of_verdict[NEEDS_UNKNOWN];
	auto_free char *maybe = unknown ? xasprintf("; of %" PRIu64 " file%s it cannot be told", unknown,
						    unknown == 1 ? "" : "s") : xstrdup("");

	if (yes) {
		auto_free char *list = names(r, NEEDS_YES, true);

		return xasprintf("Booting with ia32_emulation=0 would break %" PRIu64 " program%s: %s%s.", yes,
				 yes == 1 ? "" : "s", list, maybe);
	}
	if (others) {
		auto_free char *list = names(r, NEEDS_YES, false);

		return xasprintf("Booting with ia32_emulation=0 would break no program found here, but programs that "
				 "load %s%s.", list, maybe);
	}
	return xasprintf("Booting with ia32_emulation=0 would break nothing found here%s.", maybe);
}
