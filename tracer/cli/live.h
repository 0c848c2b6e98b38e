/* SPDX-License-Identifier: MIT */
/*
 * The live view: the report as a full screen that refreshes. It belongs to the
 * front process, which has the terminal; what it shows comes from the tracer as
 * a trace in a file without a name, one at a time.
 */
#ifndef ET_CLI_LIVE_H
#define ET_CLI_LIVE_H

#include "base/err.h"
#include "trace/shared.h"

#include <stdbool.h>
#include <stdio.h>

struct live;

/* Takes over the terminal. NULL with err filled where there is none that can be drawn on. */
struct live *live_open(int snapshot, struct err *err);
/* Gives the terminal back. l may be NULL. */
void live_close(struct live *l);

/* Becomes readable when a key was pressed. */
int live_keys_fd(const struct live *l);
/* Does what keys ask for. False when it is to end. */
bool live_keys(struct live *l);
/* To be called now and then: reads a snapshot that is there, draws, asks for the next. True when it asked. */
bool live_tick(struct live *l, struct trace_shared *shared);

/* A file without a name for snapshots; a negative errno with err filled. */
int live_snapshot_file(struct err *err);

#endif
