/* SPDX-License-Identifier: MIT */
#include "scan/scan.h"

#include "base/cleanup.h"
#include "scan/system.h"
#include "scan/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scanning {
	const struct scan_order *order;
	struct scan_result *result;
	struct walk walk;
	size_t asked; /* files that were found in what was asked for */
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

/* All mounted local file systems, and what runs from files that have no name any more. */
static int walk_system(struct scanning *s, const struct starters *starters)
{
	auto_fclose FILE *in = fopen("/proc/self/mountinfo", "re");
	struct mounts mounts = {0};
	int rc = 0;

	if (in)
		mounts_read(in, &mounts);
	for (size_t i = 0; i < mounts.n && rc == 0 && !s->walk.stopped; i++) {
		/* The others are mounted below; each is walked by itself. */
		s->walk.one_file_system = true;
		rc = walk_path(&s->walk, mounts.list[i]);
	}
	mounts_fini(&mounts);
	for (size_t i = 0; i < starters->n && rc == 0 && !s->walk.stopped; i++) {
		const char *pid = strchr(starters->list[i].by, ' ');

		if (!starters->list[i].inode || !pid)
			continue;
		auto_free char *exe = xasprintf("/proc/%s/exe", pid + 1);
		auto_close int fd = open(exe, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

		if (fd >= 0)
			rc = walk_fd(&s->walk, fd, starters->list[i].program);
	}
	return rc;
}

/*
 * Programs that scripts name and that lie elsewhere on this machine: looked at for
 * their verdict, which is the scripts'.
 */
static int walk_interpreters(struct scanning *s)
{
	size_t n = s->result->nfiles;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0 && !s->walk.stopped; i++) {
		const struct scan_file *f = &s->result->files[i];
		char real[PATH_MAX];

		if (f->kind == SCAN_SCRIPT && f->interpreter && verdict_interpreter(f, real))
			rc = walk_path(&s->walk, real);
	}
	return rc;
}

static int walk_all(struct scanning *s, const struct starters *starters)
{
	struct walk_counts counts;
	int rc = 0;

	for (size_t i = 0; i < s->order->npaths && rc == 0 && !s->walk.stopped; i++)
		rc = walk_path(&s->walk, s->order->paths[i]);
	if (rc == 0 && s->order->system)
		rc = walk_system(s, starters);
	if (rc == 0)
		rc = pool_finish(s->walk.pool);
	s->asked = s->result->nfiles;
	/* What nobody asked for is not counted. */
	counts = s->walk.counts;
	if (rc == 0)
		rc = walk_interpreters(s);
	if (rc == 0)
		rc = pool_finish(s->walk.pool);
	s->walk.counts = counts;
	for (size_t i = s->asked; i < s->result->nfiles; i++)
		s->result->files[i].aside = true;
	return rc;
}

int scan(const struct scan_order *order, struct scan_result *out, struct err *err)
{
	struct scanning s = {.order = order, .result = out};
	struct pool_sink sink = {.found = found, .ctx = &s};
	struct starters starters = {0};
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
	if (order->system) {
		starters_read("", &starters);
		starters_running(&starters);
	}
	rc = walk_all(&s, &starters);
	pool_free(s.walk.pool);
	out->counts = s.walk.counts;
	if (s.walk.stopped)
		out->partial = xstrdup("it was interrupted");
	walk_fini(&s.walk);
	if (rc < 0) {
		scan_result_fini(out);
		starters_fini(&starters);
		return err_set(err, rc, "cannot scan: no reader can be started: %s", strerror(-rc));
	}
	starters_join(&starters, out->files, out->nfiles);
	starters_fini(&starters);
	scan_conclude(out);
	return 0;
}
