/* SPDX-License-Identifier: MIT */
/* The list of the costliest sites. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>
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
	const struct site *a_site = &x->trace->sites[i], *b_site = &x->trace->sites[k];
	bool cost = x->style->sort == SORT_COST;
	int r = 0;

	if (x->style->sort == SORT_NAME && !(r = strcmp(a_site->module, b_site->module)))
		r = a_site->offset < b_site->offset ? -1 : a_site->offset > b_site->offset;
	if (!r)
		r = costlier(cost ? cost_of(x, i) : NULL, a_site->entries, cost ? cost_of(x, k) : NULL, b_site->entries);
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

/* It follows from the path, but for an unknown one. */
static void add_instruction(struct parts *x, struct table *t, const struct site *s)
{
	bool all = x->style->columns != NULL;
	auto_free char *insn = text_escape(all || s->path == PATH_UNKNOWN ? s->instruction : NULL, x->style->utf8);

	table_add(t, INK_PLAIN, "%s", insn);
}

/* Where a far call entered the kernel. */
static void add_entered(struct parts *x, struct table *t, const struct site *s)
{
	bool utf8 = x->style->utf8;

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

	if (!x->style->columns && (x->trace->nimages < 2 || strcmp(exe, s->module) == 0)) {
		table_add(t, INK_DIM, "%s", "");
		return;
	}
	auto_free char *name = text_escape(exe, x->style->utf8);

	table_add(t, INK_DIM, "%s%s", x->style->columns ? "" : "in ", name)->keep_tail = tail_to_keep(name);
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

static void add_entries(struct parts *x, struct table *t, size_t i)
{
	const struct site *s = &x->trace->sites[i];

	table_add_value(t, INK_PLAIN, (double)s->entries, num_count(s->entries).s);
}

static void add_share(struct parts *x, struct table *t, size_t i)
{
	const struct site *s = &x->trace->sites[i];

	table_add_value(t, INK_PLAIN, (double)s->entries, num_share(s->entries, x->whole).s);
}

static void add_added(struct parts *x, struct table *t, size_t i)
{
	const struct site_cost *c = cost_of(x, i);

	table_add_value(t, INK_PLAIN, c ? c->added.value : 0, c ? num_si(c->added, x->g).s : "?");
}

static void add_each(struct parts *x, struct table *t, size_t i)
{
	const struct site_cost *c = cost_of(x, i);

	table_add_value(t, INK_PLAIN, c ? c->per_entry.value : 0, c ? num_cycles(c->per_entry, x->g).s : "?");
}

static void add_path(struct parts *x, struct table *t, size_t i)
{
	enum entry_path path = x->trace->sites[i].path;

	table_add(t, path_ink(path), "%s", entry_path_info[path].id);
}

/* A column for those that take the site. */
#define OF_SITE(fn) \
	static void fn##_of(struct parts *x, struct table *t, size_t i) \
	{ \
		fn(x, t, &x->trace->sites[i]); \
	}

OF_SITE(add_place)
OF_SITE(add_function)
OF_SITE(add_instruction)
OF_SITE(add_entered)
OF_SITE(add_program)
OF_SITE(add_calls)

/* In the usual order. USUAL: there unless other columns are asked for; FIGURES need prices. */
enum { USUAL = 1, NEEDS_PRICES = 2, FLOWS = 4 };
static const struct site_column {
	const char *name; /* for --columns */
	struct column column;
	unsigned flags;
	void (*add)(struct parts *x, struct table *t, size_t site);
} site_columns[] = {
	{"entries", {"entries", ALIGN_RIGHT, false, 0, 0}, USUAL, add_entries},
	{"share", {"share", ALIGN_RIGHT, false, 72, 7}, USUAL, add_share},
	{"each", {"cycles/entry", ALIGN_RIGHT, false, 0, 0}, NEEDS_PRICES, add_each},
	{"added", {"added cycles", ALIGN_RIGHT, false, 0, 0}, USUAL | NEEDS_PRICES, add_added},
	{"path", {"path", ALIGN_LEFT, false, 0, 0}, USUAL | FLOWS, add_path},
	{"site", {"site", ALIGN_LEFT, true, 0, 0}, USUAL | FLOWS, add_place_of},
	{"function", {"function", ALIGN_LEFT, true, 0, 0}, USUAL | FLOWS, add_function_of},
	{"instruction", {"instruction", ALIGN_LEFT, false, 0, 0}, USUAL | FLOWS, add_instruction_of},
	{"entered", {"enters at", ALIGN_LEFT, true, 0, 0}, USUAL | FLOWS, add_entered_of},
	{"program", {"program", ALIGN_LEFT, true, 0, 0}, USUAL | FLOWS, add_program_of},
	{"calls", {"calls", ALIGN_LEFT, true, 0, 0}, USUAL | FLOWS, add_calls_of},
};

#define SITE_COLUMNS (sizeof(site_columns) / sizeof(*site_columns))

static const struct site_column *find_column(const char *name, size_t n)
{
	for (size_t i = 0; i < SITE_COLUMNS; i++)
		if (strlen(site_columns[i].name) == n && strncmp(site_columns[i].name, name, n) == 0)
			return &site_columns[i];
	return NULL;
}

int site_columns_check(const char *list, struct err *err)
{
	char names[256] = "";

	for (size_t i = 0; i < SITE_COLUMNS; i++) {
		size_t n = strlen(names);

		snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "", site_columns[i].name);
	}
	for (const char *at = list;; at++) {
		size_t n = strcspn(at, ",");

		if (!find_column(at, n))
			return err_set(err, -EINVAL, "no such column: '%.*s': choose from %s", (int)n, at, names);
		at += n;
		if (!*at)
			return 0;
	}
}

/* Those that are wanted, and where there may be figures for them; returns how many. */
static size_t choose_columns(const struct parts *x, const struct site_column *chosen[SITE_COLUMNS])
{
	size_t n = 0;

	for (size_t i = 0; !x->style->columns && i < SITE_COLUMNS; i++)
		if ((site_columns[i].flags & USUAL) && (x->est || !(site_columns[i].flags & NEEDS_PRICES)))
			chosen[n++] = &site_columns[i];
	for (const char *at = x->style->columns; at && *at && n < SITE_COLUMNS; at += *at == ',') {
		const struct site_column *c = find_column(at, strcspn(at, ","));

		at += strcspn(at, ",");
		if (c)
			chosen[n++] = c;
	}
	return n;
}

static struct table *sites_table(struct parts *x, const struct site_column *chosen[], size_t n)
{
	struct column *columns = xcalloc(n + 1, sizeof(*columns));
	struct table *t;
	size_t flow = 0;

	for (size_t i = 0; i < n; i++)
		columns[i] = chosen[i]->column;
	while (flow < n && !(chosen[flow]->flags & FLOWS))
		flow++;
	t = doc_table(x->doc, "sites", columns);
	t->own = columns;
	/* Columns that were asked for stand as columns. */
	t->flow = x->style->columns ? 0 : flow;
	t->flow_title = "site, and what it calls";
	return t;
}

void part_sites(struct parts *x)
{
	const struct site_column *chosen[SITE_COLUMNS];
	const struct trace *tr = x->trace;
	auto_free size_t *order = xcalloc(tr->nsites, sizeof(*order));
	size_t n = x->style->top && x->style->top < tr->nsites ? x->style->top : tr->nsites;
	size_t ncolumns = choose_columns(x, chosen);
	uint64_t rest = tr->entries;

	for (size_t i = 0; i < tr->nsites; i++)
		order[i] = i;
	qsort_r(order, tr->nsites, sizeof(*order), compare_sites, x);

	doc_heading(x->doc, "From which site, %s", x->style->sort == SORT_NAME ? "by name" :
		    x->style->sort == SORT_COST && any_cost(x) ? "costliest first" : "busiest first");
	struct table *t = sites_table(x, chosen, ncolumns);

	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < ncolumns; c++)
			chosen[c]->add(x, t, order[i]);
		part_stacks(x, t, &tr->sites[order[i]]);
		rest -= tr->sites[order[i]].entries;
	}
	if (x->guessed)
		doc_run(doc_text(x->doc, 2), INK_DIM,
			"A frame with a question mark was found without call frame information: likely, not certain.");
	if (n < tr->nsites)
		doc_run(doc_text(x->doc, 2), INK_DIM, "%s more sites with %s entries (%s) are not shown: --top 0 lists all",
			num_count(tr->nsites - n).s, num_count(rest).s, num_share(rest, x->whole).s);
}
