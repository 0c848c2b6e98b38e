/* SPDX-License-Identifier: MIT */
/* Saved traces: what loads can be shown in every format, and saves as what loads again. */
#include "base/cleanup.h"
#include "fuzz.h"
#include "report/format.h"
#include "store/trace.h"

static char *render(const char *format, const struct trace *t, size_t *size)
{
	static const struct report_style style = {.top = 10, .width = 80, .utf8 = true};
	char *out = NULL;
	FILE *f = open_memstream(&out, size);
	struct err err;

	if (!f)
		abort();
	report_format_find(format)->write(f, t, NULL, &style, &err);
	fclose(f);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace t, again;
	struct err err = {0};
	size_t n;

	if (trace_load((const char *)data, size, "fuzz", &t, &err) != 0) {
		if (!err.text[0])
			abort();
		return 0;
	}
	for (size_t i = 0; i < nreport_formats; i++)
		free(render(report_formats[i]->name, &t, &n));
	auto_free char *json = render("json", &t, &n);

	if (trace_load(json, n, "again", &again, &err) != 0)
		abort();
	trace_fini(&again);
	trace_fini(&t);
	return 0;
}
