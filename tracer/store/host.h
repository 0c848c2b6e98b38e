/* SPDX-License-Identifier: MIT */
/* The facts of a host as JSON: strings, and objects of strings for keys with a dot. */
#ifndef ET_STORE_HOST_H
#define ET_STORE_HOST_H

#include "base/json.h"
#include "model/trace.h"

/* Adds the members of o to out. where names o in errors. */
void host_load(struct json_reader *r, const json_t *o, const char *where, struct host *out);

#endif
