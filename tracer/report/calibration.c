/* SPDX-License-Identifier: MIT */
#include "report/calibration.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "report/doc.h"
#include "report/number.h"
#include "report/text.h"

#include <math.h>
#include <string.h>

/* The order for the reader: the ways in, what they are made of, history. */
static const char *const order[] = {
	"syscall64", "vdso-syscall", "vdso-sysenter", "vdso-int80", "int80", "sysenter", "syscall32",
	"far-call", "mode-switch", "int80-64", "x32",
	"far-call-pair", "far-call-pair-32", "far-jump-pair",
	"trap-ud2", "trap-int2e",
};

#define ORDERED (sizeof(order) / sizeof(*order))
/* The traps come last; the bar is not scaled to them, or it would show nothing else. */
#define FIRST_TRAP (ORDERED - 2)

/* Columns that the parts need; a narrower terminal loses the last of them first. */
#define ROOM_FOR_RATIO 59
#define ROOM_FOR_REFERENCE 68
#define ROOM_FOR_BAR 78
#define ROOM_FOR_INTERVALS 90
#define ROOM_FOR_SPLIT 110
#define LEAST_BAR 8
#define WIDEST_BAR 40

struct sheet {
	struct doc doc;
	const struct report_style *style;
	const struct glyphs *g;
	struct column columns[9]; /* of the table: those that are shown */
	const struct cost_table *table, *reference;
	const struct cost_row *native;
	double longest; /* cycles that fill the bar */
	bool intervals, ratio, refer, split;
	size_t bar;     /* its columns, 0 for none */
};

/* The bar is linear; what leaves it, as a trap may, ends in an arrow. */
static char *bar(const struct sheet *s, double cycles)
{
	static const char *const eighth[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	bool utf8 = s->style->utf8, over = cycles > s->longest;
	double eighths = fmin(cycles / s->longest, 1) * (double)s->bar * 8;
	size_t n = (size_t)lround(fmax(eighths, 1)), whole = over ? s->bar - 1 : n / 8;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < whole; i++)
		fputs(utf8 ? "█" : "#", f);
	if (over)
		fputs(utf8 ? "▶" : ">", f);
	else
		fputs(utf8 ? eighth[n % 8] : n % 8 >= 4 || whole == 0 ? "#" : "", f);
	fclose(f);
	return text;
}

static const struct {
	struct column title;
	enum { FOR_ALL, FOR_RATIO, FOR_REFERENCE, FOR_SPLIT, FOR_BAR } part;
} sheet_column[] = {
	{{"cost of one entry", ALIGN_LEFT, true, 0, 0}, FOR_ALL},
	{{"cycles", ALIGN_RIGHT, false, 0, 0}, FOR_ALL},
	{{"user", ALIGN_RIGHT, false, 0, 0}, FOR_SPLIT},
	{{"kernel", ALIGN_RIGHT, false, 0, 0}, FOR_SPLIT},
	{{"ns", ALIGN_RIGHT, false, 0, 0}, FOR_ALL},
	{{"ratio", ALIGN_RIGHT, false, 0, 0}, FOR_RATIO},
	{{"Skylake", ALIGN_RIGHT, false, 0, 0}, FOR_REFERENCE},
	{{"", ALIGN_LEFT, false, 0, 0}, FOR_BAR},
};

#define SHEET_COLUMNS (sizeof(sheet_column) / sizeof(*sheet_column))

static bool shown(const struct sheet *s, size_t column)
{
	switch (sheet_column[column].part) {
	case FOR_ALL:
		return true;
	case FOR_RATIO:
		return s->ratio;
	case FOR_REFERENCE:
		return s->refer;
	case FOR_SPLIT:
		return s->split;
	case FOR_BAR:
		return s->bar > 0;
	}
	return true;
}

/* The same price in nanoseconds: its interval scales with it, and is left out where there is no room. */
static struct priced in_ns(const struct sheet *s, const struct cost_row *r)
{
	if (!s->intervals)
		return (struct priced){r->ns > 0, r->ns, {r->ns, r->ns}};
	double unit = r->cycles != 0 ? r->ns / r->cycles : 0;

	return (struct priced){r->ns > 0, r->ns, {r->ci95.lo * unit, r->ci95.hi * unit}};
}

static void add_row(struct sheet *s, struct table *t, const struct cost_row *r)
{
	const struct glyphs *g = s->g;
	const struct cost_row *ref = s->reference ? cost_table_row(s->reference, r->id) : NULL;
	enum ink ink = r == s->native ? INK_GREEN : INK_PLAIN;

	for (size_t c = 0; c < SHEET_COLUMNS; c++) {
		auto_free char *graph = NULL;

		if (!shown(s, c))
			continue;
		switch (c) {
		case 0:
			table_add(t, ink, "%s", cost_row_label(r->id));
			break;
		case 1:
			table_add(t, INK_BOLD, "%s", num_cycles((struct priced){true, r->cycles, r->ci95}, g).s);
			break;
		case 2:
		case 3:
			if (r->split)
				table_add(t, INK_PLAIN, "%.0f", c == 2 ? r->user_cycles : r->kernel_cycles);
			else
				table_add(t, INK_PLAIN, "%s", "");
			break;
		case 4:
			table_add(t, INK_PLAIN, "%s", num_cycles(in_ns(s, r), g).s);
			break;
		case 5:
			if (s->native)
				table_add(t, INK_PLAIN, "%.2f", r->cycles / s->native->cycles);
			else
				table_add(t, INK_DIM, "?");
			break;
		case 6:
			if (ref)
				table_add(t, INK_DIM, "%s", num_count((uint64_t)llround(ref->cycles)).s);
			else
				table_add(t, INK_DIM, "%s", "");
			break;
		default:
			graph = bar(s, r->cycles);
			table_add(t, INK_CYAN, "%s", graph);
		}
	}
}

static void put_rows(struct sheet *s)
{
	size_t n = 0;

	for (size_t c = 0; c < SHEET_COLUMNS; c++)
		if (shown(s, c))
			s->columns[n++] = sheet_column[c].title;
	doc_text(&s->doc, 0);
	struct table *t = doc_table(&s->doc, "calibration", s->columns);

	for (size_t i = 0; i < ORDERED; i++) {
		const struct cost_row *r = cost_table_row(s->table, order[i]);

		if (r)
			add_row(s, t, r);
	}
}

/* What fills the bar: the dearest way in. */
static double longest(const struct cost_table *t)
{
	double most = 0;

	for (size_t i = 0; i < FIRST_TRAP; i++) {
		const struct cost_row *r = cost_table_row(t, order[i]);

		most = r ? fmax(most, r->cycles) : most;
	}
	return most > 0 ? most : 1;
}

static void headline(struct sheet *s)
{
	const struct cost_table *t = s->table;
	const char *cpu = host_fact(&t->fingerprint, "cpu"), *kernel = host_fact(&t->fingerprint, "kernel");
	const char *hv = host_fact(&t->fingerprint, "hypervisor");
	bool guest = hv && strcmp(hv, "none") != 0;
	auto_free char *raw = xasprintf("entrytrace: what a kernel entry costs on %s, Linux %s%s%s", cpu ? cpu : "?",
					kernel ? kernel : "?", guest ? ", under " : "", guest ? hv : "");
	auto_free char *line = text_escape(raw, s->style->utf8);

	doc_run(doc_text(&s->doc, 0), INK_BOLD, "%s", line);
	bool pmu = t->clock && strcmp(t->clock, "pmu") == 0;
	bool real = t->call && strcmp(t->call, "getppid") == 0;
	auto_free char *ghz = t->core_hz > 0 ? xasprintf(" at %.2f GHz", t->core_hz * 1e-9) : xstrdup("");
	auto_free char *what = xasprintf("%s%s; %s", pmu ? "core cycles, counted," : "estimated core cycles (no performance counters)",
					 ghz, real ? "each entry a getppid" : "each entry a call that does not exist");

	doc_run(doc_text(&s->doc, 0), INK_PLAIN, "%s", what);
}

static void bullet(struct sheet *s, enum ink ink, const char *text)
{
	auto_free char *clean = text_escape(text, s->style->utf8);

	doc_run(doc_note(&s->doc, s->style->utf8 ? "  • " : "  * ", ink), ink, "%s", clean);
}

/* The way in whose mean is farthest above its median, as a share; NULL when no row has a mean. */
static const struct cost_row *most_uneven(const struct cost_table *t, double *share)
{
	const struct cost_row *worst = NULL;

	for (size_t i = 0; i < FIRST_TRAP; i++) {
		const struct cost_row *r = cost_table_row(t, order[i]);
		double more = r && r->has_mean ? r->mean_cycles / r->cycles - 1 : 0;

		if (r && r->has_mean && (!worst || more > *share)) {
			worst = r;
			*share = more;
		}
	}
	return worst;
}

static void put_means(struct sheet *s)
{
	double share = 0;
	const struct cost_row *worst = most_uneven(s->table, &share);
	auto_free char *text = !worst ? NULL :
		share * 100 < 1 ? xstrdup("These are medians. Traces are priced by means, which are within 1 % of them.") :
		xasprintf("These are medians. Traces are priced by means, which interrupts and slow entries make up to "
			  "%.0f %% higher (%s).", share * 100, cost_row_label(worst->id));

	if (text)
		bullet(s, INK_DIM, text);
}

static void put_control(struct sheet *s)
{
	const struct cost_row *c = cost_table_row(s->table, "control");

	if (!c || !s->native)
		return;
	double share = fabs(c->cycles) / s->native->cycles;
	bool good = share <= 0.01 || (c->ci95.lo <= 0 && c->ci95.hi >= 0);
	auto_free char *text = xasprintf("Control: the native call measured against itself differs by %.1f cycles "
					 "(%.2f %%)%s", c->cycles, share * 100,
					 good ? "." : ": the machine is too busy to trust the figures.");

	bullet(s, good ? INK_DIM : INK_RED, text);
}

/*
 * Is a row missing of which the reader wants to know? That a path is priced as
 * another's is no news, nor is the loop that others are compared with.
 */
static bool is_missing(const struct cost_row *r)
{
	return r->skipped && strncmp(r->skipped, "priced as", 9) != 0 && strncmp(r->id, "vdso-", 5) != 0 &&
	       strcmp(r->id, "empty") != 0;
}

/* The rows missing for row i's reason, which is told once for all of them. */
static void put_missing_as(struct sheet *s, size_t i)
{
	const struct cost_row *rows = s->table->rows;
	auto_free char *names = xstrdup(cost_row_label(rows[i].id));

	for (size_t k = i + 1; k < s->table->nrows; k++) {
		char *more;

		if (!is_missing(&rows[k]) || strcmp(rows[k].skipped, rows[i].skipped) != 0)
			continue;
		more = xasprintf("%s; %s", names, cost_row_label(rows[k].id));
		free(names);
		names = more;
	}
	auto_free char *text = xasprintf("Not here: %s: %s.", names, rows[i].skipped);

	bullet(s, INK_DIM, text);
}

static void put_missing(struct sheet *s)
{
	const struct cost_row *rows = s->table->rows;

	for (size_t i = 0; i < s->table->nrows; i++) {
		bool told = !is_missing(&rows[i]);

		for (size_t k = 0; k < i && !told; k++)
			told = is_missing(&rows[k]) && strcmp(rows[k].skipped, rows[i].skipped) == 0;
		if (!told)
			put_missing_as(s, i);
	}
}

static void put_notes(struct sheet *s)
{
	uint64_t samples = 0, dropped = 0;

	doc_text(&s->doc, 0);
	if (s->ratio)
		bullet(s, INK_DIM, "Ratio: to a native 64-bit system call. Intervals are of 95 %.");
	if (s->refer)
		bullet(s, INK_DIM, "Skylake: cycles on an i7-6700K under Linux 6.5, as published.");
	put_means(s);
	put_control(s);
	for (size_t i = 0; i < s->table->nrows; i++) {
		samples += s->table->rows[i].samples;
		dropped += s->table->rows[i].dropped;
	}
	if (samples) {
		auto_free char *text = xasprintf("%s blocks used, %s disturbed ones dropped.", num_count(samples).s,
						 num_count(dropped).s);

		bullet(s, INK_DIM, text);
	}
	if (s->table->note) {
		auto_free char *note = xasprintf("Note: %s.", s->table->note);

		bullet(s, INK_YELLOW, note);
	}
	put_missing(s);
}

void calibration_text(FILE *out, const struct cost_table *table, const struct cost_table *reference,
		      const struct report_style *style)
{
	struct sheet s = {
		.style = style,
		.g = style->utf8 ? &glyphs_utf8 : &glyphs_ascii,
		.table = table,
		.reference = reference,
		.native = cost_table_row(table, "syscall64"),
		.longest = longest(table),
		.intervals = style->width >= ROOM_FOR_INTERVALS,
		.ratio = style->width >= ROOM_FOR_RATIO,
		.refer = reference && style->width >= ROOM_FOR_REFERENCE,
	};

	for (size_t i = 0; i < table->nrows && style->width >= ROOM_FOR_SPLIT; i++)
		s.split |= table->rows[i].split;

	unsigned room = s.split ? ROOM_FOR_SPLIT : s.intervals ? ROOM_FOR_INTERVALS : ROOM_FOR_BAR;

	if (style->width >= ROOM_FOR_BAR)
		s.bar = style->width - room + LEAST_BAR;
	if (s.bar > WIDEST_BAR)
		s.bar = WIDEST_BAR;
	headline(&s);
	put_rows(&s);
	put_notes(&s);
	text_doc(out, &s.doc, style);
	doc_fini(&s.doc);
}
