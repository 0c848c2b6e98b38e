/* SPDX-License-Identifier: MIT */
#include "report/page.h"

#include "base/cleanup.h"
#include "base/text.h"

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

/* The blank that breaks no line is a plain one by now. */
static void put(FILE *out, const char *text)
{
	for (const char *at; (at = strstr(text, DOC_NBSP)); text = at + strlen(DOC_NBSP)) {
		fwrite(text, 1, (size_t)(at - text), out);
		fputc(' ', out);
	}
	fputs(text, out);
}

void page_put(struct page *p, enum ink ink, const char *text)
{
	if (!*text)
		return;
	ink_on(p, ink);
	put(p->out, text);
	ink_off(p, ink);
}

void page_blank(struct page *p, size_t count)
{
	fprintf(p->out, "%*s", (int)count, "");
}

size_t page_words(struct page *p, enum ink ink, size_t at, size_t indent, bool begun, const char *text)
{
	size_t width = p->style->width;

	if (*text && begun && at < width) {
		/* The blank between two inks has none. */
		size_t first = strcspn(text, " ");
		auto_free char *word = xasprintf("%.*s", (int)first, text);

		if (at + 1 + text_width(word) > width) {
			fputc('\n', p->out);
			page_blank(p, indent);
			at = indent;
		} else {
			fputc(' ', p->out);
			at++;
		}
	}
	ink_on(p, *text ? ink : INK_PLAIN);
	for (bool first = true; *text; first = false) {
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
		if (!p->style->uncut && indent + columns > width && width > indent + 8) {
			auto_free char *cut = text_shorten(word, width - indent, 0, p->style->utf8);

			put(p->out, cut);
			columns = width - indent;
		} else {
			put(p->out, word);
		}
		at += columns;
		text += bytes;
		text += *text == ' ';
		if (!*text)
			ink_off(p, ink);
	}
	return at;
}

void page_wrap(struct page *p, enum ink ink, size_t at, size_t indent, const char *text)
{
	if (at < indent) {
		page_blank(p, indent - at);
		at = indent;
	}
	page_words(p, ink, at, indent, false, text);
	fputc('\n', p->out);
}
