/* SPDX-License-Identifier: MIT */
/* A line per site, and one for each file without any; a cell that is unknown is empty. */
#include "base/cleanup.h"
#include "base/text.h"
#include "scan/output.h"

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

static void file_cells(FILE *out, const struct scan_file *f)
{
	cell(out, f->path, ',');
	cell(out, f->member, ',');
	cell(out, scan_kind_name[f->kind], ',');
	cell(out, f->machine, ',');
	cell(out, f->kind == SCAN_ELF ? elf_type_name[f->type] : NULL, ',');
	cell(out, f->build_id, ',');
	cell(out, f->package, ',');
	cell(out, scan_verdict_name[f->verdict], ',');
	cell(out, f->why, ',');
}

static void site_cells(FILE *out, const struct scan_site *s)
{
	auto_free char *name = scan_site_call(s);

	fprintf(out, "%s,%s,0x%" PRIx64 ",0x%" PRIx64 ",", entry_form_info[s->form].id, scan_sure_name[s->sure],
		s->vaddr, s->offset);
	cell(out, s->function, ',');
	if (s->nr >= 0)
		fprintf(out, "%" PRId64, s->nr);
	fputc(',', out);
	cell(out, name, ',');
	fprintf(out, "%" PRIu64 "\n", s->ran);
}

static void write_csv(FILE *out, const struct scan_result *r, const struct scan_style *style)
{
	(void)style;
	fputs("path,member,kind,machine,type,build_id,package,needs_ia32,why,"
	      "entry,sure,address,offset,function,number,name,entries\n", out);
	for (size_t i = 0; i < r->nfiles; i++) {
		const struct scan_file *f = &r->files[i];

		for (size_t k = 0; k < f->nsites; k++) {
			file_cells(out, f);
			site_cells(out, &f->sites[k]);
		}
		if (!f->nsites) {
			file_cells(out, f);
			fputs(",,,,,,,\n", out);
		}
	}
}

const struct scan_format scan_csv = {.name = "csv", .write = write_csv};
