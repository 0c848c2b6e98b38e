/* SPDX-License-Identifier: MIT */
#include "report/text.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/page.h"

#include <stdint.h>
#include <string.h>

/* The least that a flexible column is shortened to. */
#define LEAST_COLUMN 12
/* With so much room behind it, the second flowing column is one of its own. */
#define ROOM_FOR_COLUMNS 76

/* The column that figures of details are set in. */
#define FIGURE_WIDTH (sizeof(">99.9 %") - 1)

static const struct cell *cell_at(const struct table *t, size_t row, size_t column)
{
	return &t->cells[row * t->ncolumns + column];
}

/* ---- tables ---- */

static bool column_shown(const struct page *p, const struct column *c)
{
	return c->room == 0 || p->style->width >= c->room;
}

static void put_cell(const struct column *c, struct page *p, bool last, size_t width, const char *text,
		     enum ink ink)
{
	if (last && !*text) {
		fputc('\n', p->out);
		return;
	}
	auto_free char *fit = p->style->uncut ? xstrdup(text) : text_shorten(text, width, 0, p->style->utf8);
	size_t w = text_width(fit), pad = width > w ? width - w : 0;

	page_blank(p, 2);
	if (c->align == ALIGN_RIGHT)
		page_blank(p, pad);
	page_put(p, ink, fit);
	if (c->align == ALIGN_LEFT && !last)
		page_blank(p, pad);
	if (last)
		fputc('\n', p->out);
}

static size_t column_width(const struct table *t, size_t column)
{
	size_t width = text_width(t->columns[column].title);

	if (width < t->columns[column].least)
		width = t->columns[column].least;
	for (size_t i = column; i < t->ncells; i += t->ncolumns) {
		size_t w = text_width(t->cells[i].text);

		width = w > width ? w : width;
	}
	return width;
}

/* The last cell of a row, from column at on; its further lines go on where its words began. */
static void put_wrapped(struct page *p, const struct cell *c, size_t at)
{
	size_t blanks = strspn(c->text, " ");

	page_blank(p, 2 + blanks);
	page_words(p, c->ink, at + blanks, at + blanks + 4, false, c->text + blanks);
	fputc('\n', p->out);
}

static void put_details(struct page *p, const struct table *t, size_t row, size_t *next, size_t indent)
{
	for (; *next < t->ndetails && t->details[*next].row == row; (*next)++) {
		const struct detail *d = &t->details[*next];
		size_t behind = indent + FIGURE_WIDTH + 2;

		if (!d->figure) {
			page_wrap(p, d->ink, 0, indent, d->text);
			continue;
		}
		page_blank(p, indent + FIGURE_WIDTH - text_width(d->figure));
		page_put(p, INK_CYAN, d->figure);
		page_blank(p, 2);
		page_wrap(p, d->ink, behind, behind, d->text);
	}
}

static void put_grid(struct page *p, const struct table *t)
{
	auto_free size_t *width = xcalloc(t->ncolumns, sizeof(*width));
	size_t total = 0, last = 0, detail = 0;
	bool titled = false;

	for (size_t c = 0; c < t->ncolumns; c++) {
		if (!column_shown(p, &t->columns[c]))
			continue;
		width[c] = column_width(t, c);
		titled |= *t->columns[c].title != '\0';
		total += width[c] + 2;
		last = c;
	}
	for (; total > p->style->width && !p->style->uncut && !t->wraps; total--) {
		size_t widest = SIZE_MAX;

		for (size_t c = 0; c < t->ncolumns; c++)
			if (t->columns[c].flexible && width[c] > LEAST_COLUMN &&
			    (widest == SIZE_MAX || width[c] > width[widest]))
				widest = c;
		if (widest == SIZE_MAX)
			break;
		width[widest]--;
	}
	for (size_t c = 0; titled && c <= last; c++)
		if (column_shown(p, &t->columns[c]))
			put_cell(&t->columns[c], p, c == last, width[c], t->columns[c].title, INK_DIM);
	for (size_t row = 0; row < table_rows(t); row++) {
		for (size_t c = 0; c <= last; c++) {
			const struct cell *cell = cell_at(t, row, c);

			if (t->wraps && c == last)
				put_wrapped(p, cell, total - width[last]);
			else if (column_shown(p, &t->columns[c]))
				put_cell(&t->columns[c], p, c == last, width[c], cell->text, cell->ink);
		}
		put_details(p, t, row, &detail, 4);
	}
}

/* ---- tables whose last columns flow ---- */

/* Where the words begin, and how wide their first two columns are. */
struct flow {
	size_t words;
	size_t first;
	size_t second; /* 0: as wide as it is */
};

/* A line that is being set: the cursor's column, and blanks owed before the next piece on it. */
struct line {
	size_t at, owed;
};

/* Sets a piece behind the others, or on a line of its own when it does not fit. */
static void piece(struct page *p, const struct flow *f, struct line *l, const struct cell *c)
{
	size_t room = p->style->width - f->words;
	const char *text = c->brief && text_width(c->text) > room ? c->brief : c->text;
	auto_free char *fit = p->style->uncut ? xstrdup(text) : text_shorten(text, room, c->keep_tail, p->style->utf8);
	size_t w = text_width(fit);

	if (!*fit)
		return;
	/* Words, not a name: they are wrapped. */
	if (!c->keep_tail && !c->brief && text_width(text) > room && strchr(text, ' ')) {
		fputc('\n', p->out);
		page_blank(p, f->words);
		*l = (struct line){page_words(p, c->ink, f->words, f->words, false, text), 2};
		return;
	}
	if (l->at + l->owed + w > p->style->width) {
		fputc('\n', p->out);
		page_blank(p, f->words);
		l->at = f->words;
	} else {
		page_blank(p, l->owed);
		l->at += l->owed;
	}
	page_put(p, c->ink, fit);
	l->at += w;
	l->owed = 2;
}

static void right(struct page *p, size_t width, const char *text)
{
	size_t w = text_width(text);

	page_blank(p, 2 + (w < width ? width - w : 0));
	fputs(text, p->out);
}

static void put_flow_titles(struct page *p, const struct table *t, const size_t *width, const struct flow *f)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	if (!out)
		return;
	for (size_t c = 0; c < t->flow; c++)
		if (column_shown(p, &t->columns[c]))
			fprintf(out, "  %*s", (int)width[c], t->columns[c].title);
	/* "site, and what it calls", or the first word where there is no room for more. */
	size_t title = f->words + f->first + 2 + text_width(t->flow_title) > p->style->width
			       ? strcspn(t->flow_title, ",") : strlen(t->flow_title);

	fprintf(out, "  %-*s  %.*s", (int)f->first, t->columns[t->flow].title, (int)title, t->flow_title);
	fclose(out);
	auto_free char *fit = text_shorten(line, p->style->width, 0, p->style->utf8);

	page_put(p, INK_DIM, fit);
	fputc('\n', p->out);
	free(line);
}

/* The words of a row, from its first flowing column on. */
static void put_flow(struct page *p, const struct table *t, size_t row, const struct flow *f)
{
	const struct cell *first = cell_at(t, row, t->flow), *last = cell_at(t, row, t->ncolumns - 1);
	struct cell second = *cell_at(t, row, t->flow + 1);
	struct line l = {f->words + text_width(first->text), f->first - text_width(first->text) + 2};
	size_t room = p->style->width - f->words - f->first - 2;

	page_put(p, first->ink, first->text);
	/* The second stays on the line of the first: the eye goes down that column. */
	auto_free char *fit = p->style->uncut ? xstrdup(second.text)
		: text_shorten(second.text, f->second ? f->second : room, second.keep_tail, p->style->utf8);
	second.text = fit;
	second.keep_tail = 0;
	piece(p, f, &l, &second);
	if (f->second > text_width(fit))
		l.owed += f->second - text_width(fit);
	for (size_t c = t->flow + 2; c + 1 < t->ncolumns; c++)
		if (column_shown(p, &t->columns[c]))
			piece(p, f, &l, cell_at(t, row, c));
	/* Behind the rest if it fits, otherwise in lines of its own. */
	if (!*last->text || l.at + l.owed + text_width(last->text) <= p->style->width) {
		piece(p, f, &l, last);
		fputc('\n', p->out);
	} else {
		fputc('\n', p->out);
		page_wrap(p, last->ink, 0, f->words, last->text);
	}
}

static void put_flowing(struct page *p, const struct table *t)
{
	auto_free size_t *width = xcalloc(t->ncolumns, sizeof(*width));
	struct flow f = {.words = 2};
	size_t detail = 0, room;

	for (size_t c = 0; c <= t->flow + 1; c++)
		width[c] = column_width(t, c);
	for (size_t c = 0; c < t->flow; c++)
		f.words += column_shown(p, &t->columns[c]) ? width[c] + 2 : 0;
	f.first = width[t->flow];
	room = p->style->width - f.words - f.first - 2;
	if (room >= ROOM_FOR_COLUMNS)
		f.second = width[t->flow + 1] < room / 2 ? width[t->flow + 1] : room / 2;
	put_flow_titles(p, t, width, &f);
	for (size_t row = 0; row < table_rows(t); row++) {
		for (size_t c = 0; c < t->flow; c++)
			if (column_shown(p, &t->columns[c]))
				right(p, width[c], cell_at(t, row, c)->text);
		page_blank(p, 2);
		put_flow(p, t, row, &f);
		put_details(p, t, row, &detail, f.words);
	}
}

/* ---- words ---- */

static void put_text(struct page *p, const struct block *b)
{
	size_t at = 0;

	if (b->lead.text) {
		page_put(p, b->lead.ink, b->lead.text);
		at = text_width(b->lead.text);
	}
	if (at < b->indent) {
		page_blank(p, b->indent - at);
		at = b->indent;
	}
	for (size_t i = 0; i < b->nruns; i++)
		at = page_words(p, b->runs[i].ink, at, b->indent, i > 0, b->runs[i].text);
	fputc('\n', p->out);
}

/* One line, the beginning of which stays. */
static void put_title(struct page *p, const struct block *b)
{
	size_t room = p->style->width;

	for (size_t i = 0; i < b->nruns; i++) {
		auto_free char *fit = i == 0 || p->style->uncut ? xstrdup(b->runs[i].text)
			: text_shorten(b->runs[i].text, room, 0, p->style->utf8);

		page_put(p, b->runs[i].ink, fit);
		room -= text_width(fit) < room ? text_width(fit) : room;
	}
	fputc('\n', p->out);
}

void text_doc(FILE *out, const struct doc *doc, const struct report_style *style)
{
	struct page page = {.out = out, .style = style};

	for (size_t i = 0; i < doc->nblocks; i++) {
		const struct block *b = &doc->blocks[i];

		if (b->gap)
			fputc('\n', out);
		switch (b->kind) {
		case BLOCK_TITLE:
			put_title(&page, b);
			break;
		case BLOCK_HEADING:
			page_put(&page, INK_BOLD, b->runs[0].text);
			fputc('\n', out);
			break;
		case BLOCK_TEXT:
			put_text(&page, b);
			break;
		case BLOCK_TABLE:
			if (b->table.flow)
				put_flowing(&page, &b->table);
			else
				put_grid(&page, &b->table);
			break;
		}
	}
}
