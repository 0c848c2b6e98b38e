/* SPDX-License-Identifier: MIT */
/* Saved traces, read and priced: what report and compare work on. */
#ifndef ET_CLI_SAVED_H
#define ET_CLI_SAVED_H

#include "base/err.h"
#include "cli/pricing.h"
#include "model/config.h"
#include "model/cost.h"
#include "model/trace.h"

struct saved {
	struct trace trace;       /* the sum, where there are several */
	struct estimate estimate;
	bool priced;              /* the estimate is there; it may still have no table */
	struct saved_part *parts; /* what the above borrow from */
	size_t nparts;
};

/*
 * Reads n files, at least one, and prices each as it was priced, or as cfg
 * asks. Returns 0, or a negative errno with err filled and s empty.
 */
int saved_open(const struct config *cfg, char *const files[], size_t n, struct saved *s, struct err *err);
void saved_close(struct saved *s);

#endif
