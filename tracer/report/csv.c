/* SPDX-License-Identifier: MIT */
/* One line per site and syscall (RFC 4180, but for line feeds alone); a cell that is unknown is empty. */
#include "base/cleanup.h"
#include "base/text.h"
#include "report/formats.h"

#include <inttypes.h>
#include <string.h>

/* Control characters are spelt out, so that a line of the file is a row of the table. */
static void cell(FILE *out, const char *text, char end)
{
	auto_free char *s = text_escape(text, true);

	if (strpbrk(s, ",\"")) {
		fputc('"', out);
		for (const char *c = s; *c; c++)
			fprintf(out, *c == '"' ? "\"\"" : "%c", *c);
		fputc('"', out);
	} else {
		fputs(s, out);
	}
	fputc(end, out);
}

static void figure(FILE *out, struct priced p, double times, char end)
{
	if (p.known)
		fprintf(out, "%.9g", p.value * times);
	fputc(end, out);
}

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

			cell(out, entry_path_info[s->path].id, ',');
			cell(out, im->exe, ',');
			cell(out, abi_name[im->abi], ',');
			cell(out, s->module, ',');
			fprintf(out, "0x%" PRIx64 ",", s->offset);
			cell(out, function, ',');
			cell(out, s->source, ',');
			cell(out, s->instruction, ',');
			cell(out, abi_name[c->abi], ',');
			fprintf(out, "%" PRId64 ",", c->nr);
			cell(out, c->name, ',');
			fprintf(out, "%" PRIu64 ",", c->entries);
			figure(out, cost->per_entry, 1, ',');
			figure(out, cost->added_per_entry, (double)c->entries, ',');
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
