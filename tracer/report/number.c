/* SPDX-License-Identifier: MIT */
#include "report/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct glyphs glyphs_utf8 = {"\u2212", "\u00b1", "\u2265 ", "\u00b7", "\u00d7", "\u2026", "\u00b5"};
const struct glyphs glyphs_ascii = {"-", "+/-", ">= ", "|", "x", "...", "u"};

/* Writes digits (only digits, perhaps with a fraction) with a comma at each thousand. */
static void group(const char *digits, char *out, size_t size)
{
	size_t whole = strcspn(digits, "."), n = 0;

	for (size_t i = 0; digits[i] && n + 2 < size; i++) {
		if (i && i < whole && (whole - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = digits[i];
	}
	out[n] = '\0';
}

struct num num_count(uint64_t v)
{
	char digits[24];
	struct num n;

	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	group(digits, n.s, sizeof(n.s));
	return n;
}

struct num num_share(uint64_t part, uint64_t whole)
{
	struct num n;
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;

	if (part && percent < 0.05)
		snprintf(n.s, sizeof(n.s), "<0.1 %%");
	else if (part < whole && percent >= 99.95)
		snprintf(n.s, sizeof(n.s), ">99.9 %%");
	else
		snprintf(n.s, sizeof(n.s), "%.1f %%", percent);
	return n;
}

/* How many decimals show digits significant digits of v; never less than none. */
static int decimals_for(double v, int digits)
{
	if (v == 0 || !isfinite(v))
		return 0;
	/* 0.9999 shows as 1.00, not as 1.000. */
	int d = digits - 1 - (int)floor(log10(fabs(v) * (1 + 0.5 * pow(10, -digits))));

	return d < 0 ? 0 : d > 6 ? 6 : d;
}

struct num num_seconds(double s, const struct glyphs *g)
{
	struct num n;

	if (s >= 3600)
		snprintf(n.s, sizeof(n.s), "%.0f h %02d min", floor(s / 3600), (int)(fmod(s, 3600) / 60));
	else if (s >= 100)
		snprintf(n.s, sizeof(n.s), "%d min %02d s", (int)(s / 60), (int)fmod(s, 60));
	else if (s >= 0.9995 || s <= 0)
		snprintf(n.s, sizeof(n.s), "%.*f s", decimals_for(s, 3), s);
	else if (s >= 0.9995e-3)
		snprintf(n.s, sizeof(n.s), "%.*f ms", decimals_for(s * 1e3, 3), s * 1e3);
	else
		snprintf(n.s, sizeof(n.s), "%.*f %ss", decimals_for(s * 1e6, 3), s * 1e6, g->micro);
	return n;
}

struct num num_age(double s)
{
	static const struct {
		double seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	struct num n;
	unsigned i = 0;

	while (i < 3 && s < 2 * units[i].seconds)
		i++;
	double v = floor(s / units[i].seconds);
	snprintf(n.s, sizeof(n.s), "%.0f %s%s", v, units[i].name, v == 1 ? "" : "s");
	return n;
}

struct scale {
	double from; /* the least value that it is for */
	double factor;
	const char *unit;
};

/* The first scale that v reaches; the last one takes all. */
static struct scale scale_for(double v, const struct scale *scales)
{
	while (v < scales->from * 0.9995)
		scales++;
	return *scales;
}

static const struct scale si_scales[] = {
	{1e12, 1e12, " T"}, {1e9, 1e9, " G"}, {1e6, 1e6, " M"}, {1e4, 1e3, " k"}, {0, 1, ""}};
/* Prices of one entry are compared with each other: those of usual size get no prefix. */
static const struct scale cycle_scales[] = {
	{1e12, 1e12, " T"}, {1e9, 1e9, " G"}, {1e6, 1e6, " M"}, {1e5, 1e3, " k"}, {0, 1, ""}};
static const struct scale time_scales[] = {{1, 1, " s"}, {1e-3, 1e-3, " ms"}, {0, 1e-6, NULL}};
static const struct scale percent_scale[] = {{0, 0.01, " %"}};

/* How far the interval reaches from the value, at most. */
static double reach(struct priced p)
{
	return fmax(p.ci95.hi - p.value, p.value - p.ci95.lo);
}

/* "12,345.6", sign and all. */
static void figure(char *out, size_t size, double v, int decimals, const struct glyphs *g)
{
	char digits[48], grouped[60];

	snprintf(digits, sizeof(digits), "%.*f", decimals, fabs(v));
	bool zero = strspn(digits, "0.") == strlen(digits);
	group(digits, grouped, sizeof(grouped));
	snprintf(out, size, "%s%s", v < 0 && !zero ? g->minus : "", grouped);
}

static struct num with_interval(struct priced p, bool interval, const struct scale *scales,
				const struct glyphs *g)
{
	struct num n = {"?"};

	if (!p.known || !isfinite(p.value) || fabs(p.value) > 1e30)
		return n;
	double half = interval ? reach(p) : 0;
	if (!isfinite(half) || half > 1e30 || half < 0)
		half = 0;

	struct scale s = scale_for(fmax(fabs(p.value), half), scales);
	double v = p.value / s.factor, h = half / s.factor;
	char value[60], plus[60], unit[8];
	int d = decimals_for(v, 3);

	if (s.unit)
		snprintf(unit, sizeof(unit), "%s", s.unit);
	else
		snprintf(unit, sizeof(unit), " %ss", g->micro);
	if (h > 0) {
		/* One digit of the interval, two where it begins with a one; at most four of the value. */
		int least = decimals_for(h, h / pow(10, floor(log10(h))) < 2 ? 2 : 1);
		int most = decimals_for(fmax(fabs(v), h), 4);

		d = least < most ? least : most;
	}
	if (scales == percent_scale && d > 1)
		d = 1;
	/* Cycles come whole, and so does a nothing. */
	if ((s.factor == 1 && fabs(v) >= 100) || (v == 0 && h == 0))
		d = 0;
	figure(value, sizeof(value), v, d, g);
	/* Rounded up: an interval is never shown as nothing. */
	figure(plus, sizeof(plus), ceil(h * pow(10, d) - 1e-9) / pow(10, d), d, g);
	if (h > 0)
		snprintf(n.s, sizeof(n.s), "%.24s %s %.20s%s", value, g->plus_minus, plus, unit);
	else
		snprintf(n.s, sizeof(n.s), "%.40s%s", value, unit);
	return n;
}

struct num num_cycles(struct priced p, const struct glyphs *g)
{
	return with_interval(p, true, cycle_scales, g);
}

struct num num_cycles_si(struct priced p, const struct glyphs *g)
{
	return with_interval(p, true, si_scales, g);
}

struct num num_time(struct priced p, const struct glyphs *g)
{
	return with_interval(p, true, time_scales, g);
}

struct num num_percent(struct priced p, const struct glyphs *g)
{
	return with_interval(p, false, percent_scale, g);
}

struct num num_si(struct priced p, const struct glyphs *g)
{
	return with_interval(p, false, si_scales, g);
}
