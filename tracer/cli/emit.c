/* SPDX-License-Identifier: MIT */
#include "cli/emit.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "estimate/estimate.h"
#include "estimate/join.h"
#include "report/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *emit_open(const char *path, FILE *standard, struct err *err)
{
	struct err why;
	FILE *f;
	int fd;

	if (!path)
		return standard;
	/* A copy, so that closing it is as with a file. */
	if (strcmp(path, "-") == 0) {
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		f = fd < 0 ? NULL : fdopen(fd, "w");
		if (!f)
			err_set(err, -errno, "cannot write the report to standard output: %s", strerror(errno));
		return f;
	}
	fd = file_create(path, &why);
	f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!f)
		err_set(err, fd < 0 ? fd : -errno, "cannot write the report to %s: %s", path,
			fd < 0 ? why.text : strerror(errno));
	return f;
}

struct report_style emit_style(const struct config *cfg, FILE *out)
{
	struct report_style style = {
		.top = cfg->top, .width = 80, .weight = cfg->weight, .sort = cfg->sort, .columns = cfg->columns,
		.frames = cfg->frames, .tree = cfg->tree,
	};
	bool terminal = isatty(fileno(out));
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct winsize ws;

	const char *columns = getenv("COLUMNS");
	char *end;
	unsigned long asked = columns ? strtoul(columns, &end, 10) : 0;

	if (terminal && ioctl(fileno(out), TIOCGWINSZ, &ws) == 0 && ws.ws_col)
		style.width = ws.ws_col;
	/* A shell exports it only where its user wants that. */
	if (columns && *end == '\0' && asked >= 40 && asked <= 10000)
		style.width = (unsigned)asked;
	if (cfg->width)
		style.width = cfg->width;
	/* Who reads a file can scroll, and wants whole names to search for. */
	style.uncut = !terminal && !cfg->width;
	/* no-color.org: set and not empty means no colour. */
	style.color = cfg->color == COLOR_ALWAYS ||
		      (cfg->color == COLOR_AUTO && terminal && !(no_color && *no_color) &&
		       !(term && strcmp(term, "dumb") == 0));
	style.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	return style;
}

int emit_flush(FILE *out, const char *where, struct err *err)
{
	if ((fflush(out) != 0 || ferror(out)) && errno != EPIPE)
		return err_set(err, errno ? -errno : -EIO, "cannot write the report to %s: %s",
			       where ? where : "the terminal or pipe it was to go to",
			       strerror(errno ? errno : EIO));
	return 0;
}

/* Straight to a file that is ours alone: it may be large. */
static bool is_own_file(FILE *out)
{
	struct stat st;

	return fstat(fileno(out), &st) == 0 && S_ISREG(st.st_mode) && out != stderr && out != stdout;
}

static int write_in(struct report_style style, const char *name, FILE *out, const char *where,
		    const struct trace *trace, const struct estimate *estimate, struct err *err)
{
	const struct report_format *format = report_format_find(name);
	auto_free char *text = NULL;
	size_t size = 0;
	FILE *memory;
	int rc;

	if (!format)
		return err_set(err, -EINVAL, "there is no report format '%s'", name);
	if (is_own_file(out)) {
		errno = 0;
		rc = format->write(out, trace, estimate, &style, err);
		return rc ? rc : emit_flush(out, where, err);
	}
	/* Rendered first and then written as one, so that lines of others do not get in between. */
	memory = open_memstream(&text, &size);
	if (!memory)
		return err_set(err, -errno, "no memory for the report: %s", strerror(errno));
	rc = format->write(memory, trace, estimate, &style, err);
	if (fclose(memory) != 0 && !rc)
		rc = err_set(err, -errno, "no memory for the report: %s", strerror(errno));
	if (rc)
		return rc;
	errno = 0;
	fwrite(text, 1, size, out);
	return emit_flush(out, where, err);
}

static int write_as(const char *name, const struct config *cfg, FILE *out, const char *where,
		    const struct trace *trace, const struct estimate *estimate, struct err *err)
{
	return write_in(emit_style(cfg, out), name, out, where, trace, estimate, err);
}

int emit_summary(const struct config *cfg, FILE *out, const struct trace *trace,
		 const struct estimate *estimate, struct err *err)
{
	struct report_style style = emit_style(cfg, out);

	style.brief = true;
	return write_in(style, cfg->format, out, cfg->output, trace, estimate, err);
}

/* The prices of what a filter left: anew with the table, or each site's own where there were several. */
static void view_estimate(const struct trace *view, const struct estimate *all, const size_t *map, struct estimate *out)
{
	if (all->table || !all->have_table) {
		estimate_make(view, all->table, all->why_no_table, &view->host, all->baseline ? all->cpu_seconds : -1, out);
		out->of_trace = all->of_trace;
		return;
	}
	estimate_of_sites(view, all, map, out);
}

int emit_report(const struct config *cfg, FILE *out, const struct trace *trace,
		const struct estimate *estimate, struct err *err)
{
	const struct filter filter = {cfg->programs, cfg->modules, cfg->paths, cfg->syscalls};
	const char *where = cfg->output && strcmp(cfg->output, "-") == 0 ? "standard output" : cfg->output;
	struct estimate priced;
	struct trace view;
	int rc;

	if (!filter_is_set(&filter))
		return write_as(cfg->format, cfg, out, where, trace, estimate, err);
	auto_free size_t *map = xcalloc(trace->nsites + 1, sizeof(*map));

	trace_filter(trace, &filter, &view, map);
	if (estimate)
		view_estimate(&view, estimate, map, &priced);
	rc = write_as(cfg->format, cfg, out, where, &view, estimate ? &priced : NULL, err);
	if (estimate)
		estimate_fini(&priced);
	trace_fini(&view);
	return rc;
}

int emit_save(const struct config *cfg, FILE *out, const struct trace *trace,
	      const struct estimate *estimate, struct err *err)
{
	return write_as("json", cfg, out, cfg->save, trace, estimate, err);
}
