/* SPDX-License-Identifier: MIT */
/* The list of the costliest sites. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How many syscalls of a site are named before the rest is summed up. */
#define CALLS_NAMED 6

static const struct site_cost *cost_of(const struct parts *x, size_t site)
{
	return x->est && x->est->sites ? &x->est->sites[site] : NULL;
}

static int compare_sites(const void *a, const void *b, void *arg)
{
	const struct parts *x = arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	int r = costlier(cost_of(x, i), x->trace->sites[i].entries, cost_of(x, k), x->trace->sites[k].entries);

	return r ? r : i < k ? -1 : i > k;
}

/* "Costliest" only where there are costs. */
static bool any_cost(const struct parts *x)
{
	for (size_t i = 0; i < x->trace->nsites; i++)
		if (cost_of(x, i) && cost_of(x, i)->added.known)
			return true;
	return false;
}

static int compare_calls(const void *a, const void *b, void *arg)
{
	const struct call_count *calls = arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (calls[i].entries != calls[k].entries)
		return calls[i].entries > calls[k].entries ? -1 : 1;
	return i < k ? -1 : i > k;
}

/* "+0x1f" behind the module, and what of the file's name fits before it, matter most. */
static size_t tail_to_keep(const char *place)
{
	const char *base = strrchr(place, '/');

	return text_width(base ? base : place);
}

static void add_place(struct parts *x, struct table *t, const struct site *s)
{
	auto_free char *module = text_escape(s->module, x->style->utf8);
	struct cell *c = table_add(t, INK_BOLD, "%s+0x%" PRIx64, module, s->offset);

	c->keep_tail = tail_to_keep(c->text);
}

/* The function and the source line together; a long path gives up its folders first. */
static void add_function(struct parts *x, struct table *t, const struct site *s)
{
	bool utf8 = x->style->utf8;
	auto_free char *name = s->inlined_in ? xasprintf("%s in %s", s->function, s->inlined_in) : NULL;
	auto_free char *function = text_escape(name ? name : s->function, utf8);
	auto_free char *source = text_escape(s->source, utf8);
	const char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source;
	const char *at = !s->source ? "" : s->function ? " at " : "at ";
	struct cell *c = table_add(t, INK_PLAIN, "%s%s%s", function, at, source);

	c->brief = xasprintf("%s%s%s", function, at, base);
	c->keep_tail = text_width(at) + text_width(base);
}

/* What stood behind an entry of unknown path; where a far call entered the kernel. */
static void add_entered(struct parts *x, struct table *t, const struct site *s)
{
	bool utf8 = x->style->utf8;
	auto_free char *insn = text_escape(s->path == PATH_UNKNOWN ? s->instruction : NULL, utf8);

	table_add(t, INK_PLAIN, "%s", insn);
	if (!s->entered_at) {
		table_add(t, INK_DIM, "%s", "");
		return;
	}
	/* In the same file the offset says it all. */
	size_t same = strlen(s->module);
	bool here = strncmp(s->entered_at, s->module, same) == 0 && s->entered_at[same] == '+';
	auto_free char *where = text_escape(s->entered_at + (here ? same : 0), utf8);

	table_add(t, INK_DIM, "enters at %s", where)->keep_tail = tail_to_keep(where);
}

static void add_program(struct parts *x, struct table *t, const struct site *s)
{
	const char *exe = x->trace->images[s->image].exe;

	if (x->trace->nimages < 2 || strcmp(exe, s->module) == 0) {
		table_add(t, INK_DIM, "%s", "");
		return;
	}
	auto_free char *name = text_escape(exe, x->style->utf8);

	table_add(t, INK_DIM, "in %s", name)->keep_tail = tail_to_keep(name);
}

static void add_calls(struct parts *x, struct table *t, const struct site *s)
{
	auto_free size_t *order = xcalloc(s->ncalls, sizeof(*order));
	auto_free char *list = NULL;
	size_t size;
	uint64_t rest = s->entries;
	FILE *f = open_memstream(&list, &size);

	for (size_t i = 0; i < s->ncalls; i++)
		order[i] = i;
	qsort_r(order, s->ncalls, sizeof(*order), compare_calls, s->calls);
	for (size_t i = 0; i < s->ncalls && i < CALLS_NAMED; i++) {
		const struct call_count *call = &s->calls[order[i]];
		auto_free char *name = text_escape(call->name, x->style->utf8);

		fputs(i ? ", " : "", f);
		/* The table is worth a word where it is not the image's own. */
		if (call->abi != x->trace->images[s->image].abi)
			fprintf(f, "%s" DOC_NBSP, abi_name[call->abi]);
		if (call->name)
			fputs(name, f);
		else
			fprintf(f, "no." DOC_NBSP "%" PRId64, call->nr);
		if (s->ncalls > 1)
			fprintf(f, DOC_NBSP "%s", num_count(call->entries).s);
		rest -= call->entries;
	}
	if (s->ncalls > CALLS_NAMED)
		fprintf(f, ", %zu" DOC_NBSP "others" DOC_NBSP "%s", s->ncalls - CALLS_NAMED, num_count(rest).s);
	fclose(f);
	table_add(t, INK_DIM, "%s", list);
}

void part_sites(struct parts *x)
{
	static const struct column plain[] = {
		{"entries", ALIGN_RIGHT, false, 0, 0}, {"share", ALIGN_RIGHT, false, 0, 7},
		{"path", ALIGN_LEFT, false, 0, 0}, {"site", ALIGN_LEFT, true, 0, 0},
		{"function", ALIGN_LEFT, true, 0, 0}, {"instruction", ALIGN_LEFT, false, 0, 0},
		{"enters at", ALIGN_LEFT, false, 0, 0}, {"program", ALIGN_LEFT, true, 0, 0},
		{"calls", ALIGN_LEFT, true, 0, 0}, {0}};
	static const struct column priced[] = {
		{"entries", ALIGN_RIGHT, false, 0, 0}, {"share", ALIGN_RIGHT, false, 0, 7},
		{"added cycles", ALIGN_RIGHT, false, 0, 0},
		{"path", ALIGN_LEFT, false, 0, 0}, {"site", ALIGN_LEFT, true, 0, 0},
		{"function", ALIGN_LEFT, true, 0, 0}, {"instruction", ALIGN_LEFT, false, 0, 0},
		{"enters at", ALIGN_LEFT, false, 0, 0}, {"program", ALIGN_LEFT, true, 0, 0},
		{"calls", ALIGN_LEFT, true, 0, 0}, {0}};
	const struct trace *tr = x->trace;
	auto_free size_t *order = xcalloc(tr->nsites, sizeof(*order));
	size_t n = x->style->top && x->style->top < tr->nsites ? x->style->top : tr->nsites;
	uint64_t rest = tr->entries;

	for (size_t i = 0; i < tr->nsites; i++)
		order[i] = i;
	qsort_r(order, tr->nsites, sizeof(*order), compare_sites, x);

	doc_heading(x->doc, "From which site, %s first", any_cost(x) ? "costliest" : "busiest");
	struct table *t = doc_table(x->doc, "sites", x->est ? priced : plain);

	t->flow = x->est ? 3 : 2;
	t->flow_title = "site, and what it calls";
	for (size_t i = 0; i < n; i++) {
		const struct site *s = &tr->sites[order[i]];
		const struct site_cost *cost = cost_of(x, order[i]);

		table_add_value(t, INK_PLAIN, (double)s->entries, num_count(s->entries).s);
		table_add_value(t, INK_PLAIN, (double)s->entries, num_share(s->entries, tr->entries).s);
		if (x->est)
			table_add_value(t, INK_PLAIN, cost ? cost->added.value : 0, cost ? num_si(cost->added, x->g).s : "?");
		table_add(t, path_ink(s->path), "%s", entry_path_info[s->path].id);
		add_place(x, t, s);
		add_function(x, t, s);
		add_entered(x, t, s);
		add_program(x, t, s);
		add_calls(x, t, s);
		part_stacks(x, t, s);
		rest -= s->entries;
	}
	if (x->guessed)
		doc_run(doc_text(x->doc, 2), INK_DIM,
			"A frame with a question mark was found without call frame information: likely, not certain.");
	if (n < tr->nsites)
		doc_run(doc_text(x->doc, 2), INK_DIM, "%s more sites with %s entries (%s) are not shown: --top 0 lists all",
			num_count(tr->nsites - n).s, num_count(rest).s, num_share(rest, tr->entries).s);
}
