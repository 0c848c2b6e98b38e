/* SPDX-License-Identifier: MIT */
#include "report/gate.h"

#include "report/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum what {
	WHAT_ENTRIES, WHAT_SITES, WHAT_ADDED, WHAT_PROGRAMS, WHAT_BLIND_SPOTS, WHAT_NEW_SITES, WHAT_GONE_SITES, WHAT_SHARE,
	WHATS,
};

static const struct {
	const char *name;
	bool of_path;  /* may have a path before it */
	bool compared; /* needs two traces */
} what_info[WHATS] = {
	[WHAT_ENTRIES] = {"entries", true, false},
	[WHAT_SITES] = {"sites", true, false},
	[WHAT_ADDED] = {"added_cycles", true, false},
	[WHAT_PROGRAMS] = {"programs", false, false},
	[WHAT_BLIND_SPOTS] = {"blind_spots", false, false},
	[WHAT_NEW_SITES] = {"new_sites", false, true},
	[WHAT_GONE_SITES] = {"gone_sites", false, true},
	[WHAT_SHARE] = {"share_of_cpu", false, false},
};

enum op { OP_GE, OP_LE, OP_EQ, OP_NE, OP_GT, OP_LT, OPS };

/* The longer ones first: ">" is the beginning of ">=". */
static const char *const op_text[OPS] = {">=", "<=", "==", "!=", ">", "<"};

struct gate {
	enum what what;
	enum entry_path path; /* ENTRY_PATHS: all */
	enum op op;
	bool change, percent;
	double limit;
};

static const char *const help =
	"write it as int80.entries>0, added_cycles>1M or, of two traces, entries>+5%";

static int parse_subject(const char *s, size_t n, struct gate *g, const char *text, struct err *err)
{
	const char *dot = memchr(s, '.', n);

	g->path = ENTRY_PATHS;
	if (dot) {
		char id[32];

		snprintf(id, sizeof(id), "%.*s", (int)(dot - s), s);
		g->path = entry_path_by_id(id);
		if (g->path == ENTRY_PATHS)
			return err_set(err, -EINVAL, "bad condition '%s': '%s' is no entry path: %s", text, id, help);
		n -= (size_t)(dot + 1 - s);
		s = dot + 1;
	}
	for (g->what = 0; g->what < WHATS; g->what++)
		if (strlen(what_info[g->what].name) == n && strncmp(what_info[g->what].name, s, n) == 0)
			break;
	if (g->what == WHATS)
		return err_set(err, -EINVAL, "bad condition '%s': '%.*s' is nothing that can be asked for: %s", text, (int)n, s,
			       help);
	if (dot && !what_info[g->what].of_path)
		return err_set(err, -EINVAL, "bad condition '%s': %s is not counted by path", text, what_info[g->what].name);
	return 0;
}

static int parse_limit(const char *s, struct gate *g, const char *text, struct err *err)
{
	static const struct {
		char letter;
		double factor;
	} suffixes[] = {{'k', 1e3}, {'M', 1e6}, {'G', 1e9}, {'T', 1e12}};
	char *end;

	g->change = *s == '+' || *s == '-';
	errno = 0;
	g->limit = strtod(s, &end);
	if (end == s || errno || !isfinite(g->limit) || strpbrk(s, "xXnN"))
		return err_set(err, -EINVAL, "bad condition '%s': no number stands at its end: %s", text, help);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (*end == suffixes[i].letter) {
			g->limit *= suffixes[i].factor;
			end++;
			break;
		}
	if (*end == '%') {
		g->percent = true;
		end++;
	}
	if (*end)
		return err_set(err, -EINVAL, "bad condition '%s': '%s' follows the number: %s", text, end, help);
	if (g->percent && !g->change && g->what != WHAT_SHARE)
		return err_set(err, -EINVAL, "bad condition '%s': a percentage is of a change: write +5%% or -5%%", text);
	return 0;
}

static int parse(const char *text, bool compare, struct gate *g, struct err *err)
{
	size_t n = strcspn(text, "<>=!");
	const char *at = text + n;
	int r;

	*g = (struct gate){.op = OP_GE};
	while (g->op < OPS && strncmp(at, op_text[g->op], strlen(op_text[g->op])) != 0)
		g->op++;
	if (g->op == OPS)
		return err_set(err, -EINVAL, "bad condition '%s': it compares nothing: %s", text, help);
	r = parse_subject(text, n, g, text, err);
	if (r == 0)
		r = parse_limit(at + strlen(op_text[g->op]), g, text, err);
	if (r == 0 && !compare && (g->change || what_info[g->what].compared))
		return err_set(err, -EINVAL, "bad condition '%s': it is about a change, which needs two traces: "
			       "see entrytrace compare --help", text);
	return r;
}

int gate_check(const char *text, bool compare, struct err *err)
{
	struct gate g;

	return parse(text, compare, &g, err);
}

static struct priced exact(double v)
{
	return (struct priced){true, v, {v, v}};
}

static struct priced figure(const struct gate *g, const struct trace *t, const struct estimate *e)
{
	struct path_total total[ENTRY_PATHS];
	bool priced = e && e->have_table;
	struct priced sum = exact(0);

	trace_path_totals(t, total);
	switch (g->what) {
	case WHAT_ENTRIES:
		return exact((double)(g->path < ENTRY_PATHS ? total[g->path].entries : t->entries));
	case WHAT_SITES:
		return exact((double)(g->path < ENTRY_PATHS ? total[g->path].sites : t->nsites));
	case WHAT_PROGRAMS:
		return exact((double)t->nimages);
	case WHAT_BLIND_SPOTS:
		return exact((double)t->nblind_spots);
	case WHAT_ADDED:
		for (unsigned p = 0; p < ENTRY_PATHS; p++) {
			struct priced one = priced ? e->paths[p].added : (struct priced){0};

			if (!total[p].entries || (g->path < ENTRY_PATHS && g->path != p))
				continue;
			sum.known &= one.known;
			sum.value += one.value;
			sum.ci95.lo += one.ci95.lo;
			sum.ci95.hi += one.ci95.hi;
		}
		return sum;
	case WHAT_SHARE:
		return priced ? e->what_if[SCENARIO_NATIVE_64BIT].share_of_cpu : (struct priced){0};
	case WHAT_NEW_SITES:
	case WHAT_GONE_SITES:
	case WHATS:
		break;
	}
	return (struct priced){0};
}

/* The change of the figure, in what the limit is in. */
static struct priced change(const struct gate *g, const struct comparison *c)
{
	struct priced a = figure(g, c->old_side.trace, c->old_side.estimate);
	struct priced b = figure(g, c->new_side.trace, c->new_side.estimate);
	struct priced d;

	if (!a.known || !b.known)
		return (struct priced){0};
	if (g->what == WHAT_ADDED)
		d = g->path < ENTRY_PATHS ? c->paths[g->path].change : c->total.change;
	else
		d = exact(b.value - a.value);
	if (!g->percent)
		return d;
	/* From nothing to something is more than any percentage. */
	double base = fabs(a.value);

	if (base == 0)
		return exact(d.value > 0 ? INFINITY : d.value < 0 ? -INFINITY : 0);
	return (struct priced){d.known, 100 * d.value / base, {100 * d.ci95.lo / base, 100 * d.ci95.hi / base}};
}

static bool holds(enum op op, struct priced p, double limit)
{
	switch (op) {
	case OP_GT:
		return p.ci95.lo > limit;
	case OP_GE:
		return p.ci95.lo >= limit;
	case OP_LT:
		return p.ci95.hi < limit;
	case OP_LE:
		return p.ci95.hi <= limit;
	case OP_EQ:
		return p.value == limit;
	case OP_NE:
		return p.ci95.lo > limit || p.ci95.hi < limit;
	case OPS:
		break;
	}
	return false;
}

int gate_holds(const char *text, const struct trace *trace, const struct estimate *estimate,
	       const struct comparison *compare, char **why, struct err *err)
{
	struct gate g;
	struct priced p;
	int r = parse(text, compare != NULL, &g, err);

	if (r < 0)
		return r;
	if (g.what == WHAT_NEW_SITES || g.what == WHAT_GONE_SITES)
		p = exact((double)compare->count[g.what == WHAT_NEW_SITES ? SITE_NEW : SITE_GONE]);
	else
		p = g.change ? change(&g, compare) : figure(&g, trace, estimate);
	if (g.what == WHAT_SHARE)
		p = (struct priced){p.known, 100 * p.value, {100 * p.ci95.lo, 100 * p.ci95.hi}};
	if (!p.known)
		return err_set(err, -ENODATA, "cannot tell whether %s: there are no prices for it", text);
	if (!holds(g.op, p, g.limit))
		return 0;
	const char *unit = g.percent || g.what == WHAT_SHARE ? " %" : "";
	const char *sign = g.change && p.value > 0 ? "+" : "";
	double width = fmax(p.ci95.hi - p.value, p.value - p.ci95.lo);
	char interval[64] = "";

	if (width > 0 && isfinite(width))
		snprintf(interval, sizeof(interval), " +/- %.3g", width);
	*why = xasprintf("%s%.*s is %s%.10g%s%s", g.change ? "the change of " : "", (int)strcspn(text, "<>=!"), text, sign,
			 p.value, interval, unit);
	return 1;
}
