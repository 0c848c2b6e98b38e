/* SPDX-License-Identifier: MIT */
#include "tracee/maps.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "tracee/procfs.h"

#include <stdlib.h>
#include <string.h>

/* "start-end perms offset major:minor inode   path", proc(5). */
static bool parse_line(char *line, struct map *m)
{
	char *p = line;
	uint64_t major;

	m->start = strtoull(p, &p, 16);
	if (*p++ != '-')
		return false;
	m->end = strtoull(p, &p, 16);
	if (*p != ' ' || strlen(p) < 6)
		return false;
	m->writable = p[2] == 'w';
	m->exec = p[3] == 'x';
	m->shared = p[4] == 's';
	p += 5;
	m->offset = strtoull(p, &p, 16);
	major = strtoull(p, &p, 16);
	if (*p++ != ':')
		return false;
	m->dev = major << 32 | strtoull(p, &p, 16);
	m->inode = strtoull(p, &p, 10);
	m->path = p + strspn(p, " ");
	return m->end > m->start;
}

struct maps *maps_parse(char *text)
{
	struct maps *m;

	m = xcalloc(1, sizeof(*m));
	m->refs = 1;
	m->text = text;
	for (char *line = text, *next; line && *line; line = next) {
		struct map map;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (parse_line(line, &map))
			*vec_push(m->list, m->n) = map;
	}
	return m;
}

struct maps *maps_read(pid_t pid)
{
	char *text = procfs_read(pid, "maps", NULL);

	return text ? maps_parse(text) : NULL;
}

struct maps *maps_ref(struct maps *m)
{
	if (m)
		m->refs++;
	return m;
}

void maps_unref(struct maps *m)
{
	if (!m || --m->refs)
		return;
	free(m->list);
	free(m->text);
	free(m);
}

static int by_address(const void *key, const void *elem)
{
	const uint64_t *at = key;
	const struct map *m = elem;

	if (*at < m->start)
		return -1;
	return *at >= m->end;
}

const struct map *maps_find(const struct maps *m, struct taddr at)
{
	return m && m->n ? bsearch(&at.v, m->list, m->n, sizeof(*m->list), by_address) : NULL;
}

const struct map *maps_by_name(const struct maps *m, const char *path)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (strcmp(m->list[i].path, path) == 0)
			return &m->list[i];
	return NULL;
}

bool maps_overlap(const struct maps *m, struct taddr start, uint64_t size)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (m->list[i].start < start.v + size && start.v < m->list[i].end)
			return true;
	return false;
}
