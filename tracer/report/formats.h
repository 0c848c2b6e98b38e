/* SPDX-License-Identifier: MIT */
/* The ops tables, for format.c alone. */
#ifndef ET_REPORT_FORMATS_H
#define ET_REPORT_FORMATS_H

#include "report/format.h"

extern const struct report_format report_text;
extern const struct report_format report_json;
extern const struct report_format report_csv;
extern const struct report_format report_folded;
extern const struct report_format report_speedscope;
extern const struct report_format report_callgrind;
extern const struct report_format report_html;
extern const struct report_format report_openmetrics;

#endif
