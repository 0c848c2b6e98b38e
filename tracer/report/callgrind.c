/* SPDX-License-Identifier: MIT */
/*
 * The file that kcachegrind, qcachegrind and callgrind_annotate read:
 * https://valgrind.org/docs/manual/cl-format.html. Sites are the functions'
 * own costs; call stacks, where there are some, become calls with inclusive
 * costs.
 */
#include "base/cleanup.h"
#include "base/vec.h"
#include "base/text.h"
#include "report/formats.h"
#include "report/frame_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Entries and, where there are prices, cycles. */
struct cost {
	uint64_t entries;
	double cycles;
};

struct called {
	char *key; /* of the callee */
	struct function *to;
	unsigned line; /* of the call, or of one of them */
	struct cost cost;
	UT_hash_handle hh;
};

struct line_cost {
	unsigned line; /* 0: unknown */
	struct cost cost;
};

struct function {
	char *key; /* module, then name */
	char *module, *name, *source;
	struct line_cost *self;
	size_t nself;
	struct called *calls;
	UT_hash_handle hh;
};

static const char *const unknown = "???";

static struct function *function_in(struct function **all, const char *module, const char *name, const char *source)
{
	auto_free char *key = xasprintf("%s\n%s", module ? module : unknown, name);
	struct function *f;

	HASH_FIND_STR(*all, key, f);
	if (f)
		return f;
	f = xcalloc(1, sizeof(*f));
	f->key = steal_ptr(key);
	f->module = text_escape(module ? module : unknown, true);
	f->name = text_escape(name, true);
	/* "file.c:12": the line is the cost's. */
	const char *colon = source ? strrchr(source, ':') : NULL;
	auto_free char *file = colon ? xasprintf("%.*s", (int)(colon - source), source) : NULL;

	f->source = text_escape(file ? file : unknown, true);
	HASH_ADD_KEYPTR(hh, *all, f->key, strlen(f->key), f);
	return f;
}

static void add_cost(struct cost *to, uint64_t n, const struct priced *each)
{
	to->entries += n;
	if (each && each->known)
		to->cycles += each->value * (double)n;
}

static unsigned line_of(const char *source)
{
	const char *colon = source ? strrchr(source, ':') : NULL;

	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

static void add_self(struct function *f, const char *source, uint64_t n, const struct priced *each)
{
	unsigned line = line_of(source);
	size_t i = 0;

	while (i < f->nself && f->self[i].line != line)
		i++;
	if (i == f->nself)
		vec_push(f->self, f->nself)->line = line;
	add_cost(&f->self[i].cost, n, each);
}

static void add_call(struct function *from, struct function *to, const char *source, uint64_t n, const struct priced *each)
{
	struct called *c;

	HASH_FIND_STR(from->calls, to->key, c);
	if (!c) {
		c = xcalloc(1, sizeof(*c));
		c->key = to->key;
		c->to = to;
		c->line = line_of(source);
		HASH_ADD_KEYPTR(hh, from->calls, c->key, strlen(c->key), c);
	}
	add_cost(&c->cost, n, each);
}

static char *site_function(const struct site *s)
{
	uint64_t distance;

	if (s->function)
		return xasprintf("%.*s", (int)function_name(s->function, &distance), s->function);
	return xasprintf("0x%" PRIx64, s->offset);
}

static void add_site(struct function **all, const struct site *s, const struct priced *each)
{
	auto_free char *own = site_function(s);

	if (!s->nstacks)
		add_self(function_in(all, s->module, own, s->source), s->source, s->entries, each);
	for (size_t i = 0; i < s->nstacks; i++) {
		const struct stack *st = &s->stacks[i];
		struct function *callee = NULL;

		for (size_t k = 0; k < st->nframes; k++) {
			const struct frame *f = &st->frames[k];
			auto_free char *name = frame_text(f);
			struct function *fn = function_in(all, f->module, name, f->source);

			if (callee)
				add_call(fn, callee, f->source, st->entries, each);
			else
				add_self(fn, f->source, st->entries, each);
			callee = fn;
		}
		if (!callee)
			add_self(function_in(all, s->module, own, s->source), s->source, st->entries, each);
	}
}

static void put_cost(FILE *out, unsigned line, const struct cost *c, bool priced)
{
	fprintf(out, "%u %" PRIu64, line, c->entries);
	if (priced)
		fprintf(out, " %.0f", c->cycles);
	fputc('\n', out);
}

static int by_key(const struct function *a, const struct function *b)
{
	return strcmp(a->key, b->key);
}

static void put_functions(FILE *out, struct function **all, bool priced)
{
	struct function *f, *next;

	HASH_SORT(*all, by_key);
	for (f = *all; f; f = f->hh.next) {
		fprintf(out, "\nob=%s\nfl=%s\nfn=%s\n", f->module, f->source, f->name);
		for (size_t i = 0; i < f->nself; i++)
			put_cost(out, f->self[i].line, &f->self[i].cost, priced);
		for (struct called *c = f->calls; c; c = c->hh.next) {
			fprintf(out, "cob=%s\ncfi=%s\ncfn=%s\ncalls=%" PRIu64 " 0\n", c->to->module, c->to->source, c->to->name,
				c->cost.entries);
			put_cost(out, c->line, &c->cost, priced);
		}
	}
	HASH_ITER(hh, *all, f, next) {
		struct called *c, *cnext;

		HASH_DEL(*all, f);
		HASH_ITER(hh, f->calls, c, cnext) {
			HASH_DEL(f->calls, c);
			free(c);
		}
		free(f->key);
		free(f->self);
		free(f->module);
		free(f->name);
		free(f->source);
		free(f);
	}
}

static int write_callgrind(FILE *out, const struct trace *t, const struct estimate *est,
			   const struct report_style *style, struct err *err)
{
	bool priced = est && est->have_table && est->sites;
	struct function *all = NULL;
	struct cost total = {0};

	(void)style, (void)err;
	fputs("# callgrind format\nversion: 1\ncreator: entrytrace\ncmd:", out);
	for (size_t i = 0; t->command && t->command[i]; i++) {
		auto_free char *word = text_escape(t->command[i], true);

		fprintf(out, " %s", word);
	}
	fprintf(out, "\npositions: line\nevent: Entries : Kernel entries\n%sevents: Entries%s\n",
		priced ? "event: Cycles : Cycles of kernel entries\n" : "", priced ? " Cycles" : "");
	for (size_t i = 0; i < t->nsites; i++) {
		const struct priced *each = priced ? &est->sites[i].per_entry : NULL;

		add_site(&all, &t->sites[i], each);
		add_cost(&total, t->sites[i].entries, each);
	}
	fprintf(out, "summary: %" PRIu64, total.entries);
	if (priced)
		fprintf(out, " %.0f", total.cycles);
	fputc('\n', out);
	put_functions(out, &all, priced);
	return 0;
}

const struct report_format report_callgrind = {
	.name = "callgrind",
	.what = "for kcachegrind and callgrind_annotate",
	.write = write_callgrind,
};
