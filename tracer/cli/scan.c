/* SPDX-License-Identifier: MIT */
/* The scan command: who needs 32-bit support, told from files. */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/monotonic.h"
#include "base/vec.h"
#include "cli/command.h"
#include "cli/emit.h"
#include "scan/join.h"
#include "scan/output.h"
#include "scan/scan.h"
#include "store/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define FIRST_NS 1000000000ull
#define EVERY_NS 250000000ull

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* --- what to scan --- */

struct names {
	char **list;
	size_t n;
};

/* Names on standard input: a line each, or each before a NUL, as find -print0 has them. */
static int read_names(struct names *to, struct err *err)
{
	auto_free char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int end = '\n', c = getc(stdin);
	auto_free char *all = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&all, &size);

	if (!memory)
		return err_set(err, -errno, "no memory for the names on standard input: %s", strerror(errno));
	for (; c != EOF; c = getc(stdin)) {
		end = c == '\0' ? '\0' : end;
		putc(c, memory);
	}
	fclose(memory);
	auto_fclose FILE *in = size ? fmemopen(all, size, "r") : NULL;

	while (in && (n = getdelim(&line, &room, end, in)) > 0) {
		if (line[n - 1] == end)
			line[n - 1] = '\0';
		if (*line)
			*vec_push(to->list, to->n) = xstrdup(line);
	}
	return 0;
}

static int take_names(const struct config *cfg, struct names *to, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < cfg->noperands && rc == 0; i++) {
		if (strcmp(cfg->operands[i], "-") == 0)
			rc = read_names(to, err);
		else
			*vec_push(to->list, to->n) = xstrdup(cfg->operands[i]);
	}
	return rc;
}

static void free_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
}

/* --- progress --- */

struct progress_of_scan {
	bool show, shown;
	uint64_t started_ns, last_ns;
};

static bool go_on(void *ctx, const struct walk_counts *counts, const struct scan_result *so_far)
{
	struct progress_of_scan *p = ctx;
	uint64_t now = monotonic_ns();
	char line[160];
	int n;

	if (!p->show || now - p->started_ns < FIRST_NS || now - p->last_ns < EVERY_NS)
		return !interrupted;
	p->last_ns = now;
	n = snprintf(line, sizeof(line),
		     "\r\033[Kentrytrace: %.0f s, %" PRIu64 " files, %.0f MB of code",
		     (double)(now - p->started_ns) * 1e-9, counts->files, (double)so_far->code_bytes * 1e-6);
	/* A terminal that is gone takes nothing away. */
	p->shown = write(STDERR_FILENO, line, (size_t)n) == n;
	return !interrupted;
}

/* --- what ran --- */

static int join_trace(const char *path, struct scan_result *r, struct err *err)
{
	auto_free struct ran_site *sites = NULL;
	struct trace t;
	size_t n = 0;
	int rc = trace_load_file(path, &t, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < t.nsites; i++) {
		const struct site *s = &t.sites[i];

		*vec_push(sites, n) = (struct ran_site){
			.module = s->module,
			.build_id = trace_build_id(&t, s->module),
			.offset = s->offset,
			.path_id = entry_path_info[s->path].id,
			.entries = s->entries,
		};
	}
	scan_join(r, sites, n);
	trace_fini(&t);
	return 0;
}

static int join_traces(const struct config *cfg, struct scan_result *r, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < cfg->ntraces && rc == 0; i++)
		rc = join_trace(cfg->traces[i], r, err);
	return rc;
}

/* --- the report --- */

static int show(const struct config *cfg, FILE *out, const struct scan_result *r, struct err *err)
{
	struct report_style page = emit_style(cfg, out);
	struct scan_style style = {.page = &page, .sites = cfg->sites};

	errno = 0;
	scan_format_find(cfg->format)->write(out, r, &style);
	return emit_flush(out, cfg->output, err);
}

static int scan_and_show(const struct config *cfg, const struct names *names, FILE *out, struct err *err)
{
	struct progress_of_scan progress = {
		.show = cfg->progress == PROGRESS_YES || (cfg->progress == PROGRESS_AUTO && isatty(STDERR_FILENO)),
		.started_ns = monotonic_ns(),
	};
	struct scan_order order = {
		.paths = names->list,
		.npaths = names->n,
		.one_file_system = cfg->one_file_system,
		.system = cfg->system,
		.go_on = go_on,
		.ctx = &progress,
	};
	struct scan_result r;
	int rc = scan(&order, &r, err);
	bool gate;

	if (progress.shown && write(STDERR_FILENO, "\r\033[K", 4) != 4)
		progress.shown = false;
	if (rc < 0)
		return rc;
	rc = join_traces(cfg, &r, err);
	if (rc == 0)
		rc = show(cfg, out, &r, err);
	gate = cfg->scan_gate && r.of_verdict[NEEDS_YES];
	scan_result_fini(&r);
	return rc < 0 ? rc : gate ? EXIT_GATE : 0;
}

int scan_run(const struct config *cfg)
{
	struct names names = {0};
	struct err err = {0};
	FILE *out = emit_open(cfg->output, stdout, &err);
	int rc = out ? take_names(cfg, &names, &err) : err.code;

	/* What was found until then is shown. */
	signal(SIGINT, on_interrupt);
	signal(SIGTERM, on_interrupt);
	if (rc == 0)
		rc = scan_and_show(cfg, &names, out, &err);
	if (out && out != stdout && fclose(out) != 0 && rc >= 0)
		rc = err_set(&err, -errno, "cannot write the report to %s: %s", cfg->output, strerror(errno));
	free_names(&names);
	if (rc < 0)
		diag("%s", err.text);
	return rc < 0 ? EXIT_TROUBLE : rc;
}
