/* SPDX-License-Identifier: MIT */
#ifndef ET_REPORT_CALIBRATION_H
#define ET_REPORT_CALIBRATION_H

#include "model/cost.h"
#include "report/format.h"

/*
 * The table for people: cycles and nanoseconds with intervals, the ratio to a
 * native 64-bit call, a bar, and the row of reference (may be NULL) beside each.
 */
void calibration_text(FILE *out, const struct cost_table *table, const struct cost_table *reference,
		      const struct report_style *style);

#endif
