/* SPDX-License-Identifier: MIT */
/* Recorded evidence, and the judging of any evidence: what is read is judged, written and read again. */
#include "base/err.h"
#include "classify/classify.h"
#include "classify/record.h"
#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void must(bool what)
{
	if (!what)
		abort();
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
	return a->path == b->path && a->site.v == b->site.v && a->entered.v == b->entered.v;
}

/* Written out and read back, it is judged alike. */
static void comes_back(const struct evidence *ev, const struct verdict *given)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct evidence again;
	struct verdict noted, judged;
	unsigned line = 0;

	evidence_write(f, ev, given);
	fclose(f);
	f = fmemopen(text, size, "r");
	must(f && evidence_read(f, &line, &again, &noted, NULL) == 1);
	fclose(f);
	judged = classify(&again);
	must(same_verdict(&noted, given) && same_verdict(&judged, given));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = xcalloc(size + 1, 1);
	struct evidence ev;
	struct verdict noted, v;
	struct err err;
	unsigned line = 0;
	FILE *f;

	if (size)
		memcpy(copy, data, size);
	f = size ? fmemopen(copy, size, "r") : NULL;
	while (f && evidence_read(f, &line, &ev, &noted, &err) == 1) {
		v = classify(&ev);
		must(v.path < ENTRY_PATHS);
		comes_back(&ev, &v);
	}
	if (f)
		fclose(f);
	free(copy);
	return 0;
}
