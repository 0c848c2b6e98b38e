/* SPDX-License-Identifier: MIT */
/* A text file for Prometheus' node_exporter: https://prometheus.io/docs/specs/om/open_metrics_spec/ */
#include "base/cleanup.h"
#include "base/text.h"
#include "report/formats.h"

#include <inttypes.h>
#include <string.h>

/* A label's value: one line of printable characters, backslash and quote escaped. */
static void value(FILE *out, const char *text)
{
	auto_free char *s = text_escape(text, true);

	for (const char *c = s; *c; c++) {
		if (*c == '\\' || *c == '"')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
}

static void family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP entrytrace_%s %s\n# TYPE entrytrace_%s %s\n", name, help, name, type);
}

/* {program="...",abi="...",path="..."} */
static void labels(FILE *out, const struct image *im, enum entry_path path)
{
	fputs("{program=\"", out);
	value(out, im->exe);
	fprintf(out, "\",abi=\"%s\",path=\"%s\"} ", abi_name[im->abi], entry_path_info[path].id);
}

struct sums {
	uint64_t entries[ENTRY_PATHS];
	double cycles[ENTRY_PATHS], added[ENTRY_PATHS];
	bool priced[ENTRY_PATHS];
};

static void add_sites(const struct trace *t, const struct estimate *est, struct sums *of)
{
	for (size_t i = 0; i < t->nsites; i++) {
		const struct site *s = &t->sites[i];
		struct sums *sum = &of[s->image];
		const struct site_cost *c = est && est->have_table && est->sites ? &est->sites[i] : NULL;

		sum->entries[s->path] += s->entries;
		if (c && c->total.known && c->added.known) {
			sum->priced[s->path] = true;
			sum->cycles[s->path] += c->total.value;
			sum->added[s->path] += c->added.value;
		}
	}
}

static void entries(FILE *out, const struct trace *t, const struct sums *of)
{
	family(out, "entries", "gauge", "Kernel entries of the traced programs, by path.");
	for (size_t i = 0; i < t->nimages; i++)
		for (unsigned p = 0; p < ENTRY_PATHS; p++)
			if (of[i].entries[p]) {
				fputs("entrytrace_entries", out);
				labels(out, &t->images[i], p);
				fprintf(out, "%" PRIu64 "\n", of[i].entries[p]);
			}
}

static void cycles(FILE *out, const struct trace *t, const struct sums *of, bool added)
{
	const char *name = added ? "added_cycles" : "cycles";

	family(out, name, "gauge", added ? "Cycles that the entries cost over native 64-bit system calls."
					 : "Cycles that the entries cost.");
	for (size_t i = 0; i < t->nimages; i++)
		for (unsigned p = 0; p < ENTRY_PATHS; p++)
			if (of[i].priced[p]) {
				fprintf(out, "entrytrace_%s", name);
				labels(out, &t->images[i], p);
				fprintf(out, "%.9g\n", added ? of[i].added[p] : of[i].cycles[p]);
			}
}

static int write_openmetrics(FILE *out, const struct trace *t, const struct estimate *est,
			     const struct report_style *style, struct err *err)
{
	auto_free struct sums *of = xcalloc(t->nimages + 1, sizeof(*of));

	(void)style, (void)err;
	add_sites(t, est, of);
	entries(out, t, of);
	if (est && est->have_table) {
		cycles(out, t, of, false);
		cycles(out, t, of, true);
	}
	family(out, "processes", "gauge", "Processes that ran the program.");
	for (size_t i = 0; i < t->nimages; i++) {
		fputs("entrytrace_processes{program=\"", out);
		value(out, t->images[i].exe);
		fprintf(out, "\",abi=\"%s\"} %" PRIu64 "\n", abi_name[t->images[i].abi], t->images[i].processes);
	}
	family(out, "sites", "gauge", "Places in code that entered the kernel.");
	fprintf(out, "entrytrace_sites %zu\n", t->nsites);
	family(out, "blind_spots", "gauge", "Kinds of entries that could not be seen or followed.");
	fprintf(out, "entrytrace_blind_spots %zu\n", t->nblind_spots);
	family(out, "partial", "gauge", "Whether the trace was cut short.");
	fprintf(out, "entrytrace_partial %d\n", t->partial != NULL);
	family(out, "wall_seconds", "gauge", "How long was traced.");
	fprintf(out, "entrytrace_wall_seconds %.9g\n# EOF\n", t->wall_seconds);
	return 0;
}

const struct report_format report_openmetrics = {
	.name = "openmetrics",
	.what = "a text file for node_exporter",
	.write = write_openmetrics,
};
