/* SPDX-License-Identifier: MIT */
/*
 * Which of a site's entries get a stack. The entries are cut into strata, the
 * first ones of a single entry each and then ever longer ones, in proportion to
 * what was seen. One entry of each stratum, drawn at random, is sampled and
 * stands for all of it. So a site of n entries costs about
 * FIRST * (1 + ln(n / FIRST)) samples, and rare stacks at any time have the
 * same chance as frequent ones have in proportion.
 */
#ifndef ET_STACK_SCHEDULE_H
#define ET_STACK_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum { SCHEDULE_FIRST = 64 };

struct schedule {
	uint64_t seen;     /* entries so far */
	uint64_t end;      /* of the current stratum, in entries */
	uint64_t pick;     /* the entry to sample in it, counted from 1 */
	uint64_t promised; /* the weights given out */
	uint64_t random;
};

/* seed: any number. all: every entry is sampled, each with the weight 1. */
void schedule_init(struct schedule *s, uint64_t seed);

/* One entry. Returns the weight of the sample to take now, 0 for none. */
uint64_t schedule_entry(struct schedule *s, bool all);

/*
 * n entries at which no sample could be taken; negative: so many were none. The
 * next one is sampled, and stands for them, too.
 */
void schedule_skip(struct schedule *s, int64_t n);

/*
 * What has to be added to the weight of the last sample, so that all weights
 * add up to the entries: the last stratum may have been cut short, or not
 * sampled yet.
 */
int64_t schedule_settle(const struct schedule *s);

#endif
