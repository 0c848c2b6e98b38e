/* SPDX-License-Identifier: MIT */
#include "store/host.h"

#include "base/vec.h"

static void add_fact(struct host *h, const char *outer, const char *key, const char *value)
{
	struct host_fact *f = vec_push(h->facts, h->nfacts);

	f->key = outer ? xasprintf("%s.%s", outer, key) : xstrdup(key);
	f->value = xstrdup(value);
}

void host_load(struct json_reader *r, const json_t *o, const char *where, struct host *out)
{
	const char *key, *inner;
	json_t *value, *v;

	if (!json_is_object(o)) {
		json_fault(r, "%s is not an object", where);
		return;
	}
	/* Jansson's iterators are not for const objects, though they change nothing. */
	json_object_foreach((json_t *)(uintptr_t)o, key, value) {
		if (json_is_string(value)) {
			add_fact(out, NULL, key, json_string_value(value));
		} else if (json_is_object(value)) {
			json_object_foreach(value, inner, v)
				if (json_is_string(v))
					add_fact(out, key, inner, json_string_value(v));
		} else if (!json_is_null(value)) {
			json_fault(r, "%s.%s is not a string", where, key);
		}
	}
}
