/* SPDX-License-Identifier: MIT */
/*
 * Call stacks of sites: takes the samples that the schedule asks for, has them
 * unwound off the program's path, and adds up what comes back.
 */
#ifndef ET_STACK_SAMPLER_H
#define ET_STACK_SAMPLER_H

#include "base/err.h"
#include "model/trace.h"
#include "stack/schedule.h"
#include "symbol/symbol.h"
#include "tracee/module.h"
#include "tracee/thread.h"

#include <sys/user.h>

struct sampler_options {
	bool all;       /* a stack of every entry */
	unsigned bytes; /* of stack to copy; what exceeds the wire's limit is cut */
};

/* A site's first entries, each of which gets a stack. */
enum { SAMPLER_FIRST = SCHEDULE_FIRST };

struct sampler;

/*
 * Starts the unwind workers. modules is the tracer's table, which outlives the
 * result. NULL with a sentence in err when a worker is missing or will not start.
 */
struct sampler *sampler_new(const struct sampler_options *opt, struct modules *modules,
			  struct err *err);
void sampler_free(struct sampler *s);

/*
 * One entry of a site, which any pointer names. t stands at the entry with
 * these registers; its memory is read when a sample is due.
 */
void sampler_entry(struct sampler *s, const void *site, struct thread *t,
		  const struct user_regs_struct *regs);

/* n entries of a site that were counted where nobody could look; negative: so many were none. */
void sampler_skip(struct sampler *s, const void *site, int64_t n);

/* Waits for the last samples. To be called once, before the stacks are taken. */
void sampler_finish(struct sampler *s);

/*
 * Moves a site's stacks, named, to out->stacks, heaviest first. Their entries
 * add up to the entries seen, which is out->entries.
 */
void sampler_take(struct sampler *s, const void *site, struct symbols *symbols, struct site *out);

/* Samples that could not be had, in entries that they stood for, and how often a worker died. */
struct sampler_losses {
	uint64_t entries;  /* of samples that died with a worker */
	uint64_t samples;
	uint64_t unread;   /* samples whose memory or maps could not be read */
	unsigned deaths;
};

struct sampler_losses sampler_losses(const struct sampler *s);

#endif
