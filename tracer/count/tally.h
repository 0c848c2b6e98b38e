/* SPDX-License-Identifier: MIT */
/*
 * Counts: (image, module, offset, path) names a site, and each site counts its
 * entries by syscall table and number.
 */
#ifndef ET_COUNT_TALLY_H
#define ET_COUNT_TALLY_H

#include "model/trace.h"

#include <stdint.h>
#include <uthash.h>

struct tally_key {
	const void *module; /* who the offset belongs to: an identity, never followed here */
	uint64_t offset;
	uint32_t image;
	enum entry_path path;
};

struct tally_site {
	struct tally_key key;
	struct site site; /* entries and calls grow; the rest is filled in by tally_site() */
	size_t last;      /* index of the call counted last: the likely next one */
	uint32_t *slots;  /* with many calls, a hash table of their indices plus one; else NULL */
	size_t nslots;    /* a power of two, at least twice as many as calls */
	UT_hash_handle hh;
};

struct tally_image; /* an image by its name */

struct tally {
	struct image *images;
	size_t nimages;
	struct tally_image *by_name;
	struct tally_site *sites;
	uint64_t nsites;
	uint64_t entries;
	struct blind_spot *blind_spots;
	size_t nblind_spots;
};

/* The index of the image with that file and ABI, new or known. */
uint32_t tally_image(struct tally *t, const char *exe, enum abi abi);

/* The site of that key, new or known; texts are copied, and may be NULL. The address stays valid. */
struct tally_site *tally_site(struct tally *t, struct tally_key key, const char *module_name,
			      const char *instruction, const char *entered_at);

/* n entries more; fewer, when some were counted that were not made. */
void tally_count(struct tally *t, struct tally_site *site, enum abi abi, int64_t nr, int64_t n);

/* One of the entries of that image stopped, for that reason. */
void tally_stopped(struct tally *t, uint32_t image, enum stop_reason why);

/* Adds count to the blind spot of that kind. The note is the one given first; it is copied. */
void tally_blind(struct tally *t, const char *kind, uint64_t count, const char *note);

/*
 * Moves all that was counted into out: images, sites, blind spots, entries.
 * each(ctx, module, site) is called for every site, where texts can be filled in.
 */
void tally_finish(struct tally *t, struct trace *out,
		  void (*each)(void *ctx, const void *module, struct site *site), void *ctx);

/*
 * Copies what was counted so far into out, which is to be freed by trace_fini();
 * counting can go on. Sites without entries are left out. each() as above.
 */
void tally_snapshot(const struct tally *t, struct trace *out,
		    void (*each)(void *ctx, const void *module, struct site *site), void *ctx);

void tally_fini(struct tally *t);

#endif
