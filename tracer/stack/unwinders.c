/* SPDX-License-Identifier: MIT */
#include "stack/unwinders.h"

#include "base/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* How many samples may wait: with 16 KiB each, a megabyte and a half. */
enum { WAITING_MAX = 96, LINK32 = 0, LINK64 = 1 };

static const struct {
	unsigned bits;
	const char *name;
	bool built;
} workers[2] = {
	[LINK32] = {32, "entrytrace-unwind-i386", HAVE_I386_LIBUNWIND},
	[LINK64] = {64, "entrytrace-unwind-x86-64", true},
};

/*
 * Beside the running program in a build tree; else where they were installed
 * together with it, wherever that was moved to; else in libexecdir. Or in folder.
 */
static char *find_worker(const char *folder, const char *name)
{
	static const char *const from_bin[] = {"", "../libexec/entrytrace/", "../lib/entrytrace/"};
	char self[PATH_MAX];
	const char *slash;
	ssize_t n;

	if (folder)
		return xasprintf("%s/%s", folder, name);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < sizeof(from_bin) / sizeof(*from_bin); i++) {
		char *path = xasprintf("%.*s/%s%s", (int)(slash - self), self, from_bin[i], name);

		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	return xasprintf("%s/%s", WORKER_DIR, name);
}

static void link_answer(void *ctx, struct pending *p, const struct wire_stack *st,
			const struct wire_frame *frames)
{
	struct unwinders *u = ctx;

	if (!st) {
		u->done(u->ctx, p, WIRE_END_LOST, true);
		return;
	}
	size_t n = p->nframes + st->nframes;

	if (st->nframes) {
		p->frames = xrealloc(p->frames, n, sizeof(*p->frames));
		memcpy(p->frames + p->nframes, frames, st->nframes * sizeof(*frames));
		p->nframes = n;
	}
	if (st->end == WIRE_END_FAR && p->sample.max_frames > st->nframes) {
		memcpy(p->sample.regs, st->regs, sizeof(p->sample.regs));
		p->sample.ip_is_return = 1;
		p->sample.max_frames -= st->nframes;
		link_submit(&u->links[LINK32], p, link_answer, u);
		return;
	}
	u->done(u->ctx, p, st->end == WIRE_END_FAR ? WIRE_END_LIMIT : (enum wire_end)st->end, false);
}

int unwinders_init(struct unwinders *u, const char *folder, unwinders_done *done, void *ctx, struct err *err)
{
	*u = (struct unwinders){.done = done, .ctx = ctx, .next_serial = 1};
	for (unsigned i = 0; i < 2; i++) {
		u->paths[i] = find_worker(folder, workers[i].name);
		link_init(&u->links[i], workers[i].bits, u->paths[i], &u->modules);
	}
	for (unsigned i = 0; i < 2; i++) {
		if (!workers[i].built)
			return err_set(err, -ENOSYS,
				       "this entrytrace was built without the i386 libunwind, which unwinds 32-bit stacks; build it again through ./run, or with ./configure --with-i386-sysroot=DIR");
		int rc = link_start(&u->links[i], err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

void unwinders_fini(struct unwinders *u)
{
	for (unsigned i = 0; i < 2; i++) {
		link_fini(&u->links[i]);
		free(u->paths[i]);
	}
}

void unwinders_files(struct unwinders *u, int (*fd)(void *ctx, uint32_t id), void *ctx)
{
	u->modules.fd = fd;
	u->modules.ctx = ctx;
}

uint32_t unwinders_module(struct unwinders *u)
{
	return (uint32_t)u->modules.n++;
}

struct stack_space *unwinders_space(struct unwinders *u, struct wire_map *maps, size_t nmaps)
{
	struct stack_space *s = xcalloc(1, sizeof(*s));

	s->refs = 1;
	s->slot = u->next_slot++ % WIRE_SPACES_MAX;
	s->serial = u->next_serial++;
	s->maps = maps;
	s->nmaps = nmaps < WIRE_MAPS_MAX ? nmaps : WIRE_MAPS_MAX;
	return s;
}

void unwinders_submit(struct unwinders *u, struct pending *p, unsigned bits)
{
	p->sample.head = (struct wire_head){
		.magic = WIRE_MAGIC,
		.version = WIRE_VERSION,
		.type = WIRE_SAMPLE,
		.size = (uint32_t)(sizeof(p->sample) + p->sample.slice_len),
	};
	p->sample.id = u->next_id++;
	p->sample.space = p->space->slot;
	struct link *l = &u->links[bits == 64 ? LINK64 : LINK32];

	link_submit(l, p, link_answer, u);
	/* The other one may have answers too, and must never wait for us to read them. */
	link_pump(&u->links[bits == 64 ? LINK32 : LINK64], link_answer, u);
	if (l->queue.n + l->flight.n > WAITING_MAX)
		link_wait(l, WAITING_MAX / 2, link_answer, u);
}

void unwinders_drain(struct unwinders *u)
{
	/* The 64-bit one first: it hands over to the other. */
	link_wait(&u->links[LINK64], 0, link_answer, u);
	link_wait(&u->links[LINK32], 0, link_answer, u);
}

unsigned unwinders_deaths(const struct unwinders *u)
{
	return u->links[LINK32].deaths + u->links[LINK64].deaths;
}
