/* SPDX-License-Identifier: MIT */
#include "model/trace.h"

#include "model/cost.h"

#include <stdlib.h>
#include <string.h>

void trace_path_totals(const struct trace *t, struct path_total out[ENTRY_PATHS])
{
	memset(out, 0, ENTRY_PATHS * sizeof(*out));
	for (size_t i = 0; i < t->nsites; i++) {
		out[t->sites[i].path].entries += t->sites[i].entries;
		out[t->sites[i].path].sites++;
	}
}

const char *trace_build_id(const struct trace *t, const char *path)
{
	for (size_t i = 0; i < t->nmodules; i++)
		if (strcmp(t->modules[i].path, path) == 0)
			return t->modules[i].build_id;
	return NULL;
}

size_t function_name(const char *function, uint64_t *offset)
{
	const char *plus = strrchr(function, '+');
	char *end;

	if (!plus || plus == function || strncmp(plus, "+0x", 3) != 0)
		return strlen(function);
	uint64_t v = strtoull(plus + 1, &end, 16);
	if (*end || end == plus + 3)
		return strlen(function);
	*offset = v;
	return (size_t)(plus - function);
}

const char *host_fact(const struct host *host, const char *key)
{
	for (size_t i = 0; i < host->nfacts; i++)
		if (strcmp(host->facts[i].key, key) == 0)
			return host->facts[i].value;
	return NULL;
}

void host_fini(struct host *host)
{
	for (size_t i = 0; i < host->nfacts; i++) {
		free(host->facts[i].key);
		free(host->facts[i].value);
	}
	free(host->facts);
	*host = (struct host){0};
}

static void site_fini(struct site *s)
{
	for (size_t i = 0; i < s->ncalls; i++)
		free(s->calls[i].name);
	free(s->calls);
	for (size_t i = 0; i < s->nstacks; i++)
		stack_fini(&s->stacks[i]);
	free(s->stacks);
	free(s->module);
	free(s->instruction);
	free(s->entered_at);
	free(s->function);
	free(s->inlined_in);
	free(s->source);
}

void trace_fini(struct trace *t)
{
	for (size_t i = 0; t->command && t->command[i]; i++)
		free(t->command[i]);
	free(t->command);
	free(t->partial);
	free(t->shown);
	free(t->tool);
	free(t->started);
	free(t->host_name);
	free(t->pids);
	for (size_t i = 0; i < t->nhosts; i++)
		free(t->hosts[i]);
	free(t->hosts);
	if (t->prices)
		cost_table_fini(t->prices);
	free(t->prices);
	for (size_t i = 0; i < t->nmodules; i++) {
		free(t->modules[i].path);
		free(t->modules[i].build_id);
	}
	free(t->modules);
	host_fini(&t->host);
	for (size_t i = 0; i < t->nimages; i++) {
		free(t->images[i].exe);
		free(t->images[i].build_id);
		free(t->images[i].by_stops);
	}
	free(t->images);
	for (size_t i = 0; i < t->nsites; i++)
		site_fini(&t->sites[i]);
	free(t->sites);
	for (size_t i = 0; i < t->nblind_spots; i++) {
		free(t->blind_spots[i].kind);
		free(t->blind_spots[i].note);
	}
	free(t->blind_spots);
	*t = (struct trace){0};
}

uint64_t image_stops(const struct image *im)
{
	uint64_t sum = 0;

	for (unsigned r = 0; r < STOP_REASONS; r++)
		sum += im->stops[r];
	return sum;
}
