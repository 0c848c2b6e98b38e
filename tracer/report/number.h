/* SPDX-License-Identifier: MIT */
/*
 * Figures for people: no more digits than are known, the unit with the number.
 * Each returns its text by value.
 */
#ifndef ET_REPORT_NUMBER_H
#define ET_REPORT_NUMBER_H

#include "model/cost.h"

#include <stdbool.h>
#include <stdint.h>

/* The signs that differ between UTF-8 and plain ASCII. */
struct glyphs {
	const char *minus, *plus_minus, *at_least, *dot, *times, *ellipsis, *micro;
};

extern const struct glyphs glyphs_utf8, glyphs_ascii;

struct num {
	char s[64];
};

/* 1,000,182: exact. */
struct num num_count(uint64_t n);

/* part of whole: "90.0 %", "<0.1 %", ">99.9 %". */
struct num num_share(uint64_t part, uint64_t whole);

/* "1.24 s", "12.3 ms", "2 h 05 min" */
struct num num_seconds(double s, const struct glyphs *g);

/* "3 days", of an age in seconds. */
struct num num_age(double seconds);

/*
 * A price with half the width of its interval, both to the digits that the
 * interval leaves: "1,772 ± 5". Without an interval three digits. "?" where
 * unknown; so do all below.
 */
struct num num_cycles(struct priced p, const struct glyphs *g);

/* A sum of cycles, with a prefix from ten thousand on: "15.1 ± 0.2 G". */
struct num num_cycles_si(struct priced p, const struct glyphs *g);

/* A time: "4.18 ± 0.05 s". */
struct num num_time(struct priced p, const struct glyphs *g);

/* The values alone, three digits: "15.1 G"; of a share 0..1 "45.3 %". */
struct num num_si(struct priced p, const struct glyphs *g);
struct num num_percent(struct priced p, const struct glyphs *g);

#endif
