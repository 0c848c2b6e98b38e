/* SPDX-License-Identifier: MIT */
#include "report/format.h"

#include "report/compare_formats.h"
#include "report/formats.h"

#include <string.h>

/* The first one is what people get who ask for none. */
const struct report_format *const report_formats[] = {
	&report_text,
	&report_json,
	&report_csv,
	&report_folded,
	&report_speedscope,
	&report_callgrind,
	&report_html,
	&report_openmetrics,
};
const size_t nreport_formats = sizeof(report_formats) / sizeof(*report_formats);

const struct report_format *report_format_find(const char *name)
{
	for (size_t i = 0; i < nreport_formats; i++)
		if (strcmp(report_formats[i]->name, name) == 0)
			return report_formats[i];
	return NULL;
}

const struct compare_format *const compare_formats[] = {
	&compare_text,
	&compare_json,
	&compare_csv,
	&compare_folded,
};
const size_t ncompare_formats = sizeof(compare_formats) / sizeof(*compare_formats);
