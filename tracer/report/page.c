/* SPDX-License-Identifier: MIT */
#include "report/page.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"

#include <stdarg.h>
#include <string.h>

static const char *const escape_of[] = {
	[INK_PLAIN] = "", [INK_BOLD] = "1", [INK_DIM] = "2", [INK_RED] = "1;31",
	[INK_GREEN] = "32", [INK_YELLOW] = "33", [INK_CYAN] = "36",
};

static void ink_on(struct page *p, enum ink ink)
{
	if (p->style->color && ink != INK_PLAIN)
		fprintf(p->out, "\033[%sm", escape_of[ink]);
}

static void ink_off(struct page *p, enum ink ink)
{
	if (p->style->color && ink != INK_PLAIN)
		fputs("\033[0m", p->out);
}

void page_put(struct page *p, enum ink ink, const char *text)
{
	if (!*text)
		return;
	ink_on(p, ink);
	fputs(text, p->out);
	ink_off(p, ink);
}

static char *format(const char *fmt, va_list ap)
{
	char *s = NULL;

	return vasprintf(&s, fmt, ap) < 0 ? xstrdup("") : s;
}

void page_heading(struct page *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	auto_free char *s = format(fmt, ap);
	va_end(ap);
	fputc('\n', p->out);
	page_put(p, INK_BOLD, s);
	fputc('\n', p->out);
}

void page_blank(struct page *p, size_t count)
{
	fprintf(p->out, "%*s", (int)count, "");
}

void page_wrap(struct page *p, enum ink ink, size_t at, size_t indent, const char *text)
{
	size_t width = p->style->width;
	bool first = true;

	if (at < indent) {
		page_blank(p, indent - at);
		at = indent;
	}
	/* What is there already ends in a blank of its own. */
	ink_on(p, *text ? ink : INK_PLAIN);
	while (*text) {
		size_t bytes = strcspn(text, " ");
		auto_free char *word = xasprintf("%.*s", (int)bytes, text);
		size_t columns = text_width(word);

		if (!first && at + 1 + columns > width) {
			ink_off(p, ink);
			fputc('\n', p->out);
			page_blank(p, indent);
			ink_on(p, ink);
			at = indent;
		} else if (!first) {
			fputc(' ', p->out);
			at++;
		}
		if (indent + columns > width && width > indent + 8) {
			auto_free char *cut = text_shorten(word, width - indent, 0, p->style->utf8);

			fputs(cut, p->out);
		} else {
			fputs(word, p->out);
		}
		at += columns;
		first = false;
		text += bytes;
		text += *text == ' ';
	}
	ink_off(p, first ? INK_PLAIN : ink);
	fputc('\n', p->out);
}

void table_init(struct table *t, const struct column *columns)
{
	*t = (struct table){.columns = columns};
	while (columns[t->ncolumns].title)
		t->ncolumns++;
}

void table_add(struct table *t, enum ink ink, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*vec_push(t->cells, t->ncells) = (struct cell){format(fmt, ap), ink};
	va_end(ap);
}

static void put_cell(const struct table *t, struct page *p, size_t column, size_t width, const char *text,
		     enum ink ink)
{
	bool last = column + 1 == t->ncolumns;

	if (last && !*text) {
		fputc('\n', p->out);
		return;
	}
	auto_free char *fit = text_shorten(text, width, 0, p->style->utf8);
	size_t pad = width - text_width(fit);

	page_blank(p, 2);
	if (t->columns[column].align == ALIGN_RIGHT)
		page_blank(p, pad);
	page_put(p, ink, fit);
	if (t->columns[column].align == ALIGN_LEFT && !last)
		page_blank(p, pad);
	if (last)
		fputc('\n', p->out);
}

void table_flush(struct table *t, struct page *p)
{
	auto_free size_t *width = xcalloc(t->ncolumns, sizeof(*width));
	size_t total = 0;
	bool titled = false;

	for (size_t c = 0; c < t->ncolumns; c++) {
		width[c] = text_width(t->columns[c].title);
		titled |= width[c] > 0;
		for (size_t i = c; i < t->ncells; i += t->ncolumns) {
			size_t w = text_width(t->cells[i].text);

			width[c] = w > width[c] ? w : width[c];
		}
		total += width[c] + 2;
	}
	for (size_t c = 0; c < t->ncolumns && total > p->style->width; c++) {
		size_t over = total - p->style->width;

		if (t->columns[c].flexible && width[c] > 12) {
			size_t less = over < width[c] - 12 ? over : width[c] - 12;

			width[c] -= less;
			total -= less;
		}
	}
	for (size_t c = 0; titled && c < t->ncolumns; c++)
		put_cell(t, p, c, width[c], t->columns[c].title, INK_DIM);
	for (size_t i = 0; i < t->ncells; i++) {
		put_cell(t, p, i % t->ncolumns, width[i % t->ncolumns], t->cells[i].text, t->cells[i].ink);
		free(t->cells[i].text);
	}
	free(t->cells);
	*t = (struct table){0};
}
