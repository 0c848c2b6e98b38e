/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include "base/monotonic.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Short runs are not worth a line. */
#define FIRST_NS 1500000000ull
#define EVERY_NS 500000000ull

void progress_init(struct progress_line *p)
{
	*p = (struct progress_line){.started_ns = monotonic_ns()};
	p->last_ns = p->started_ns;
}

static void put(const char *text, size_t n)
{
	/* Progress is a courtesy: a terminal that is gone takes nothing away. */
	if (write(STDERR_FILENO, text, n) < 0)
		return;
}

void progress_tick(struct progress_line *p, struct trace_shared *shared)
{
	uint64_t now = monotonic_ns(), entries = atomic_load(&shared->entries), rate;
	uint32_t tasks = atomic_load(&shared->tasks);
	char line[160];
	int n;

	/* Once the program has written to it, the terminal is the program's. */
	if (atomic_load(&shared->program_wrote) || atomic_load(&shared->state) != TRACER_RUNNING ||
	    now - p->started_ns < FIRST_NS || now - p->last_ns < EVERY_NS)
		return;
	rate = (entries - p->last_entries) * 1000000000u / (now - p->last_ns);
	p->last_ns = now;
	p->last_entries = entries;
	n = snprintf(line, sizeof(line),
		     "\r\033[Kentrytrace: %.0f s, %" PRIu64 " kernel entries, %" PRIu64 "/s, %u task%s%s",
		     (double)(now - p->started_ns) * 1e-9, entries, rate, tasks, tasks == 1 ? "" : "s",
		     atomic_load(&shared->main_ended) ? " (the main program has ended; Ctrl-C to stop)" : "");
	if (n > 0)
		put(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
	atomic_store(&shared->line_shown, true);
}
