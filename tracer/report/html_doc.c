/* SPDX-License-Identifier: MIT */
#include "report/html.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const ink_class[] = {
	[INK_PLAIN] = "", [INK_BOLD] = "b", [INK_DIM] = "dim", [INK_RED] = "red", [INK_GREEN] = "green",
	[INK_YELLOW] = "yellow", [INK_CYAN] = "cyan",
};

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

void html_path_class(FILE *out, enum entry_path path)
{
	fprintf(out, "p-%s", entry_path_info[path].id);
}

static void put_run(FILE *out, const struct run *r)
{
	if (r->ink != INK_PLAIN)
		fprintf(out, "<span class=\"%s\">", ink_class[r->ink]);
	html_text(out, r->text);
	fputs(r->ink != INK_PLAIN ? "</span> " : " ", out);
}

static void put_runs(FILE *out, const struct block *b)
{
	for (size_t i = 0; i < b->nruns; i++)
		put_run(out, &b->runs[i]);
}

/* A cell that names a path gets its colour. */
static const char *path_of(const char *text)
{
	enum entry_path p = entry_path_by_id(text);

	return p < ENTRY_PATHS ? entry_path_info[p].id : NULL;
}

static void put_cell(FILE *out, const struct column *column, const struct cell *c)
{
	const char *path = path_of(c->text);

	fprintf(out, "<td%s data-l=\"", column->align == ALIGN_RIGHT ? " class=\"n\"" : column->flexible ? " class=\"w\"" : "");
	html_text(out, column->title);
	fputc('"', out);
	if (!isnan(c->value))
		fprintf(out, " data-v=\"%.9g\"", c->value);
	fputc('>', out);
	if (c->part >= 0)
		fprintf(out, "<i class=\"bar\" style=\"width:%.2f%%\"></i>", 100 * fmin(c->part, 1));
	if (path)
		fprintf(out, "<span class=\"path\"><b class=\"chip p-%s\"></b>", path);
	if (c->ink != INK_PLAIN && !path)
		fprintf(out, "<span class=\"%s\">", ink_class[c->ink]);
	html_text(out, c->text);
	fputs(c->ink != INK_PLAIN || path ? "</span>" : "", out);
}

static void put_details(FILE *out, const struct table *t, size_t row, size_t *next)
{
	if (*next >= t->ndetails || t->details[*next].row != row)
		return;
	fputs("<details><summary>stacks</summary><ul>", out);
	for (; *next < t->ndetails && t->details[*next].row == row; (*next)++) {
		const struct detail *d = &t->details[*next];

		fputs("<li>", out);
		if (d->figure) {
			fputs("<span class=\"cyan\">", out);
			html_text(out, d->figure);
			fputs("</span> ", out);
		}
		html_text(out, d->text);
		fputs("</li>", out);
	}
	fputs("</ul></details>", out);
}

/* Columns without a title or a word in them are left out. */
static bool column_used(const struct table *t, size_t column)
{
	for (size_t i = column; i < t->ncells; i += t->ncolumns)
		if (*t->cells[i].text)
			return true;
	return false;
}

static void put_table(FILE *out, const struct table *t)
{
	auto_free bool *used = xcalloc(t->ncolumns + 1, sizeof(*used));
	size_t detail = 0, last = 0;

	for (size_t c = 0; c < t->ncolumns; c++) {
		used[c] = column_used(t, c);
		last = used[c] ? c : last;
	}
	fprintf(out, "<div class=\"scroll\"><table id=\"t-%s\"><thead><tr>", t->id ? t->id : "table");
	for (size_t c = 0; c < t->ncolumns; c++) {
		if (!used[c])
			continue;
		fprintf(out, "<th%s>", t->columns[c].align == ALIGN_RIGHT ? " class=\"n\"" : "");
		html_text(out, t->columns[c].title);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t row = 0; row < table_rows(t); row++) {
		fputs("<tr>", out);
		for (size_t c = 0; c < t->ncolumns; c++) {
			if (!used[c])
				continue;
			put_cell(out, &t->columns[c], &t->cells[row * t->ncolumns + c]);
			if (c == last)
				put_details(out, t, row, &detail);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void html_doc(FILE *out, const struct doc *doc)
{
	bool open = false;

	for (size_t i = 0; i < doc->nblocks; i++) {
		const struct block *b = &doc->blocks[i];

		switch (b->kind) {
		case BLOCK_TITLE:
			fputs("<h1>", out);
			put_runs(out, b);
			fputs("</h1>\n", out);
			break;
		case BLOCK_HEADING:
			fprintf(out, "%s<section><h2>", open ? "</section>\n" : "");
			html_text(out, b->runs[0].text);
			fputs("</h2>\n", out);
			open = true;
			break;
		case BLOCK_TEXT:
			if (!b->nruns)
				break;
			fprintf(out, "<p%s>", b->lead.text ? " class=\"note\"" : b->indent ? " class=\"in\"" : "");
			put_runs(out, b);
			fputs("</p>\n", out);
			break;
		case BLOCK_TABLE:
			put_table(out, &b->table);
			break;
		}
	}
	fputs(open ? "</section>\n" : "", out);
}
