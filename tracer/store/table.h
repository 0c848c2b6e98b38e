/* SPDX-License-Identifier: MIT */
/*
 * Calibration tables as files: schema "entrytrace-calibration/1".
 *
 * This machine's own is $XDG_STATE_HOME/entrytrace/calibration-HASH.json
 * (~/.local/state without the variable), HASH being that of the fingerprint, so
 * that a home shared by several machines holds a table for each.
 */
#ifndef ET_STORE_TABLE_H
#define ET_STORE_TABLE_H

#include "base/json.h"
#include "model/cost.h"

#include <stdio.h>

/* The published table that is always at hand. */
#define COST_TABLE_SKYLAKE "skylake-i7-6700k-linux-6.5"

/* Fills out from a built-in name; -ENOENT when there is none of that name. */
int cost_table_built_in(const char *name, struct cost_table *out);

/*
 * Loads a table from the file or the built-in name (a file of that very name
 * needs a slash). Every figure is checked. On failure: a negative errno, one
 * line in err, and out is empty.
 */
int cost_table_load(const char *file_or_name, struct cost_table *out, struct err *err);

/* The same from memory; name is what errors call it. */
int cost_table_parse(const char *text, size_t size, const char *name, struct cost_table *out, struct err *err);

/*
 * This host's kept table. -ENOENT when there is none; -ESTALE when there is one
 * that is not of this host; -EBADMSG when it cannot be read as a table.
 */
int cost_table_find(const struct host *host, struct cost_table *out, struct err *err);

/* Keeps the table for later runs, replacing an older one at once or not at all. */
int cost_table_keep(const struct cost_table *table, struct err *err);

/* The members that a table has in a file and in a trace alike; age and name are the caller's matter. */
void cost_table_put(json_t *o, const struct cost_table *table);
/* Fills table from them; faults stay in r. */
void cost_table_from_json(struct json_reader *r, const json_t *o, struct cost_table *table);

/* Writes the JSON; write errors stay on out. */
void cost_table_write(FILE *out, const struct cost_table *table);

/*
 * Opens a kept table by its path: only one that is the user's own, in a folder
 * that is too, which nobody else may write to. NULL with errno set.
 */
FILE *cost_table_open_kept(const char *path);

/* The path that this host's table is kept under; NULL when there is no home. The caller frees it. */
char *cost_table_path(const struct host *host);

#endif
