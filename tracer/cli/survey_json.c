/* SPDX-License-Identifier: MIT */
/* A line for each interval; a stable interface, to which keys are only ever added. */
#include "base/json.h"
#include "cli/survey_figures.h"

#include <time.h>

static json_t *now(void)
{
	char text[32];
	time_t t = time(NULL);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_text(text);
}

static json_t *by_path(const struct survey_program *p)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < ENTRY_PATHS; i++)
		if (p->total[i] > p->before[i])
			json_put(o, entry_path_info[i].id, json_count(p->total[i] - p->before[i]));
	return o;
}

static json_t *program(const struct survey_figures *f, const struct image *image, const struct survey_program *p)
{
	struct priced added = survey_added(f, p);
	json_t *o = json_object();

	json_put(o, "exe", json_text(image->exe));
	json_put(o, "abi", json_text(abi_name[image->abi]));
	json_put(o, "processes", json_count(image->processes));
	json_put(o, "needs_ia32", json_boolean(survey_needs_ia32(image, p)));
	json_put(o, "entries", json_count(survey_fresh(p)));
	json_put(o, "entries_total", json_count(survey_total(p)));
	json_put(o, "paths", by_path(p));
	json_put(o, "added_cycles", added.known ? json_figure(added.value) : json_null());
	json_put(o, "cpu_seconds", json_figure(p->cpu_seconds - p->cpu_before));
	return o;
}

void survey_json(FILE *out, const struct survey_figures *f, const struct tally *tally)
{
	json_t *root = json_object(), *programs = json_array();
	uint64_t entries = 0;

	for (size_t i = 0; i < tally->nimages && i < f->n; i++) {
		if (!survey_fresh(&f->programs[i]))
			continue;
		entries += survey_fresh(&f->programs[i]);
		json_add(programs, program(f, &tally->images[i], &f->programs[i]));
	}
	json_put(root, "schema", json_text("entrytrace-survey/1"));
	json_put(root, "time", now());
	json_put(root, "host", json_text(f->host));
	json_put(root, "interval_seconds", json_figure(f->seconds));
	json_put(root, "entries", json_count(entries));
	json_put(root, "lost", json_count(f->lost));
	json_put(root, "programs", programs);
	json_write_line(out, root);
	json_decref(root);
}
