/* SPDX-License-Identifier: MIT */
#include "cli/emit.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "report/load.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

FILE *emit_open(const char *path, FILE *standard, struct err *err)
{
	struct err why;
	FILE *f;
	int fd;

	if (!path)
		return standard;
	if (strcmp(path, "-") == 0)
		return stdout;
	fd = file_create(path, &why);
	f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!f)
		err_set(err, fd < 0 ? fd : -errno, "cannot write the report to %s: %s", path,
			fd < 0 ? why.text : strerror(errno));
	return f;
}

struct report_style emit_style(const struct config *cfg, FILE *out)
{
	struct report_style style = {.top = cfg->top, .width = 80, .weight = cfg->weight};
	bool terminal = isatty(fileno(out));
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	struct winsize ws;

	if (terminal && ioctl(fileno(out), TIOCGWINSZ, &ws) == 0 && ws.ws_col)
		style.width = ws.ws_col;
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

static int write_as(const char *name, const struct config *cfg, FILE *out, const char *where,
		    const struct trace *trace, const struct estimate *estimate, struct err *err)
{
	const struct report_format *format = report_format_find(name);
	struct report_style style = emit_style(cfg, out);
	auto_free char *text = NULL;
	size_t size = 0;
	FILE *memory;
	int rc;

	/* Rendered first and then written as one, so that lines of others do not get in between. */
	memory = open_memstream(&text, &size);
	if (!memory)
		return err_set(err, -errno, "no memory for the report: %s", strerror(errno));
	rc = format ? format->write(memory, trace, estimate, &style, err)
		    : err_set(err, -EINVAL, "there is no report format '%s'", name);
	if (fclose(memory) != 0 && !rc)
		rc = err_set(err, -errno, "no memory for the report: %s", strerror(errno));
	if (rc)
		return rc;
	if (cfg->save == where && where && size > TRACE_FILE_MAX)
		diag("%s is larger than what 'entrytrace report' reads: %zu MiB of at most %u", where, size >> 20,
		     TRACE_FILE_MAX >> 20);
	errno = 0;
	fwrite(text, 1, size, out);
	return emit_flush(out, where, err);
}

int emit_report(const struct config *cfg, FILE *out, const struct trace *trace,
		const struct estimate *estimate, struct err *err)
{
	return write_as(cfg->format, cfg, out, cfg->output, trace, estimate, err);
}

int emit_save(const struct config *cfg, FILE *out, const struct trace *trace,
	      const struct estimate *estimate, struct err *err)
{
	return write_as("json", cfg, out, cfg->save, trace, estimate, err);
}
