/* SPDX-License-Identifier: MIT */
/*
 * An address space: what tasks that share memory have in common. It dies at
 * execve, or with its last task. Two kinds of knowledge live in it: what the
 * image is, and caches of what is mapped and of sites seen, which the program
 * can make stale.
 */
#ifndef ET_TRACEE_SPACE_H
#define ET_TRACEE_SPACE_H

#include "model/evidence.h"
#include "tracee/maps.h"

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

/* What a cached verdict was decided on; equal bytes give an equal verdict. */
struct site_key {
	uint64_t ip, ret, far_ret;
	uint32_t far_depth;
	uint16_t cs;
	uint8_t restart, x32;
};

#define SITE_PIECES (3 + CALLEE_PIECES)

struct cached_site {
	struct site_key key;
	void *counter;           /* the tally's site; not owned */
	uint8_t n[SITE_PIECES];  /* of the bytes: how many of each piece */
	UT_hash_handle hh;
	uint8_t bytes[];         /* code, caller, far caller, callee */
};

/* A vDSO image that was decoded, and the outcome: every process of one kernel has the same. */
struct vdso_memo {
	unsigned refs;
	size_t n;
	struct vdso_facts facts;
	uint8_t image[];
};

enum { CALLER_GUESSES = 64 };

struct inplace;
struct thread;

struct space {
	/* shared by this many tasks: */
	unsigned refs;
	struct thread *tasks; /* (while the tracer knows them) by thread->peer */

	/* the image: from execve to execve */
	uint32_t image;          /* the tally's index */
	bool image64;

	/* caches: gone when the program changes its mappings */
	struct maps *maps;
	unsigned mapped;         /* calls so far that mapped something, which no snapshot forgets for */
	unsigned maps_age;       /* what mapped was when maps was read */
	bool vdso_known;
	struct vdso_facts vdso;  /* the 32-bit one; size 0 when there is none */
	struct taddr vdso_base;
	struct vdso_memo *vdso_memo; /* outlives the caches: handed on to the next image */
	struct cached_site *sites;
	uint32_t callers[CALLER_GUESSES]; /* who called the vDSO last, by number and stack pointer */

	/* how its entries are counted, and what is changed for that; trace/inplace.h, whose function frees it */
	struct inplace *inplace;
	bool vdso_patched;       /* by us: what was decoded before that holds */
	void (*free_inplace)(struct inplace *inplace);

	/* calls that change mappings, entered and not yet returned: caches hold for one stop only */
	unsigned changing;
};

struct space *space_new(void);
/* For an execve: nothing of the old image, but what holds for every process. */
struct space *space_next(const struct space *old);
/* For a fork: the same image, and the caches that still hold, to be read again when they do not. */
struct space *space_copy(const struct space *from);
struct space *space_ref(struct space *s);
void space_unref(struct space *s);

/* Forgets what the program may have changed; a vDSO is kept as it was before it was patched. */
void space_forget(struct space *s);

/* The maps, read through pid when they are not known; NULL when they cannot be read. */
const struct maps *space_maps(struct space *s, pid_t pid);
/* The same, read anew in any case. */
const struct maps *space_maps_now(struct space *s, pid_t pid);

/* Finds and decodes the 32-bit vDSO, once; s->vdso says what was found. */
void space_find_vdso(struct space *s, pid_t pid);

/* NULL unless the same site was decided on the same bytes. */
void *space_cached(const struct space *s, const struct evidence *ev);
void space_cache(struct space *s, const struct evidence *ev, void *counter);

#endif
