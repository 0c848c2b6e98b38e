/* SPDX-License-Identifier: MIT */
/*
 * The whole outcome as JSON: a stable interface, to which keys are only ever added;
 * the schema is doc/scan.schema.json. Files are written one by one: there may be many.
 */
#include "base/cleanup.h"
#include "base/json.h"
#include "scan/output.h"

static json_t *texts(char *const *list, size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_add(a, json_text(list[i]));
	return a;
}

static json_t *known_text(const char *s)
{
	return s ? json_text(s) : json_null();
}

static json_t *site(const struct scan_site *s, bool traced)
{
	auto_free char *name = scan_site_call(s);
	json_t *o = json_object();

	json_put(o, "path", json_text(entry_form_info[s->form].id));
	json_put(o, "sure", json_text(scan_sure_name[s->sure]));
	json_put(o, "offset", json_hex(s->offset));
	json_put(o, "address", json_hex(s->vaddr));
	json_put(o, "function", known_text(s->function));
	json_put(o, "number", s->nr < 0 ? json_null() : json_integer(s->nr));
	json_put(o, "name", known_text(name));
	if (traced)
		json_put(o, "entries", json_count(s->ran));
	return o;
}

static json_t *counts_of_sites(const struct scan_file *f)
{
	json_t *o = json_object();

	for (unsigned form = 0; form < ENTRY_FORMS; form++) {
		json_t *by = NULL;

		for (unsigned sure = 0; sure < SURENESSES; sure++)
			if (f->count[form][sure]) {
				by = by ? by : json_object();
				json_put(by, scan_sure_name[sure], json_count(f->count[form][sure]));
			}
		if (by)
			json_put(o, entry_form_info[form].id, by);
	}
	return o;
}

static json_t *file(const struct scan_file *f, bool traced)
{
	json_t *o = json_object(), *sites = json_array();

	json_put(o, "path", json_text(f->path));
	json_put(o, "member", known_text(f->member));
	json_put(o, "kind", json_text(scan_kind_name[f->kind]));
	json_put(o, "needs_ia32", json_text(scan_verdict_name[f->verdict]));
	json_put(o, "why", known_text(f->why));
	json_put(o, "fault", known_text(f->fault));
	json_put(o, "package", known_text(f->package));
	json_put(o, "machine", known_text(f->machine));
	json_put(o, "abi", f->abi < ABIS && f->kind == SCAN_ELF ? json_text(abi_name[f->abi]) : json_null());
	json_put(o, "type", f->kind == SCAN_ELF ? json_text(elf_type_name[f->type]) : json_null());
	json_put(o, "interpreter", known_text(f->interpreter));
	json_put(o, "build_id", known_text(f->build_id));
	json_put(o, "soname", known_text(f->soname));
	json_put(o, "needed", texts(f->needed, f->nneeded));
	if (f->nstarted_by)
		json_put(o, "started_by", texts(f->started_by, f->nstarted_by));
	json_put(o, "code_bytes", json_count(f->code_bytes));
	json_put(o, "counts", counts_of_sites(f));
	for (size_t i = 0; i < f->nsites; i++)
		json_add(sites, site(&f->sites[i], traced));
	json_put(o, "sites", sites);
	return o;
}

static json_t *package(const struct scan_group *g)
{
	json_t *o = json_object();

	json_put(o, "name", json_text(g->name));
	json_put(o, "needs_ia32", json_text(scan_verdict_name[g->verdict]));
	json_put(o, "why", json_text(g->why));
	json_put(o, "files", json_count(g->files));
	json_put(o, "yes", json_count(g->yes));
	json_put(o, "unknown", json_count(g->unknown));
	return o;
}

static json_t *unseen(const struct scan_unseen *u)
{
	json_t *o = json_object();

	json_put(o, "module", json_text(u->module));
	json_put(o, "offset", json_hex(u->offset));
	json_put(o, "path", json_text(u->path_id));
	json_put(o, "entries", json_count(u->entries));
	json_put(o, "scanned", json_boolean(u->scanned));
	return o;
}

static json_t *by_verdict(const uint64_t n[VERDICTS])
{
	json_t *o = json_object();

	for (unsigned v = 0; v < VERDICTS; v++)
		json_put(o, scan_verdict_name[v], json_count(n[v]));
	return o;
}

/* A member of the outermost object; takes value over. */
static void member(FILE *out, const char *key, json_t *value, const char *end)
{
	fprintf(out, "\"%s\": ", key);
	json_write(out, value);
	fputs(end, out);
	json_decref(value);
}

/* Elements of a list, one by one. */
#define LIST(out, key, list, n, make) \
	do { \
		fprintf(out, "\"%s\": [\n", key); \
		for (size_t i_ = 0; i_ < (n); i_++) { \
			const __typeof__((list)[0]) *element = &(list)[i_]; \
			json_t *o_ = (make); \
			if (i_) \
				fputs(",\n", out); \
			json_write(out, o_); \
			json_decref(o_); \
		} \
		fputs("]", out); \
	} while (0)

static void write_json(FILE *out, const struct scan_result *r, const struct scan_style *style)
{
	json_t *counts = json_object(), *tool = json_object();

	(void)style;
	json_put(counts, "files", json_count(r->counts.files));
	json_put(counts, "bytes", json_count(r->counts.bytes));
	json_put(counts, "other_names", json_count(r->counts.again));
	json_put(counts, "unreadable", json_count(r->counts.unreadable));
	json_put(counts, "code_bytes", json_count(r->code_bytes));
	json_put(tool, "version", json_text(PACKAGE_VERSION));
	fputs("{\n\"schema\": \"entrytrace-scan/1\",\n", out);
	member(out, "tool", tool, ",\n");
	member(out, "paths", texts(r->operands, r->noperands), ",\n");
	fprintf(out, "\"system\": %s,\n", r->system ? "true" : "false");
	fprintf(out, "\"needs_ia32\": \"%s\",\n", scan_verdict_name[scan_worst(r)]);
	if (r->partial)
		member(out, "partial", json_text(r->partial), ",\n");
	else
		fputs("\"partial\": null,\n", out);
	member(out, "counts", counts, ",\n");
	member(out, "files_by_verdict", by_verdict(r->of_verdict), ",\n");
	member(out, "programs_by_verdict", by_verdict(r->programs), ",\n");
	LIST(out, "files", r->files, r->nfiles, file(element, r->has_traces));
	fputs(",\n", out);
	LIST(out, "packages", r->packages, r->npackages, package(element));
	if (r->has_traces) {
		fputs(",\n", out);
		LIST(out, "unseen", r->unseen, r->nunseen, unseen(element));
	}
	fputs("\n}\n", out);
}

const struct scan_format scan_json = {.name = "json", .write = write_json};
