/* SPDX-License-Identifier: MIT */
#include "model/fingerprint.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <string.h>

char *host_difference(const struct host *there, const struct host *here)
{
	char *text = NULL;
	unsigned more = 0;

	for (int side = 0; side < 2; side++) {
		const struct host *a = side ? here : there, *b = side ? there : here;

		for (size_t i = 0; i < a->nfacts; i++) {
			const char *key = a->facts[i].key;
			const char *va = a->facts[i].value, *vb = host_fact(b, key);

			/* What both have was compared from the first side. */
			if (vb && (side == 1 || strcmp(va, vb) == 0))
				continue;
			if (text) {
				more++;
				continue;
			}
			vb = vb ? vb : "not known";
			text = xasprintf("%s is \"%s\" there and \"%s\" here", key, side ? vb : va, side ? va : vb);
		}
	}
	if (text && more) {
		char *all = xasprintf("%s, and %u more fact%s differ%s", text, more, more == 1 ? "" : "s",
				      more == 1 ? "s" : "");
		free(text);
		text = all;
	}
	return text;
}

static uint64_t fnv1a(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 0x100000001b3u;
	return h;
}

uint64_t host_hash(const struct host *host)
{
	uint64_t sum = 0;

	/* A sum, so that the order of the facts does not matter. */
	for (size_t i = 0; i < host->nfacts; i++) {
		auto_free char *fact = xasprintf("%s=%s", host->facts[i].key, host->facts[i].value);

		sum += fnv1a(fact);
	}
	return sum;
}

struct host host_copy(const struct host *host)
{
	struct host copy = {.facts = xcalloc(host->nfacts, sizeof(*copy.facts)), .nfacts = host->nfacts};

	for (size_t i = 0; i < host->nfacts; i++) {
		copy.facts[i].key = xstrdup(host->facts[i].key);
		copy.facts[i].value = xstrdup(host->facts[i].value);
	}
	return copy;
}

json_t *fingerprint_json(const struct host *h)
{
	json_t *o = json_object();

	for (size_t i = 0; i < h->nfacts; i++) {
		const char *key = h->facts[i].key, *dot = strchr(key, '.');
		json_t *in = o;

		if (dot) {
			auto_free char *outer = xasprintf("%.*s", (int)(dot - key), key);

			if (!json_is_object(json_object_get(o, outer)))
				json_put(o, outer, json_object());
			in = json_object_get(o, outer);
			key = dot + 1;
		}
		json_put(in, key, json_text(h->facts[i].value));
	}
	return o;
}
