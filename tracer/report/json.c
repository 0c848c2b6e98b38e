/* SPDX-License-Identifier: MIT */
/* The report that is the whole trace: the form that it is kept in. */
#include "report/formats.h"
#include "store/trace.h"

static int write_json(FILE *out, const struct trace *t, const struct estimate *est,
		      const struct report_style *style, struct err *err)
{
	(void)style, (void)err;
	trace_write(out, t, est);
	return 0;
}

const struct report_format report_json = {
	.name = "json",
	.what = "everything, for programs",
	.write = write_json,
};
