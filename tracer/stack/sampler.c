/* SPDX-License-Identifier: MIT */
#include "stack/sampler.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "stack/capture.h"
#include "stack/name.h"
#include "stack/schedule.h"
#include "stack/unwinders.h"

#include <string.h>

/* Different stacks that are kept; what comes beyond is counted, without frames. */
enum { STACKS_MAX = 100000 };

/* The weight of one stack at one site. */
struct share {
	const struct raw_stack *stack; /* the key */
	uint64_t entries, samples;
	UT_hash_handle hh;
};

struct site_stacks {
	const void *site; /* the key */
	struct schedule schedule;
	struct share *shares;
	struct share *last; /* of the newest sample that has come back */
	uint64_t last_seq, next_seq;
	UT_hash_handle hh;
};

struct sampler {
	struct sampler_options opt;
	struct unwinders unwinders;
	struct capture capture;
	struct site_stacks *sites;
	struct raw_stack *unique; /* every stack once, by its frames */
	struct names names;
	struct sampler_losses losses;
};

static struct raw_stack *intern(struct sampler *s, const struct raw_frame *frames, size_t n,
				enum stack_end end)
{
	struct raw_stack *found, *fresh = raw_stack_new(frames, n, end);

	HASH_FIND(hh, s->unique, fresh->key, fresh->key_len, found);
	if (!found && n && HASH_COUNT(s->unique) >= STACKS_MAX) {
		free(fresh);
		return intern(s, NULL, 0, STACK_NONE);
	}
	if (found)
		free(fresh);
	else
		HASH_ADD_KEYPTR(hh, s->unique, fresh->key, fresh->key_len, fresh);
	return found ? found : fresh;
}

static void add(struct site_stacks *site, const struct raw_stack *stack, uint64_t weight,
		uint64_t seq)
{
	struct share *sh;

	HASH_FIND_PTR(site->shares, &stack, sh);
	if (!sh) {
		sh = xcalloc(1, sizeof(*sh));
		sh->stack = stack;
		HASH_ADD_PTR(site->shares, stack, sh);
	}
	sh->entries += weight;
	sh->samples++;
	/* Stacks that cross a far call may come back later than newer ones. */
	if (seq >= site->last_seq) {
		site->last_seq = seq;
		site->last = sh;
	}
}

static enum stack_end end_of(enum wire_end end)
{
	static const enum stack_end ends[WIRE_ENDS] = {
		[WIRE_END_START] = STACK_WHOLE,
		[WIRE_END_SLICE] = STACK_CUT_SLICE,
		[WIRE_END_LIMIT] = STACK_CUT_LIMIT,
		[WIRE_END_LOST] = STACK_CUT_LOST,
		[WIRE_END_CYCLE] = STACK_CUT_CYCLE,
		[WIRE_END_FAR] = STACK_CUT_LIMIT,
	};

	return ends[end];
}

static struct raw_frame raw_of(const struct wire_frame *f)
{
	uint32_t kind = f->kind < WIRE_FRAME_KINDS ? f->kind : WIRE_FRAME_SCAN;

	return (struct raw_frame){
		.offset = f->offset,
		.module = f->module,
		.kind = (uint16_t)kind,
		.exact = f->exact != 0,
	};
}

/* A sample is back. */
static void sample_done(void *ctx, struct pending *p, enum wire_end end, bool lost)
{
	struct sampler *s = ctx;
	auto_free struct raw_frame *frames = NULL;
	const struct raw_stack *stack;

	if (lost) {
		s->losses.samples++;
		s->losses.entries += p->weight;
		stack = intern(s, NULL, 0, STACK_NONE);
	} else {
		frames = xcalloc(p->nframes, sizeof(*frames));
		for (size_t i = 0; i < p->nframes; i++)
			frames[i] = raw_of(&p->frames[i]);
		stack = intern(s, frames, p->nframes, end_of(end));
	}
	add(p->owner, stack, p->weight, p->seq);
	pending_free(p);
}

struct sampler *sampler_new(const struct sampler_options *opt, struct modules *modules,
			  struct err *err)
{
	struct sampler *s = xcalloc(1, sizeof(*s));

	s->opt = *opt;
	if (unwinders_init(&s->unwinders, NULL, sample_done, s, err) < 0) {
		sampler_free(s);
		return NULL;
	}
	capture_init(&s->capture, &s->unwinders, modules);
	return s;
}

static void site_free(struct sampler *s, struct site_stacks *site)
{
	struct share *sh, *next;

	HASH_ITER(hh, site->shares, sh, next) {
		HASH_DEL(site->shares, sh);
		free(sh);
	}
	HASH_DEL(s->sites, site);
	free(site);
}

void sampler_free(struct sampler *s)
{
	struct site_stacks *site, *next_site;
	struct raw_stack *stack, *next_stack;

	if (!s)
		return;
	unwinders_fini(&s->unwinders);
	capture_fini(&s->capture);
	HASH_ITER(hh, s->sites, site, next_site)
		site_free(s, site);
	HASH_ITER(hh, s->unique, stack, next_stack) {
		HASH_DEL(s->unique, stack);
		free(stack);
	}
	names_fini(&s->names);
	free(s);
}

static struct site_stacks *site_of(struct sampler *s, const void *key)
{
	struct site_stacks *site;

	HASH_FIND_PTR(s->sites, &key, site);
	if (!site) {
		site = xcalloc(1, sizeof(*site));
		site->site = key;
		schedule_init(&site->schedule, HASH_COUNT(s->sites) + 1);
		HASH_ADD_PTR(s->sites, site, site);
	}
	return site;
}

void sampler_entry(struct sampler *s, const void *key, struct thread *t,
		  const struct user_regs_struct *regs)
{
	struct site_stacks *site = site_of(s, key);
	uint64_t weight = schedule_entry(&site->schedule, s->opt.all);
	unsigned bits;

	if (!weight)
		return;
	struct pending *p = capture_take(&s->capture, t, regs, s->opt.bytes, &bits);

	if (!p) {
		s->losses.unread++;
		add(site, intern(s, NULL, 0, STACK_NONE), weight, site->next_seq++);
		return;
	}
	p->owner = site;
	p->weight = weight;
	p->seq = site->next_seq++;
	unwinders_submit(&s->unwinders, p, bits);
}

void sampler_skip(struct sampler *s, const void *key, int64_t n)
{
	schedule_skip(&site_of(s, key)->schedule, n);
}

void sampler_finish(struct sampler *s)
{
	unwinders_drain(&s->unwinders);
	s->losses.deaths = unwinders_deaths(&s->unwinders);
}

static int heavier_first(const void *a, const void *b)
{
	const struct stack *x = a, *y = b;

	if (x->entries != y->entries)
		return x->entries > y->entries ? -1 : 1;
	return x->nframes != y->nframes ? (x->nframes < y->nframes ? -1 : 1) : 0;
}

void sampler_take(struct sampler *s, const void *key, struct symbols *symbols, struct site *out)
{
	struct site_stacks *site;
	struct share *sh, *next;

	HASH_FIND_PTR(s->sites, &key, site);
	if (!site)
		return;
	if (site->last)
		site->last->entries += (uint64_t)schedule_settle(&site->schedule);
	HASH_ITER(hh, site->shares, sh, next) {
		struct stack *to = vec_push(out->stacks, out->nstacks);

		to->entries = sh->entries;
		to->samples = sh->samples;
		names_stack(&s->names, &s->capture, symbols, sh->stack, to);
	}
	if (out->nstacks)
		qsort(out->stacks, out->nstacks, sizeof(*out->stacks), heavier_first);
	site_free(s, site);
}

struct sampler_losses sampler_losses(const struct sampler *s)
{
	return s->losses;
}
