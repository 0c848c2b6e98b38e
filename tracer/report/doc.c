/* SPDX-License-Identifier: MIT */
#include "report/doc.h"

#include "base/err.h"
#include "base/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static char *format(const char *fmt, va_list ap)
{
	char *s = NULL;

	return vasprintf(&s, fmt, ap) < 0 ? xstrdup("") : s;
}

static struct block *block_new(struct doc *d, enum block_kind kind)
{
	struct block *b = vec_push(d->blocks, d->nblocks);

	b->kind = kind;
	return b;
}

struct block *doc_title(struct doc *d, const char *lead, const char *text)
{
	struct block *b = block_new(d, BLOCK_TITLE);

	doc_run(b, INK_BOLD, "%s", lead);
	return doc_run(b, INK_BOLD, "%s", text);
}

struct block *doc_heading(struct doc *d, const char *fmt, ...)
{
	struct block *b = block_new(d, BLOCK_HEADING);
	va_list ap;

	b->gap = true;
	va_start(ap, fmt);
	*vec_push(b->runs, b->nruns) = (struct run){format(fmt, ap), INK_BOLD};
	va_end(ap);
	return b;
}

struct block *doc_text(struct doc *d, size_t indent)
{
	struct block *b = block_new(d, BLOCK_TEXT);

	b->indent = indent;
	return b;
}

struct block *doc_run(struct block *b, enum ink ink, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*vec_push(b->runs, b->nruns) = (struct run){format(fmt, ap), ink};
	va_end(ap);
	return b;
}

struct block *doc_note(struct doc *d, const char *bullet, enum ink bullet_ink)
{
	struct block *b = doc_text(d, 4);

	b->lead = (struct run){xstrdup(bullet), bullet_ink};
	return b;
}

struct table *doc_table(struct doc *d, const char *id, const struct column *columns)
{
	struct table *t = &block_new(d, BLOCK_TABLE)->table;

	t->id = id;
	t->columns = columns;
	while (columns[t->ncolumns].title)
		t->ncolumns++;
	return t;
}

struct cell *table_add(struct table *t, enum ink ink, const char *fmt, ...)
{
	struct cell *c = vec_push(t->cells, t->ncells);
	va_list ap;

	va_start(ap, fmt);
	*c = (struct cell){.text = format(fmt, ap), .ink = ink, .value = NAN, .part = -1};
	va_end(ap);
	return c;
}

struct cell *table_add_value(struct table *t, enum ink ink, double value, const char *text)
{
	struct cell *c = table_add(t, ink, "%s", text);

	c->value = value;
	return c;
}

size_t table_rows(const struct table *t)
{
	return t->ncolumns ? t->ncells / t->ncolumns : 0;
}

void table_detail(struct table *t, enum ink ink, const char *figure, const char *text)
{
	*vec_push(t->details, t->ndetails) = (struct detail){
		table_rows(t) - 1, figure ? xstrdup(figure) : NULL, xstrdup(text), ink};
}

void doc_fini(struct doc *d)
{
	for (size_t i = 0; i < d->nblocks; i++) {
		struct block *b = &d->blocks[i];

		for (size_t k = 0; k < b->nruns; k++)
			free(b->runs[k].text);
		free(b->runs);
		free(b->lead.text);
		for (size_t k = 0; k < b->table.ncells; k++) {
			free(b->table.cells[k].text);
			free(b->table.cells[k].brief);
		}
		free(b->table.cells);
		free(b->table.own);
		for (size_t k = 0; k < b->table.ndetails; k++) {
			free(b->table.details[k].figure);
			free(b->table.details[k].text);
		}
		free(b->table.details);
	}
	free(d->blocks);
	*d = (struct doc){0};
}
