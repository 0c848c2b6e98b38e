/* SPDX-License-Identifier: MIT */
/* Cells of a comma-separated table (RFC 4180, but for line feeds alone). */
#ifndef ET_REPORT_CELL_CSV_H
#define ET_REPORT_CELL_CSV_H

#include "model/cost.h"

#include <stdio.h>

/* Control characters are spelt out, so that a line of the file is a row of the table; end follows. */
void csv_cell(FILE *out, const char *text, char end);
/* Empty where it is unknown. */
void csv_figure(FILE *out, struct priced p, double times, char end);

#endif
