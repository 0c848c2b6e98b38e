/* SPDX-License-Identifier: MIT */
/* A comparison for programs: JSON, CSV, and folded stacks of both sides. */
#include "base/cleanup.h"
#include "base/json_stream.h"
#include "report/cell_csv.h"
#include "report/compare_formats.h"
#include "report/frame_text.h"
#include "store/stacks.h"

#include <inttypes.h>
#include <string.h>

/* ---- JSON ---- */

static json_t *known(struct priced p)
{
	return p.known ? json_figure(p.value) : json_null();
}

static json_t *interval(struct priced p)
{
	json_t *a = json_array();

	if (!p.known) {
		json_decref(a);
		return json_null();
	}
	json_add(a, json_figure(p.ci95.lo));
	json_add(a, json_figure(p.ci95.hi));
	return a;
}

static const char *const trend_name[] = {
	[TREND_UNKNOWN] = "unknown", [TREND_SAME] = "same", [TREND_UNCLEAR] = "unclear", [TREND_LESS] = "less",
	[TREND_MORE] = "more",
};

static void put_delta(json_t *o, const struct delta *d)
{
	json_put(o, "old_entries", json_count(d->old_entries));
	json_put(o, "new_entries", json_count(d->new_entries));
	json_put(o, "old_added_cycles", known(d->old_added));
	json_put(o, "new_added_cycles", known(d->new_added));
	json_put(o, "added_cycles_change", known(d->change));
	json_put(o, "added_cycles_change_ci95", interval(d->change));
	json_put(o, "trend", json_text(trend_name[delta_trend(d)]));
}

static json_t *side(const struct compare_side *s)
{
	json_t *o = json_object();

	json_put(o, "file", json_text(s->name));
	json_put(o, "host_name", json_text(s->trace->host_name));
	json_put(o, "started", json_text(s->trace->started));
	json_put(o, "entries", json_count(s->trace->entries));
	json_put(o, "calibration", json_text(s->estimate && s->estimate->have_table ? s->estimate->calibration : NULL));
	return o;
}

static json_t *path_rows(const struct comparison *c)
{
	json_t *a = json_array();

	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		if (!c->paths[p].old_entries && !c->paths[p].new_entries)
			continue;
		json_t *o = json_object();

		json_put(o, "path", json_text(entry_path_info[p].id));
		put_delta(o, &c->paths[p]);
		json_add(a, o);
	}
	return a;
}

static json_t *image_rows(const struct comparison *c)
{
	json_t *a = json_array();

	for (size_t i = 0; i < c->nimages; i++) {
		const struct compared_image *im = &c->images[i];
		const struct image *was = im->old_image == SITE_INDEX_NONE ? NULL : &c->old_side.trace->images[im->old_image];
		const struct image *is = im->new_image == SITE_INDEX_NONE ? NULL : &c->new_side.trace->images[im->new_image];
		json_t *o = json_object();

		json_put(o, "exe", json_text((is ? is : was)->exe));
		json_put(o, "abi", json_text(abi_name[(is ? is : was)->abi]));
		json_put(o, "old_build_id", json_text(was ? was->build_id : NULL));
		json_put(o, "new_build_id", json_text(is ? is->build_id : NULL));
		put_delta(o, &im->delta);
		json_add(a, o);
	}
	return a;
}

static json_t *site_row(const struct comparison *c, const struct compared_site *cs)
{
	const struct trace *t;
	const struct site *s = compared_site(c, cs, &t);
	json_t *o = json_object();

	json_put(o, "status", json_text(site_status_name[cs->status]));
	json_put(o, "path", json_text(entry_path_info[s->path].id));
	json_put(o, "exe", json_text(t->images[s->image].exe));
	json_put(o, "module", json_text(s->module));
	json_put_function(o, s->function);
	json_put(o, "source", json_text(s->source));
	json_put(o, "old_offset", cs->old_site == SITE_INDEX_NONE ? NULL : json_hex(c->old_side.trace->sites[cs->old_site].offset));
	json_put(o, "new_offset", cs->new_site == SITE_INDEX_NONE ? NULL : json_hex(c->new_side.trace->sites[cs->new_site].offset));
	put_delta(o, &cs->delta);
	return o;
}

static void write_json(FILE *out, const struct comparison *c, const struct report_style *style)
{
	struct json_out o;
	json_t *total = json_object();

	(void)style;
	put_delta(total, &c->total);
	json_out_open(&o, out);
	json_out_put(&o, "schema", json_text("entrytrace-compare/1"));
	json_out_put(&o, "old", side(&c->old_side));
	json_out_put(&o, "new", side(&c->new_side));
	json_out_put(&o, "same_prices", json_boolean(c->same_prices));
	json_out_put(&o, "total", total);
	json_out_put(&o, "paths", path_rows(c));
	json_out_put(&o, "images", image_rows(c));
	json_out_array(&o, "sites");
	for (size_t i = 0; i < c->nsites; i++)
		json_out_item(&o, site_row(c, &c->sites[i]));
	json_out_array_end(&o);
	json_out_close(&o);
}

/* ---- CSV ---- */

static void write_csv(FILE *out, const struct comparison *c, const struct report_style *style)
{
	(void)style;
	fputs("status,path,image,module,function,source,old_offset,new_offset,old_entries,new_entries,"
	      "old_added_cycles,new_added_cycles,change,change_lo,change_hi,trend\n", out);
	for (size_t i = 0; i < c->nsites; i++) {
		const struct compared_site *cs = &c->sites[i];
		const struct trace *t;
		const struct site *s = compared_site(c, cs, &t);
		struct priced lo = cs->delta.change, hi = cs->delta.change;

		lo.value = lo.ci95.lo;
		hi.value = hi.ci95.hi;
		csv_cell(out, site_status_name[cs->status], ',');
		csv_cell(out, entry_path_info[s->path].id, ',');
		csv_cell(out, t->images[s->image].exe, ',');
		csv_cell(out, s->module, ',');
		csv_cell(out, s->function, ',');
		csv_cell(out, s->source, ',');
		if (cs->old_site != SITE_INDEX_NONE)
			fprintf(out, "0x%" PRIx64, c->old_side.trace->sites[cs->old_site].offset);
		fputc(',', out);
		if (cs->new_site != SITE_INDEX_NONE)
			fprintf(out, "0x%" PRIx64, c->new_side.trace->sites[cs->new_site].offset);
		fprintf(out, ",%" PRIu64 ",%" PRIu64 ",", cs->delta.old_entries, cs->delta.new_entries);
		csv_figure(out, cs->delta.old_added, 1, ',');
		csv_figure(out, cs->delta.new_added, 1, ',');
		csv_figure(out, cs->delta.change, 1, ',');
		csv_figure(out, lo, 1, ',');
		csv_figure(out, hi, 1, ',');
		csv_cell(out, trend_name[delta_trend(&cs->delta)], '\n');
	}
}

/* ---- folded: "frames old new", what flamegraph.pl colours by the difference ---- */

static void add_line(struct weighed_line **lines, char *text, bool old, uint64_t entries)
{
	struct weighed_line *l = weighed_line(lines, text);

	*(old ? &l->old_weight : &l->weight) += entries;
}

static void add_side(struct weighed_line **lines, const struct compare_side *s, bool old)
{
	const struct trace *t = s->trace;

	for (size_t i = 0; i < t->nsites; i++) {
		const struct site *site = &t->sites[i];

		for (size_t k = 0; k < site->nstacks; k++)
			add_line(lines, folded_line(t, site, &site->stacks[k]), old, site->stacks[k].entries);
		/* Without stacks, the site itself is a short one. */
		if (!site->nstacks)
			add_line(lines, folded_line(t, site, NULL), old, site->entries);
	}
}

static int by_text(const struct weighed_line *a, const struct weighed_line *b)
{
	return strcmp(a->text, b->text);
}

static void write_folded(FILE *out, const struct comparison *c, const struct report_style *style)
{
	struct weighed_line *lines = NULL;

	(void)style;
	add_side(&lines, &c->old_side, true);
	add_side(&lines, &c->new_side, false);
	HASH_SORT(lines, by_text);
	for (const struct weighed_line *l = lines; l; l = l->hh.next)
		fprintf(out, "%s %" PRIu64 " %" PRIu64 "\n", l->text, l->old_weight, l->weight);
	weighed_free(&lines);
}

const struct compare_format compare_json = {.name = "json", .write = write_json};
const struct compare_format compare_csv = {.name = "csv", .write = write_csv};
const struct compare_format compare_folded = {.name = "folded", .write = write_folded};
