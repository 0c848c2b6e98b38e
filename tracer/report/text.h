/* SPDX-License-Identifier: MIT */
/* A document, set for a terminal. */
#ifndef ET_REPORT_TEXT_H
#define ET_REPORT_TEXT_H

#include "report/doc.h"
#include "report/format.h"

#include <stdio.h>

void text_doc(FILE *out, const struct doc *doc, const struct report_style *style);

#endif
