/* SPDX-License-Identifier: MIT */
/* The forms of a comparison, for the list in format.c alone. */
#ifndef ET_REPORT_COMPARE_FORMATS_H
#define ET_REPORT_COMPARE_FORMATS_H

#include "report/compare.h"

extern const struct compare_format compare_text;
extern const struct compare_format compare_json;
extern const struct compare_format compare_csv;
extern const struct compare_format compare_folded;

#endif
