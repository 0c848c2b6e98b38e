/* SPDX-License-Identifier: MIT */
#include "stack/schedule.h"

/* xorshift64*: the samples need to be spread, not secret. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

void schedule_init(struct schedule *s, uint64_t seed)
{
	*s = (struct schedule){.random = seed ? seed : 1};
}

uint64_t schedule_entry(struct schedule *s, bool all)
{
	uint64_t length = 1;

	if (s->seen == s->end) {
		if (!all && s->seen >= SCHEDULE_FIRST)
			length = s->seen / SCHEDULE_FIRST;
		s->pick = s->seen + 1 + next_random(&s->random) % length;
		s->end = s->seen + length;
	}
	if (++s->seen != s->pick)
		return 0;
	/* The stratum's whole length: from where the promises end to its own end. */
	length = s->end - s->promised;
	s->promised = s->end;
	return length;
}

void schedule_skip(struct schedule *s, int64_t n)
{
	s->seen += (uint64_t)n;
	s->end = s->seen + 1 > s->promised ? s->seen + 1 : s->promised;
	s->pick = s->end;
}

int64_t schedule_settle(const struct schedule *s)
{
	return (int64_t)(s->seen - s->promised);
}
