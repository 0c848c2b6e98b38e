/* SPDX-License-Identifier: MIT */
#include "stub/scan.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"
#include "stub/hit.h"
#include "stub/scan_cache.h"
#include "tracee/maps.h"
#include "tracee/memory.h"
#include "tracee/module.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096u

/* seccomp's 32-bit entries report addresses below this. */
#define TOP (1ULL << 32)

/* Read at a time: stays in the cache between reading and looking. */
#define CHUNK (256u << 10)

/* Bytes that one scan reads at most: what has more code than this is not waited for. */
#define SCAN_MAX (1ULL << 30)

/* Bytes of functions around hits that are read at most, per mapping. */
#define JUDGE_MAX (32u << 20)

struct looked_at {
	uint64_t start, end;
	uint64_t offset, dev, inode;
	bool by_file;          /* it shows its file, which as it is now holds no hidden entry */
	struct timespec ctime; /* of the file */
};

struct scanned {
	struct looked_at *list;
	size_t n;
};

/* One call of scan_space(). */
struct scan {
	pid_t pid;
	const struct scan_rule *rule;
	struct scan_cache *cache;
	const struct scanned *before; /* by the call before */
	struct scanned now;
	const struct scan_range *ours;
	size_t nours;
	uint64_t budget;
	uint8_t *chunk; /* NULL until it is needed */
	char **why;
};

struct scanned *scanned_new(void)
{
	return xcalloc(1, sizeof(struct scanned));
}

struct scanned *scanned_copy(const struct scanned *s)
{
	struct scanned *copy = scanned_new();

	for (size_t i = 0; i < s->n; i++)
		*vec_push(copy->list, copy->n) = s->list[i];
	return copy;
}

void scanned_free(struct scanned *s)
{
	if (!s)
		return;
	free(s->list);
	free(s);
}

bool scanned_overlap(const struct scanned *s, uint64_t start, uint64_t size)
{
	uint64_t end = start + size < start ? UINT64_MAX : start + size;

	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].start < end && start < s->list[i].end)
			return true;
	return false;
}

/* --- looking for the bytes --- */

/* The first 0F 05 or 0F 34 at or behind i in p[0..n); n - 1 when there is none. */
static size_t find_raw(const uint8_t *p, size_t n, size_t i)
{
	/* By blocks of a size that compilers make vector code of: this looks at every byte there is. */
	enum { BLOCK = 64 };

	while (i + 1 < n) {
		size_t stop = i + BLOCK < n ? i + BLOCK : n - 1;
		uint8_t any = 0;

		if (i + BLOCK < n) {
			for (size_t k = 0; k < BLOCK; k++)
				any |= (uint8_t)((p[i + k] == 0x0f) &
						 ((p[i + k + 1] == 0x05) | (p[i + k + 1] == 0x34)));
			if (!any) {
				i = stop;
				continue;
			}
		}
		for (; i < stop; i++)
			if (p[i] == 0x0f && (p[i + 1] == 0x05 || p[i + 1] == 0x34))
				return i;
	}
	return n - 1;
}

static bool is_int80(const struct scan *s, const uint8_t *p, uint64_t at)
{
	return p[0] == 0xcd && p[1] == 0x80 && (at + 2) % PAGE == s->rule->pad_offset &&
	       at + 2 >= s->rule->from && at + 2 < TOP;
}

static bool is_hit(const struct scan *s, const uint8_t *p, uint64_t at)
{
	return (s->rule->raw && p[0] == 0x0f && (p[1] == 0x05 || p[1] == 0x34)) || is_int80(s, p, at);
}

/* All hits in n bytes that were read from at. Returns 1 at the first that is no harmless one. */
static int look(struct scan *s, struct suspect *in, const uint8_t *p, size_t n, uint64_t at)
{
	size_t i;

	for (i = s->rule->raw && n > 1 ? find_raw(p, n, 0) : n; i + 1 < n; i = find_raw(p, n, i + 1))
		if (hit_judge(in, at + i, s->why))
			return 1;
	/* An allowed int 0x80 has one place in a page. */
	for (i = (s->rule->pad_offset + 2u * PAGE - 2 - at % PAGE) % PAGE; i + 1 < n; i += PAGE)
		if (is_int80(s, p + i, at + i) && hit_judge(in, at + i, s->why))
			return 1;
	return 0;
}

/* Returns what scan_space() does, as do the functions below. */
static int read_piece(struct scan *s, struct suspect *in, uint64_t start, uint64_t end)
{
	if (!s->chunk)
		s->chunk = xcalloc(1, CHUNK);
	for (uint64_t at = start; at < end;) {
		size_t n = end - at < CHUNK ? end - at : CHUNK;

		if (n > s->budget) {
			*s->why = xasprintf("too much executable memory to look through");
			return 1;
		}
		s->budget -= n;
		errno = 0;
		if (tracee_read(s->pid, taddr(at), s->chunk, n) != n) {
			if (errno == ESRCH)
				return -ESRCH;
			*s->why = xasprintf("code that cannot be read at %#" PRIx64, at);
			return 1;
		}
		if (look(s, in, s->chunk, n, at))
			return 1;
		/* The last byte once more: a hit may reach across. */
		at += at + n < end ? n - 1 : n;
	}
	return 0;
}

/* --- a mapping --- */

/* Was it found harmless by a file that has not changed since? Then *p becomes what is known. */
static bool proven_before(const struct scan *s, const struct map *m, struct looked_at *p)
{
	auto_free char *path = NULL;
	struct stat st;

	for (size_t i = 0; i < s->before->n; i++) {
		const struct looked_at *b = &s->before->list[i];

		if (!b->by_file || b->start != p->start || b->end != p->end || b->offset != p->offset ||
		    b->dev != p->dev || b->inode != p->inode)
			continue;
		path = xasprintf("/proc/%d/root%s", (int)s->pid, m->path);
		if (stat(path, &st) != 0 || st.st_ino != b->inode ||
		    st.st_ctim.tv_sec != b->ctime.tv_sec || st.st_ctim.tv_nsec != b->ctime.tv_nsec)
			return false;
		*p = *b;
		return true;
	}
	return false;
}

static void suspect_init(struct suspect *in, const struct scan *s, const struct map *m, size_t *budget)
{
	*in = (struct suspect){.pid = s->pid, .map = m, .fd = -1, .budget = budget};
	*budget = JUDGE_MAX;
	if (m->inode)
		in->fd = module_open_file(s->pid, m);
}

/* A piece of a mapping that is neither writable nor shared. */
static int scan_piece(struct scan *s, const struct map *m, uint64_t start, uint64_t end)
{
	struct looked_at p = {.start = start, .end = end, .offset = m->offset + (start - m->start),
			      .dev = m->dev, .inode = m->inode};
	bool pristine = m->inode && maps_pristine(s->pid, taddr(start), taddr(end));
	bool above = start >= s->rule->from;
	struct scan_part part;
	struct suspect in;
	size_t budget;
	struct stat st;
	const char *kept;
	int rc;

	if (pristine && proven_before(s, m, &p)) {
		*vec_push(s->now.list, s->now.n) = p;
		return 0;
	}
	suspect_init(&in, s, m, &budget);
	if (in.fd >= 0 && (fstat(in.fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(in.fd);
		in.fd = -1;
	}
	/* What one knows by the file must be the file's, and be the same at every address. */
	pristine &= in.fd >= 0 && (above || end <= s->rule->from);
	if (pristine)
		part = scan_part_of(&st, p.offset, end - start, s->rule, above);
	if (pristine && scan_cache_get(s->cache, &part, &kept)) {
		rc = kept ? 1 : 0;
		if (kept)
			*s->why = xstrdup(kept);
	} else {
		rc = read_piece(s, &in, start, end);
		if (pristine && rc >= 0)
			scan_cache_put(s->cache, &part, *s->why);
	}
	if (pristine) {
		p.by_file = rc == 0;
		p.ctime = st.st_ctim;
	}
	*vec_push(s->now.list, s->now.n) = p;
	suspect_fini(&in);
	return rc;
}

/* Code may run from one mapping into the next: the two bytes that meet there. */
static int scan_seam(struct scan *s, const struct map *before, uint64_t at)
{
	struct suspect in;
	uint8_t bytes[2];
	size_t budget;
	int rc = 0;

	if (tracee_read(s->pid, taddr(at - 1), bytes, 2) != 2 || !is_hit(s, bytes, at - 1))
		return 0;
	suspect_init(&in, s, before, &budget);
	rc = hit_judge(&in, at - 1, s->why);
	suspect_fini(&in);
	return rc;
}

static const struct scan_range *first_of_ours(const struct scan *s, uint64_t start, uint64_t end)
{
	const struct scan_range *first = NULL;

	for (size_t i = 0; i < s->nours; i++)
		if (s->ours[i].start < end && s->ours[i].end > start &&
		    (!first || s->ours[i].start < first->start))
			first = &s->ours[i];
	return first;
}

static int scan_map(struct scan *s, const struct map *m, uint64_t start, uint64_t end)
{
	while (start < end) {
		const struct scan_range *ours = first_of_ours(s, start, end);
		uint64_t stop = ours ? ours->start : end;
		int rc;

		if (stop > start && (m->writable || m->shared)) {
			*s->why = xasprintf("%s code at %#" PRIx64, m->writable ? "writable" : "shared", start);
			return 1;
		}
		if (stop > start && (rc = scan_piece(s, m, start, stop)) != 0)
			return rc;
		start = ours ? ours->end : end;
	}
	return 0;
}

static int scan_maps(struct scan *s, const struct maps *maps)
{
	uint64_t low = s->rule->raw ? 0 : s->rule->from;
	const struct map *before = NULL;
	int rc;

	for (size_t i = 0; i < maps->n; i++) {
		const struct map *m = &maps->list[i];
		uint64_t start = m->start > low ? m->start : low, end = m->end < TOP ? m->end : TOP;

		if (!m->exec || start >= end || strcmp(m->path, "[vdso]") == 0)
			continue;
		if ((rc = scan_map(s, m, start, end)) != 0)
			return rc;
		if (before && before->end == m->start && !first_of_ours(s, m->start - 1, m->start + 1) &&
		    scan_seam(s, before, m->start))
			return 1;
		before = m;
	}
	return 0;
}

int scan_space(pid_t pid, const struct maps *maps, const struct scan_rule *rule, struct scan_cache *cache, struct scanned *done,
	       const struct scan_range *ours, size_t nours, char **why)
{
	struct scan s = {
		.pid = pid,
		.rule = rule,
		.cache = cache,
		.before = done,
		.ours = ours,
		.nours = nours,
		.budget = SCAN_MAX,
		.why = why,
	};
	int rc;

	*why = NULL;
	if (!maps)
		return -ESRCH;
	rc = scan_maps(&s, maps);
	free(s.chunk);
	free(done->list);
	*done = s.now;
	return rc;
}
