/* SPDX-License-Identifier: MIT */
/* All call stacks as one tree, and each function with its callers and callees. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/frame_text.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Branches of less than this share of the entries are summed up. */
#define LEAST_SHARE 0.01
/* Functions with callers and callees that are listed, and how many of these are named. */
#define FUNCTIONS_SHOWN 15
#define NAMED 4

struct node {
	char *name; /* the key among its siblings */
	uint64_t weight;
	struct node *below;
	UT_hash_handle hh;
};

static struct node *node_in(struct node **among, const char *name)
{
	struct node *n;

	HASH_FIND_STR(*among, name, n);
	if (!n) {
		n = xcalloc(1, sizeof(*n));
		n->name = xstrdup(name);
		HASH_ADD_KEYPTR(hh, *among, n->name, strlen(n->name), n);
	}
	return n;
}

static int heavier(const struct node *a, const struct node *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void nodes_free(struct node **among)
{
	struct node *n, *next;

	HASH_ITER(hh, *among, n, next) {
		HASH_DEL(*among, n);
		nodes_free(&n->below);
		free(n->name);
		free(n);
	}
}

/* ---- the tree ---- */

/* Calls nest as deep as stacks are long, which unwinding bounds. */
static void put_nodes(struct parts *x, struct table *t, struct node **among, unsigned depth, uint64_t all)
{
	struct node *n, *next;
	uint64_t small = 0;

	HASH_SORT(*among, heavier);
	HASH_ITER(hh, *among, n, next) {
		if ((double)n->weight < LEAST_SHARE * (double)all) {
			small += n->weight;
			continue;
		}
		char *line = xasprintf("%*s%s", (int)(2 * depth), "", n->name);
		struct node *last = n;

		/* A chain without a branch is one line. */
		while (HASH_COUNT(last->below) == 1 && last->below->weight == last->weight) {
			last = last->below;
			char *longer = xasprintf("%s%s%s", line, x->style->utf8 ? " → " : " -> ", last->name);

			free(line);
			line = longer;
		}
		table_add_value(t, INK_PLAIN, (double)n->weight, num_count(n->weight).s);
		table_add_value(t, INK_CYAN, (double)n->weight, num_share(n->weight, all).s);
		table_add(t, INK_PLAIN, "%s", line);
		free(line);
		put_nodes(x, t, &last->below, depth + 1, all);
	}
	if (small) {
		table_add_value(t, INK_DIM, (double)small, num_count(small).s);
		table_add_value(t, INK_DIM, (double)small, num_share(small, all).s);
		table_add(t, INK_DIM, "%*sless than 1 %% each", (int)(2 * depth), "");
	}
}

static char *clean_name(const struct parts *x, const struct frame *f)
{
	auto_free char *name = frame_text(f);

	return text_escape(f->kind == FRAME_FAR_CALL && !x->style->utf8 ? "[far call 64-32]" : name, x->style->utf8);
}

static void add_stack(const struct parts *x, struct node **roots, const struct site *site, const struct stack *s)
{
	const char *exe = x->trace->images[site->image].exe, *base = strrchr(exe, '/');
	auto_free char *program = text_escape(base ? base + 1 : exe, x->style->utf8);
	auto_free char *path = xasprintf("[%s]", entry_path_info[site->path].id);
	const char *cut = stack_cut_text(s);
	struct node *n = node_in(roots, program);

	n->weight += s->entries;
	if (cut)
		(n = node_in(&n->below, cut))->weight += s->entries;
	for (size_t i = s->nframes; i-- > 0;) {
		auto_free char *name = clean_name(x, &s->frames[i]);

		(n = node_in(&n->below, name))->weight += s->entries;
	}
	node_in(&n->below, path)->weight += s->entries;
}

/* ---- functions ---- */

struct function {
	char *name; /* the key */
	uint64_t total, self;
	struct node *callers, *callees;
	bool counted; /* in this stack already: it may call itself */
	UT_hash_handle hh;
};

static struct function *function_in(struct function **among, char *name)
{
	struct function *f;

	HASH_FIND_STR(*among, name, f);
	if (f) {
		free(name);
		return f;
	}
	f = xcalloc(1, sizeof(*f));
	f->name = name;
	HASH_ADD_KEYPTR(hh, *among, f->name, strlen(f->name), f);
	return f;
}

static void add_functions(const struct parts *x, struct function **all, const struct stack *s)
{
	auto_free struct function **of = xcalloc(s->nframes + 1, sizeof(*of));

	for (size_t i = 0; i < s->nframes; i++)
		of[i] = function_in(all, clean_name(x, &s->frames[i]));
	for (size_t i = 0; i < s->nframes; i++) {
		of[i]->total += of[i]->counted ? 0 : s->entries;
		of[i]->counted = true;
		if (i == 0)
			of[i]->self += s->entries;
		if (i + 1 < s->nframes)
			node_in(&of[i]->callers, of[i + 1]->name)->weight += s->entries;
		if (i > 0)
			node_in(&of[i]->callees, of[i - 1]->name)->weight += s->entries;
	}
	for (size_t i = 0; i < s->nframes; i++)
		of[i]->counted = false;
}

static int by_total(const struct function *a, const struct function *b)
{
	if (a->total != b->total)
		return a->total > b->total ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* "read 60.0 %, write 40.0 %" */
static char *name_some(struct node **among, uint64_t all)
{
	char *text = xstrdup("");
	struct node *n, *next;
	unsigned named = 0;

	HASH_SORT(*among, heavier);
	HASH_ITER(hh, *among, n, next) {
		if (++named > NAMED)
			break;
		char *longer = xasprintf("%s%s%s" DOC_NBSP "%s", text, *text ? ", " : "", n->name, num_share(n->weight, all).s);

		free(text);
		text = longer;
	}
	if (HASH_COUNT(*among) > NAMED) {
		char *longer = xasprintf("%s and %u others", text, HASH_COUNT(*among) - NAMED);

		free(text);
		text = longer;
	}
	return text;
}

static void put_functions(struct parts *x, struct function **all, uint64_t sum)
{
	static const struct column columns[] = {
		{"total", ALIGN_RIGHT, false, 0, 7}, {"self", ALIGN_RIGHT, false, 0, 7}, {"function", ALIGN_LEFT, true, 0, 0}, {0}};
	struct function *f, *next;
	unsigned shown = 0;

	HASH_SORT(*all, by_total);
	doc_heading(x->doc, "Functions, with their callers and callees");
	struct table *t = doc_table(x->doc, "functions", columns);

	HASH_ITER(hh, *all, f, next) {
		if (shown++ < FUNCTIONS_SHOWN) {
			auto_free char *callers = name_some(&f->callers, f->total), *callees = name_some(&f->callees, f->total);
			auto_free char *from = xasprintf("from %s", callers), *to = xasprintf("calls %s", callees);

			table_add_value(t, INK_CYAN, (double)f->total, num_share(f->total, sum).s);
			table_add_value(t, INK_PLAIN, (double)f->self, f->self ? num_share(f->self, sum).s : "");
			table_add(t, INK_BOLD, "%s", f->name);
			if (*callers)
				table_detail(t, INK_DIM, NULL, from);
			if (*callees)
				table_detail(t, INK_DIM, NULL, to);
		}
		HASH_DEL(*all, f);
		nodes_free(&f->callers);
		nodes_free(&f->callees);
		free(f->name);
		free(f);
	}
	if (shown > FUNCTIONS_SHOWN)
		doc_run(doc_text(x->doc, 2), INK_DIM, "%u more functions are not shown", shown - FUNCTIONS_SHOWN);
}

void part_tree(struct parts *x)
{
	static const struct column columns[] = {
		{"entries", ALIGN_RIGHT, false, 0, 0}, {"share", ALIGN_RIGHT, false, 0, 7}, {"called by way of", ALIGN_LEFT, true, 0, 0},
		{0}};
	struct node *roots = NULL;
	struct function *functions = NULL;
	uint64_t all = 0;

	if (!x->style->tree)
		return;
	for (size_t i = 0; i < x->trace->nsites; i++) {
		const struct site *site = &x->trace->sites[i];

		for (size_t k = 0; k < site->nstacks; k++) {
			add_stack(x, &roots, site, &site->stacks[k]);
			add_functions(x, &functions, &site->stacks[k]);
			all += site->stacks[k].entries;
		}
	}
	doc_heading(x->doc, "Call tree");
	if (!all) {
		doc_run(doc_text(x->doc, 2), INK_PLAIN, "No call stacks were taken: trace with --stacks.");
		return;
	}
	struct table *t = doc_table(x->doc, "tree", columns);

	t->wraps = true;
	put_nodes(x, t, &roots, 0, all);
	put_functions(x, &functions, all);
	nodes_free(&roots);
}
