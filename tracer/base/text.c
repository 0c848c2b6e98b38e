/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

size_t text_decode(const char *s, unsigned *c)
{
	const unsigned char *b = (const unsigned char *)s;
	static const struct {
		unsigned char mask, lead;
		unsigned least; /* the smallest code that needs this many bytes */
	} form[] = {{0x80, 0x00, 0x01}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t n = 0; n < sizeof(form) / sizeof(*form); n++) {
		if ((b[0] & form[n].mask) != form[n].lead)
			continue;
		*c = b[0] & ~form[n].mask & 0xff;
		for (size_t i = 1; i <= n; i++) {
			if ((b[i] & 0xc0) != 0x80)
				return 0;
			*c = *c << 6 | (b[i] & 0x3f);
		}
		bool surrogate = *c >= 0xd800 && *c <= 0xdfff;
		return *c >= form[n].least && *c <= 0x10ffff && !surrogate ? n + 1 : 0;
	}
	return 0;
}

bool text_unruly(unsigned c)
{
	static const struct {
		unsigned from, to;
	} ranges[] = {
		{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c}, {0x200b, 0x200f},
		{0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

enum strictness { VALID_ONLY, PRINTABLE, ASCII };

static char *escape(const char *s, enum strictness how)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	if (!f)
		return xstrdup("");
	while (s && *s) {
		unsigned c = 0;
		size_t n = text_decode(s, &c);

		if (n == 0 || (how == ASCII && c > 0x7f)) {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				fprintf(f, "\\x%02x", (unsigned char)s[i]);
		} else if (how == VALID_ONLY || !text_unruly(c)) {
			fwrite(s, 1, n, f);
		} else if (c == '\n' || c == '\t' || c == '\r') {
			fputs(c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r", f);
		} else {
			fprintf(f, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
		}
		s += n;
	}
	return fclose(f) == 0 && out ? out : xstrdup("");
}

char *text_escape(const char *s, bool utf8)
{
	return escape(s, utf8 ? PRINTABLE : ASCII);
}

char *text_valid(const char *s)
{
	return escape(s, VALID_ONLY);
}

static size_t width_of(unsigned c)
{
	int w = wcwidth((wchar_t)c);

	return w < 0 ? 1 : (size_t)w;
}

size_t text_width(const char *s)
{
	size_t width = 0;

	while (*s) {
		unsigned c = 0;
		size_t n = text_decode(s, &c);

		width += n ? width_of(c) : 1;
		s += n ? n : 1;
	}
	return width;
}

/* Bytes of the longest head of s that fits into width columns. */
static size_t head_bytes(const char *s, size_t width)
{
	size_t bytes = 0;

	while (s[bytes]) {
		unsigned c = 0;
		size_t n = text_decode(s + bytes, &c);
		size_t w = n ? width_of(c) : 1;

		if (w > width)
			break;
		width -= w;
		bytes += n ? n : 1;
	}
	return bytes;
}

/* Where the longest tail of s that fits into width columns begins. */
static const char *tail_of(const char *s, size_t width)
{
	for (size_t w = text_width(s); *s && w > width;) {
		unsigned c = 0;
		size_t n = text_decode(s, &c);

		w -= n ? width_of(c) : 1;
		s += n ? n : 1;
	}
	return s;
}

char *text_shorten(const char *s, size_t width, size_t keep_tail, bool utf8)
{
	const char *gap = utf8 ? "\u2026" : "...";
	size_t gap_width = utf8 ? 1 : 3;

	if (text_width(s) <= width)
		return xstrdup(s);
	if (width <= gap_width)
		return xasprintf("%.*s", (int)head_bytes(s, width), s);

	size_t room = width - gap_width;
	size_t tail = room - room / 2;

	if (tail < keep_tail)
		tail = keep_tail < room ? keep_tail : room;
	return xasprintf("%.*s%s%s", (int)head_bytes(s, room - tail), s, gap, tail_of(s, tail));
}
