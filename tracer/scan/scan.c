/* SPDX-License-Identifier: MIT */
#include "scan/scan.h"

#include "base/vec.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct scanning {
	const struct scan_order *order;
	struct scan_result *result;
	struct walk walk;
};

static void found(void *ctx, struct scan_file *f)
{
	struct scanning *s = ctx;

	scan_result_add(s->result, f);
}

static bool go_on(void *ctx, const struct walk_counts *counts)
{
	struct scanning *s = ctx;

	return s->order->go_on(s->order->ctx, counts, s->result);
}

static int walk_all(struct scanning *s)
{
	int rc = 0;

	for (size_t i = 0; i < s->order->npaths && rc == 0 && !s->walk.stopped; i++)
		rc = walk_path(&s->walk, s->order->paths[i]);
	return rc;
}

int scan(const struct scan_order *order, struct scan_result *out, struct err *err)
{
	struct scanning s = {.order = order, .result = out};
	struct pool_sink sink = {.found = found, .ctx = &s};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int rc;

	*out = (struct scan_result){.operands = order->paths, .noperands = order->npaths, .system = order->system};
	s.walk = (struct walk){
		.pool = pool_new(order->readers ? order->readers : cpus > 0 ? (unsigned)cpus : 1, &sink),
		.sink = &sink,
		.one_file_system = order->one_file_system,
		.go_on = order->go_on ? go_on : NULL,
		.ctx = &s,
	};
	rc = walk_all(&s);
	if (rc == 0)
		rc = pool_finish(s.walk.pool);
	pool_free(s.walk.pool);
	out->counts = s.walk.counts;
	walk_fini(&s.walk);
	if (s.walk.stopped)
		out->partial = xstrdup("it was interrupted");
	if (rc < 0) {
		scan_result_fini(out);
		return err_set(err, rc, "cannot scan: no reader can be started: %s", strerror(-rc));
	}
	scan_conclude(out);
	return 0;
}
