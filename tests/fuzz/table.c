/* SPDX-License-Identifier: MIT */
/* Calibration tables: what loads prices a trace, and saves as what loads again. */
#include "base/cleanup.h"
#include "store/table.h"
#include "estimate/estimate.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct call_count call = {.abi = ABI_I386, .nr = 20, .entries = 1000};
	struct image image = {.exe = (char *)(uintptr_t)"a", .entries = 1000 * ENTRY_PATHS};
	struct site sites[ENTRY_PATHS] = {0};
	struct trace trace = {.images = &image, .nimages = 1, .sites = sites, .nsites = ENTRY_PATHS,
			      .entries = 1000 * ENTRY_PATHS, .cpu_user = 0.5};
	struct host host = {0};
	struct cost_table table, again;
	struct estimate estimate;
	struct err err = {0};
	auto_free char *json = NULL;
	size_t n;

	if (cost_table_parse((const char *)data, size, "fuzz", &table, &err) != 0) {
		if (!err.text[0])
			abort();
		return 0;
	}
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		sites[p] = (struct site){.path = (enum entry_path)p, .entries = 1000, .calls = &call, .ncalls = 1};
	estimate_make(&trace, &table, NULL, &host, -1, &estimate);
	estimate_fini(&estimate);

	FILE *f = open_memstream(&json, &n);
	if (!f)
		abort();
	cost_table_write(f, &table);
	fclose(f);
	if (cost_table_parse(json, n, "again", &again, &err) != 0)
		abort();
	cost_table_fini(&again);
	cost_table_fini(&table);
	return 0;
}
