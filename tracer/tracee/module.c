/* SPDX-License-Identifier: MIT */
#include "tracee/module.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "tracee/memory.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

/* No vDSO has more than a few pages. */
#define VDSO_MAX (64 * 1024)

/* Files that are kept open, at least and at most. */
enum { BUDGET_MIN = 8, BUDGET_MAX = 512 };

/* Files that are named early: looking into a larger one takes so long that the program would notice. */
enum { PASSING_BYTES = 4 << 20, PASSING_S = 600 };

/* What a mapping names: a device, an inode and a path. */
struct mapped_file {
	char *key;
	struct module *newest;
	unsigned contents; /* seen so far */
	UT_hash_handle hh;
};

/* ---- is it the same file? ---- */

static struct file_state state_of(const struct stat *st)
{
	return (struct file_state){.dev = st->st_dev, .ino = st->st_ino, .size = (uint64_t)st->st_size,
				   .ctime = st->st_ctim, .mtime = st->st_mtim};
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Nothing of it was touched. */
static bool unchanged(const struct file_state *a, const struct file_state *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size && same_time(&a->ctime, &b->ctime);
}

/*
 * The change time also moves when a file is renamed, linked or deleted. Then the
 * build id tells, and without one the time of the last writing.
 */
static bool same_content(const struct module *m, const struct file_state *now, const struct elf_segments *seg)
{
	if (unchanged(&m->state, now))
		return true;
	if (m->state.size != now->size || m->segments.build_id_len != seg->build_id_len)
		return false;
	if (seg->build_id_len)
		return memcmp(m->segments.build_id, seg->build_id, seg->build_id_len) == 0;
	return same_time(&m->state.mtime, &now->mtime);
}

/* An open file that was only renamed or deleted still has it. */
static bool still_has(const struct module *m)
{
	struct stat st;

	return fstat(m->fd, &st) == 0 && (uint64_t)st.st_size == m->state.size &&
	       same_time(&st.st_mtim, &m->state.mtime);
}

/* The system's own files stay as they are; what was just made, or is a user's, may be made again. */
static bool is_passing(const struct stat *st)
{
	return st->st_size <= PASSING_BYTES &&
	       (st->st_uid != 0 || st->st_mode & (S_IWGRP | S_IWOTH) || time(NULL) - st->st_ctime < PASSING_S);
}

/* ---- opening ---- */

/* Only a regular file is opened at all: opening a device may do something. */
static int open_regular(const char *path, uint64_t inode)
{
	char self[40];
	struct stat st;
	auto_close int at = open(path, O_PATH | O_CLOEXEC);

	if (at < 0 || fstat(at, &st) != 0 || !S_ISREG(st.st_mode) || (inode && st.st_ino != inode))
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", at);
	return open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static void by_mapping(char *out, size_t n, pid_t pid, const struct map *map)
{
	snprintf(out, n, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid, map->start, map->end);
}

static void by_name(char *out, size_t n, pid_t pid, const struct map *map)
{
	snprintf(out, n, "/proc/%d/root%s", (int)pid, map->path);
}

int module_open_file(pid_t pid, const struct map *map)
{
	char path[4200];
	int fd;

	by_mapping(path, sizeof(path), pid, map);
	fd = open_regular(path, 0);
	if (fd >= 0)
		return fd;
	by_name(path, sizeof(path), pid, map);
	return open_regular(path, map->inode);
}

/* How the file is now, if that can be told without opening it. */
static bool state_now(pid_t pid, const struct map *map, struct file_state *out)
{
	char path[4200];
	struct stat st;

	by_mapping(path, sizeof(path), pid, map);
	if (stat(path, &st) != 0) {
		by_name(path, sizeof(path), pid, map);
		if (stat(path, &st) != 0 || st.st_ino != map->inode)
			return false;
	}
	*out = state_of(&st);
	return true;
}

/* ---- the budget ---- */

static unsigned budget(struct modules *ms)
{
	struct rlimit limit;

	if (ms->budget)
		return ms->budget;
	ms->budget = BUDGET_MIN;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 > BUDGET_MIN)
		ms->budget = limit.rlim_cur / 4 < BUDGET_MAX ? (unsigned)limit.rlim_cur / 4 : BUDGET_MAX;
	return ms->budget;
}

/* By the name that it was mapped by, where we are. */
static int open_again(const struct module *m)
{
	struct stat st;
	struct file_state now;
	int fd = open_regular(m->name, m->state.ino);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0) {
		now = state_of(&st);
		if (unchanged(&m->state, &now))
			return fd;
	}
	close(fd);
	return -1;
}

static void close_file(struct modules *ms, struct module *m)
{
	DL_DELETE(ms->open, m);
	ms->nopen--;
	close(m->fd);
	m->fd = -1;
}

static void make_room(struct modules *ms)
{
	while (ms->nopen >= budget(ms)) {
		struct module *m = ms->open;
		int again = open_again(m);

		if (again >= 0)
			close(again);
		else if (ms->closing)
			ms->closing(ms->ctx, m);
		close_file(ms, m);
	}
}

static void keep_open(struct modules *ms, struct module *m, int fd)
{
	m->fd = fd;
	DL_APPEND(ms->open, m);
	ms->nopen++;
}

int modules_fd(struct modules *ms, struct module *m)
{
	if (!m->has_file || m->image)
		return m->fd;
	if (m->fd >= 0) {
		/* The last to be closed. */
		DL_DELETE(ms->open, m);
		DL_APPEND(ms->open, m);
		return still_has(m) ? m->fd : -1;
	}
	make_room(ms);

	int fd = open_again(m);

	if (fd >= 0)
		keep_open(ms, m, fd);
	return fd;
}

/* ---- the registry ---- */

/* The vDSO has no file; who reads files gets its image, as read from the process, in one. */
static void read_image(struct module *m, pid_t pid, const struct map *map)
{
	size_t n = map->end - map->start;

	if (n > VDSO_MAX)
		return;
	m->image = xcalloc(1, n);
	m->image_size = tracee_read(pid, taddr(map->start), m->image, n);
	m->fd = m->image_size ? memfd_create("vdso", MFD_CLOEXEC) : -1;
	if (m->fd >= 0 && write(m->fd, m->image, m->image_size) != (ssize_t)m->image_size) {
		close(m->fd);
		m->fd = -1;
	}
	m->has_file = m->fd >= 0;
}

static struct module *add(struct modules *ms, struct mapped_file *f, const struct map *map)
{
	struct module *m = xcalloc(1, sizeof(*m));

	m->fd = -1;
	m->segments.abi = ABIS;
	m->key = xasprintf("%s:%u", f->key, f->contents++);
	m->name = xstrdup(map->path[0] ? map->path : "[anon]");
	HASH_ADD_KEYPTR(hh, ms->by_key, m->key, strlen(m->key), m);
	f->newest = m;
	return m;
}

/* The content that the file has now: the newest one known, or one more. */
static struct module *content(struct modules *ms, struct mapped_file *f, pid_t pid, const struct map *map)
{
	struct elf_segments seg = {.abi = ABIS};
	struct file_state now;
	struct module *m = f->newest;
	struct stat st;
	int fd;

	/* What cannot be looked at is taken to be what it was. */
	if (m && m->has_file && (!state_now(pid, map, &now) || unchanged(&m->state, &now)))
		return m;
	make_room(ms);
	fd = module_open_file(pid, map);
	if (fd < 0 || fstat(fd, &st) != 0) {
		if (fd >= 0)
			close(fd);
		return m ? m : add(ms, f, map);
	}
	now = state_of(&st);
	elf_segments_read(fd, &seg);
	if (m && m->has_file && same_content(m, &now, &seg)) {
		m->state = now;
		elf_segments_fini(&seg);
		close(fd);
		return m;
	}
	if (!m || m->has_file)
		m = add(ms, f, map);
	m->has_file = true;
	m->passing = is_passing(&st);
	m->state = now;
	m->segments = seg;
	keep_open(ms, m, fd);
	return m;
}

struct module *modules_get(struct modules *ms, pid_t pid, const struct map *map)
{
	bool vdso = strcmp(map->path, "[vdso]") == 0;
	/* The 32-bit and the 64-bit vDSO share a name but not an address range. */
	auto_free char *key = xasprintf("%" PRIx64 ":%" PRIu64 ":%d:%s", map->dev, map->inode,
					vdso && map->start >> 32, map->path);
	struct mapped_file *f;

	HASH_FIND_STR(ms->by_file, key, f);
	if (!f) {
		f = xcalloc(1, sizeof(*f));
		f->key = steal_ptr(key);
		HASH_ADD_KEYPTR(hh, ms->by_file, f->key, strlen(f->key), f);
	}
	if (map->inode) {
		struct module *m = content(ms, f, pid, map);

		if (ms->last && ms->last != m && ms->passing)
			ms->passing(ms->ctx);
		ms->last = m->passing ? m : NULL;
		return m;
	}
	if (!f->newest) {
		add(ms, f, map);
		if (vdso)
			read_image(f->newest, pid, map);
	}
	return f->newest;
}

uint64_t module_offset(const struct module *m, const struct map *map, struct taddr at)
{
	uint64_t in_file = at.v - map->start + map->offset;

	if (m->segments.is_elf)
		return elf_segments_vaddr(&m->segments, in_file);
	return map->inode ? in_file : at.v - map->start;
}

void modules_fini(struct modules *ms)
{
	struct module *m, *next;
	struct mapped_file *f, *next_file;

	HASH_ITER(hh, ms->by_file, f, next_file) {
		HASH_DEL(ms->by_file, f);
		free(f->key);
		free(f);
	}
	HASH_ITER(hh, ms->by_key, m, next) {
		HASH_DEL(ms->by_key, m);
		if (m->fd >= 0)
			close(m->fd);
		elf_segments_fini(&m->segments);
		free(m->image);
		free(m->name);
		free(m->key);
		free(m);
	}
	ms->open = NULL;
	ms->nopen = 0;
}
