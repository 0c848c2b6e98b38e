/* SPDX-License-Identifier: MIT */
/* For trace_load.c and its parts alone: a trace that is being read, member by member. */
#ifndef ET_STORE_LOADER_H
#define ET_STORE_LOADER_H

#include "base/json_stream.h"
#include "model/trace.h"

/* A file that is being read, member by member. */
struct loader {
	struct json_reader r;
	struct json_in in;
	struct trace *t;
	/* What the file says of the paths, to be checked against the sites. */
	uint64_t paths[ENTRY_PATHS];
	unsigned paths_seen;
	/* What must be there, as bits of member[]. */
	unsigned seen;
};

/* trace_load_run.c: the members that say what ran, where and how it went. */
void load_schema(struct loader *l, const json_t *v);
void load_command(struct loader *l, const json_t *a);
void load_pids(struct loader *l, const json_t *a);
void load_merged(struct loader *l, const json_t *o);
void load_filtered(struct loader *l, const json_t *o);
void load_tool(struct loader *l, const json_t *o);
void load_started(struct loader *l, const json_t *v);
void load_host_name(struct loader *l, const json_t *v);
void load_partial(struct loader *l, const json_t *v);
void load_ending(struct loader *l, const json_t *o);
void load_wall(struct loader *l, const json_t *v);
void load_cpu(struct loader *l, const json_t *o);
void load_host(struct loader *l, const json_t *o);
void load_entries(struct loader *l, const json_t *v);

#endif
