/* SPDX-License-Identifier: MIT */
/* Texts of /proc: maps, status, stat. The program names its files and itself as it likes. */
#include "base/err.h"
#include "fuzz.h"
#include "tracee/maps.h"
#include "tracee/procfs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void must(bool what)
{
	if (!what)
		abort();
}

static char *text_of(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1);

	if (size)
		memcpy(text, data, size);
	return text;
}

static void ask_maps(const uint8_t *data, size_t size)
{
	struct maps *m = maps_parse(text_of(data, size));

	for (size_t i = 0; i < m->n; i++) {
		const struct map *map = &m->list[i];

		must(map->start < map->end && map->path && !strchr(map->path, '\n'));
		must(strlen(map->path) <= size);
		must(maps_overlap(m, taddr(map->start), 1));
		must(maps_by_name(m, map->path) != NULL);
		maps_find(m, taddr(map->start));
	}
	maps_find(m, taddr(UINT64_MAX));
	maps_unref(m);
}

static void ask_status(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);
	unsigned long user, system;
	uint64_t n;

	procfs_find_number(text, "TracerPid", 10, &n);
	procfs_find_number(text, "SigCgt", 16, &n);
	procfs_find_number(text, "", 0, &n);
	procfs_text_is_init(text);
	procfs_text_ticks(text, &user, &system);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ask_maps(data, size);
	ask_status(data, size);
	return 0;
}
