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
#include <sys/stat.h>
#include <unistd.h>

/* No vDSO has more than a few pages. */
#define VDSO_MAX (64 * 1024)

int module_open_file(pid_t pid, const struct map *map)
{
	char path[4200];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid, map->start,
		 map->end);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, map->path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_ino != map->inode)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void read_image(struct module *m, pid_t pid, const struct map *map)
{
	size_t n = map->end - map->start;

	if (n > VDSO_MAX)
		return;
	m->image = xcalloc(1, n);
	m->image_size = tracee_read(pid, taddr(map->start), m->image, n);
}

struct module *modules_get(struct modules *ms, pid_t pid, const struct map *map)
{
	bool vdso = strcmp(map->path, "[vdso]") == 0;
	/* The 32-bit and the 64-bit vDSO share a name but not an address range. */
	auto_free char *key = xasprintf("%" PRIx64 ":%" PRIu64 ":%d:%s", map->dev, map->inode,
					vdso && map->start >> 32, map->path);
	struct module *m;

	HASH_FIND_STR(ms->by_key, key, m);
	if (m)
		return m;
	m = xcalloc(1, sizeof(*m));
	m->fd = -1;
	m->key = steal_ptr(key);
	m->name = xstrdup(map->path[0] ? map->path : "[anon]");
	if (vdso)
		read_image(m, pid, map);
	else if (map->inode)
		m->fd = module_open_file(pid, map);
	if (m->fd >= 0)
		elf_segments_read(m->fd, &m->segments);
	HASH_ADD_KEYPTR(hh, ms->by_key, m->key, strlen(m->key), m);
	return m;
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
}
