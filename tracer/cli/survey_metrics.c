/* SPDX-License-Identifier: MIT */
/*
 * Figures for Prometheus, in the text format that node_exporter's textfile collector
 * reads. The collector adds the host. Programs beyond a bound are counted together,
 * so that no host can flood the fleet's database with names.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cli/survey_figures.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PROGRAMS_MAX 1000u

/* A label's value: backslash, quote and newline are escaped, and all is UTF-8. */
static void put_label(FILE *out, const char *text)
{
	auto_free char *valid = text_valid(text);

	for (const char *p = valid; *p; p++) {
		if (*p == '\n')
			fputs("\\n", out);
		else if (*p == '\\' || *p == '"')
			fprintf(out, "\\%c", *p);
		else
			fputc(*p, out);
	}
}

static void head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void program_labels(FILE *out, const struct image *image)
{
	fputs("program=\"", out);
	put_label(out, image->exe);
	fprintf(out, "\",abi=\"%s\"", abi_name[image->abi]);
}

static void put_entries(FILE *out, const struct survey_figures *f, const struct tally *tally)
{
	uint64_t rest[ENTRY_PATHS] = {0};

	head(out, "entrytrace_entries_total", "counter",
	     "Kernel entries in 32-bit ways since the survey began, by program and path.");
	for (size_t i = 0; i < f->n; i++)
		for (unsigned p = 0; p < ENTRY_PATHS; p++) {
			if (i >= PROGRAMS_MAX)
				rest[p] += f->programs[i].total[p];
			if (i >= PROGRAMS_MAX || !f->programs[i].total[p])
				continue;
			fputs("entrytrace_entries_total{", out);
			program_labels(out, &tally->images[i]);
			fprintf(out, ",path=\"%s\"} %" PRIu64 "\n", entry_path_info[p].id, f->programs[i].total[p]);
		}
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		if (rest[p])
			fprintf(out, "entrytrace_entries_total{program=\"(other)\",abi=\"\",path=\"%s\"} %" PRIu64 "\n",
				entry_path_info[p].id, rest[p]);
}

static void put_programs(FILE *out, const struct survey_figures *f, const struct tally *tally)
{
	head(out, "entrytrace_program_needs_ia32", "gauge",
	     "1 for each program seen that needs IA32 emulation in the kernel.");
	for (size_t i = 0; i < f->n && i < PROGRAMS_MAX; i++) {
		if (!survey_total(&f->programs[i]) || !survey_needs_ia32(&tally->images[i], &f->programs[i]))
			continue;
		fputs("entrytrace_program_needs_ia32{", out);
		program_labels(out, &tally->images[i]);
		fputs("} 1\n", out);
	}
	head(out, "entrytrace_program_cpu_seconds_total", "counter",
	     "CPU time of those programs since the survey began.");
	for (size_t i = 0; i < f->n && i < PROGRAMS_MAX; i++) {
		if (!survey_total(&f->programs[i]))
			continue;
		fputs("entrytrace_program_cpu_seconds_total{", out);
		program_labels(out, &tally->images[i]);
		fprintf(out, "} %.3f\n", f->programs[i].cpu_seconds);
	}
}

static void write_all(FILE *out, const struct survey_figures *f, const struct tally *tally)
{
	put_entries(out, f, tally);
	put_programs(out, f, tally);
	head(out, "entrytrace_lost_events_total", "counter",
	     "Entries and messages that the program in the kernel had no room for.");
	fprintf(out, "entrytrace_lost_events_total %" PRIu64 "\n", f->lost);
	head(out, "entrytrace_survey_seconds_total", "counter", "How long the survey has run.");
	fprintf(out, "entrytrace_survey_seconds_total %.3f\n", f->elapsed);
	head(out, "entrytrace_survey_last_written_timestamp_seconds", "gauge", "When this was written.");
	fprintf(out, "entrytrace_survey_last_written_timestamp_seconds %jd\n", (intmax_t)time(NULL));
	head(out, "entrytrace_build_info", "gauge", "1, with the version as a label.");
	fprintf(out, "entrytrace_build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
}

int survey_metrics(const char *path, const struct survey_figures *f, const struct tally *tally, struct err *err)
{
	/* Another name, so that the collector, which reads *.prom, does not see half a file. */
	auto_free char *fresh = xasprintf("%s.%d.new", path, (int)getpid());
	FILE *out = fopen(fresh, "we");
	bool good = out;

	if (out) {
		fchmod(fileno(out), 0644);
		write_all(out, f, tally);
		good = fflush(out) == 0 && !ferror(out) && fsync(fileno(out)) == 0;
		good = fclose(out) == 0 && good;
	}
	if (good && rename(fresh, path) == 0)
		return 0;
	int code = errno ? errno : EIO;

	if (out)
		unlink(fresh);
	return err_set(err, -code, "cannot write the metrics to %s: %s", path, strerror(code));
}
