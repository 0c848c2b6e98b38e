/* SPDX-License-Identifier: MIT */
#include "report/cell_csv.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <string.h>

void csv_cell(FILE *out, const char *text, char end)
{
	auto_free char *s = text_escape(text, true);

	if (strpbrk(s, ",\"")) {
		fputc('"', out);
		for (const char *c = s; *c; c++)
			fprintf(out, *c == '"' ? "\"\"" : "%c", *c);
		fputc('"', out);
	} else {
		fputs(s, out);
	}
	fputc(end, out);
}

void csv_figure(FILE *out, struct priced p, double times, char end)
{
	if (p.known)
		fprintf(out, "%.9g", p.value * times);
	fputc(end, out);
}
