/* SPDX-License-Identifier: MIT */
/* One line per site and syscall (RFC 4180, but for line feeds alone); a cell that is unknown is empty. */
#include "base/cleanup.h"
#include "base/err.h"
#include "report/cell_csv.h"
#include "report/formats.h"

#include <inttypes.h>
#include <string.h>

static int write_csv(FILE *out, const struct trace *t, const struct estimate *est,
		     const struct report_style *style, struct err *err)
{
	static const struct site_cost unpriced;

	(void)style, (void)err;
	fputs("path,image,image_abi,module,offset,function,source,instruction,"
	      "syscall_abi,number,name,entries,cycles_per_entry,added_cycles,function_offset\n", out);
	for (size_t i = 0; i < t->nsites; i++) {
		const struct site *s = &t->sites[i];
		const struct image *im = &t->images[s->image];
		const struct site_cost *cost = est && est->sites ? &est->sites[i] : &unpriced;

		uint64_t distance = 0;
		size_t name = s->function ? function_name(s->function, &distance) : 0;
		auto_free char *function = s->function ? xasprintf("%.*s", (int)name, s->function) : NULL;

		for (size_t k = 0; k < s->ncalls; k++) {
			const struct call_count *c = &s->calls[k];

			csv_cell(out, entry_path_info[s->path].id, ',');
			csv_cell(out, im->exe, ',');
			csv_cell(out, abi_name[im->abi], ',');
			csv_cell(out, s->module, ',');
			fprintf(out, "0x%" PRIx64 ",", s->offset);
			csv_cell(out, function, ',');
			csv_cell(out, s->source, ',');
			csv_cell(out, s->instruction, ',');
			csv_cell(out, abi_name[c->abi], ',');
			fprintf(out, "%" PRId64 ",", c->nr);
			csv_cell(out, c->name, ',');
			fprintf(out, "%" PRIu64 ",", c->entries);
			csv_figure(out, cost->per_entry, 1, ',');
			csv_figure(out, cost->added_per_entry, (double)c->entries, ',');
			if (s->function && s->function[name])
				fprintf(out, "0x%" PRIx64, distance);
			fputc('\n', out);
		}
	}
	return 0;
}

const struct report_format report_csv = {
	.name = "csv",
	.what = "a line per site and syscall",
	.write = write_csv,
};
