/* SPDX-License-Identifier: MIT */
/* A line per site, and one for each file without any; a cell that is unknown is empty. */
#include "base/cleanup.h"
#include "report/cell_csv.h"
#include "scan/output.h"

#include <inttypes.h>

static void file_cells(FILE *out, const struct scan_file *f)
{
	csv_cell(out, f->path, ',');
	csv_cell(out, f->member, ',');
	csv_cell(out, scan_kind_name[f->kind], ',');
	csv_cell(out, f->machine, ',');
	csv_cell(out, f->kind == SCAN_ELF ? elf_type_name[f->type] : NULL, ',');
	csv_cell(out, f->build_id, ',');
	csv_cell(out, f->package, ',');
	csv_cell(out, scan_verdict_name[f->verdict], ',');
	csv_cell(out, f->why, ',');
}

static void site_cells(FILE *out, const struct scan_site *s)
{
	auto_free char *name = scan_site_call(s);

	fprintf(out, "%s,%s,0x%" PRIx64 ",0x%" PRIx64 ",", entry_form_info[s->form].id, scan_sure_name[s->sure],
		s->vaddr, s->offset);
	csv_cell(out, s->function, ',');
	if (s->nr >= 0)
		fprintf(out, "%" PRId64, s->nr);
	fputc(',', out);
	csv_cell(out, name, ',');
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
