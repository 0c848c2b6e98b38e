/* SPDX-License-Identifier: MIT */
/*
 * SARIF 2.1.0, for the code scanning of CI systems: a result for each file that
 * needs IA32 emulation or may, and for each place in a 64-bit file that does.
 */
#include "base/cleanup.h"
#include "base/json.h"
#include "scan/output.h"

#include <inttypes.h>
#include <string.h>

enum rule { RULE_FILE, RULE_SITE, RULE_UNKNOWN, RULES };

static const struct {
	const char *id, *name, *text, *level;
} rules[RULES] = {
	[RULE_FILE] = {"needs-ia32", "Needs32BitSupport",
		       "The file does not run where the kernel has IA32 emulation off.", "error"},
	[RULE_SITE] = {"ia32-entry", "Ia32EntryIn64BitCode",
		       "64-bit code that enters the kernel by way of its IA32 emulation.", "error"},
	[RULE_UNKNOWN] = {"may-need-ia32", "MayNeed32BitSupport",
			  "Whether the file needs IA32 emulation cannot be told.", "warning"},
};

/* A URI reference, RFC 3986: what is not unreserved is spelt out. */
static char *uri_of(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	char *uri = xcalloc(3, strlen(path) + 4), *to = uri;

	if (*path == '/')
		to = stpcpy(to, "file://");
	for (; *path; path++)
		if (strchr(plain, *path))
			*to++ = *path;
		else
			to += sprintf(to, "%%%02X", (unsigned char)*path);
	return uri;
}

static json_t *text_of(const char *s)
{
	json_t *o = json_object();

	json_put(o, "text", json_text(s));
	return o;
}

static json_t *location(const struct scan_file *f, const struct scan_site *s)
{
	json_t *o = json_object(), *physical = json_object(), *artifact = json_object();
	auto_free char *uri = uri_of(f->path);

	json_put(artifact, "uri", json_text(uri));
	json_put(physical, "artifactLocation", artifact);
	/* The offset of a member is in the member, which has no URI. */
	if (s && !f->member) {
		json_t *region = json_object();

		json_put(region, "byteOffset", json_count(s->offset));
		json_put(region, "byteLength", json_integer(2));
		json_put(physical, "region", region);
	}
	json_put(o, "physicalLocation", physical);
	if (f->member) {
		json_t *logical = json_object(), *list = json_array();

		json_put(logical, "fullyQualifiedName", json_text(f->member));
		json_put(logical, "kind", json_text("member"));
		json_add(list, logical);
		json_put(o, "logicalLocations", list);
	}
	return o;
}

static json_t *result(const struct scan_file *f, const struct scan_site *s, enum rule rule, const char *message)
{
	json_t *o = json_object(), *locations = json_array(), *prints = json_object();
	auto_free char *print = xasprintf("%s:%s:%" PRIx64, f->build_id ? f->build_id : f->path,
					  f->member ? f->member : "", s ? s->offset : 0);

	json_put(o, "ruleId", json_text(rules[rule].id));
	json_put(o, "ruleIndex", json_integer(rule));
	json_put(o, "level", json_text(rules[rule].level));
	json_put(o, "message", text_of(message));
	json_add(locations, location(f, s));
	json_put(o, "locations", locations);
	json_put(prints, "entrytrace/1", json_text(print));
	json_put(o, "partialFingerprints", prints);
	return o;
}

static void add_results(json_t *results, const struct scan_file *f)
{
	auto_free char *name = scan_file_name(f);
	auto_free char *message = xasprintf("%s %s.", name, f->why);

	if (f->verdict == NEEDS_NO)
		return;
	json_add(results, result(f, NULL, f->verdict == NEEDS_YES ? RULE_FILE : RULE_UNKNOWN, message));
	for (size_t i = 0; i < f->nsites && f->abi != ABI_I386; i++) {
		const struct scan_site *s = &f->sites[i];

		if (!entry_form_info[s->form].needs_ia32 || s->sure != SURE_INSTRUCTION)
			continue;
		auto_free char *at = xasprintf("%s at 0x%" PRIx64 "%s%s.", entry_form_info[s->form].meaning, s->vaddr,
					       s->function ? " in " : "", s->function ? s->function : "");

		json_add(results, result(f, s, RULE_SITE, at));
	}
}

static json_t *driver(void)
{
	json_t *o = json_object(), *list = json_array();

	json_put(o, "name", json_text("entrytrace"));
	json_put(o, "version", json_text(PACKAGE_VERSION));
	for (unsigned i = 0; i < RULES; i++) {
		json_t *r = json_object(), *configuration = json_object();

		json_put(configuration, "level", json_text(rules[i].level));
		json_put(r, "id", json_text(rules[i].id));
		json_put(r, "name", json_text(rules[i].name));
		json_put(r, "shortDescription", text_of(rules[i].text));
		json_put(r, "defaultConfiguration", configuration);
		json_add(list, r);
	}
	json_put(o, "rules", list);
	return o;
}

static void write_sarif(FILE *out, const struct scan_result *r, const struct scan_style *style)
{
	json_t *o = json_object(), *runs = json_array(), *run = json_object(), *tool = json_object(),
	       *results = json_array();

	(void)style;
	json_put(o, "$schema", json_text("https://json.schemastore.org/sarif-2.1.0.json"));
	json_put(o, "version", json_text("2.1.0"));
	json_put(tool, "driver", driver());
	json_put(run, "tool", tool);
	for (size_t i = 0; i < r->nfiles; i++)
		add_results(results, &r->files[i]);
	json_put(run, "results", results);
	json_add(runs, run);
	json_put(o, "runs", runs);
	json_write(out, o);
	json_decref(o);
}

const struct scan_format scan_sarif = {.name = "sarif", .write = write_sarif};
