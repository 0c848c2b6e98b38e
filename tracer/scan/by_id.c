/* SPDX-License-Identifier: MIT */
#include "scan/by_id.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

struct entry {
	uint64_t id[2];
	struct scan_file *file;
	UT_hash_handle hh;
};

struct by_id {
	struct entry *table;
};

static struct entry *find(const struct by_id *index, uint64_t dev, uint64_t inode)
{
	uint64_t id[2] = {dev, inode};
	struct entry *e;

	HASH_FIND(hh, index->table, id, sizeof(id), e);
	return e;
}

struct by_id *by_id_new(struct scan_file *files, size_t n)
{
	struct by_id *index = xcalloc(1, sizeof(*index));

	for (size_t i = 0; i < n; i++) {
		struct entry *e;

		if (files[i].member || !files[i].inode || find(index, files[i].dev, files[i].inode))
			continue;
		e = xcalloc(1, sizeof(*e));
		e->id[0] = files[i].dev;
		e->id[1] = files[i].inode;
		e->file = &files[i];
		HASH_ADD(hh, index->table, id, sizeof(e->id), e);
	}
	return index;
}

void by_id_free(struct by_id *index)
{
	struct entry *e, *next;

	HASH_ITER(hh, index->table, e, next)
	{
		HASH_DEL(index->table, e);
		free(e);
	}
	free(index);
}

struct scan_file *by_id_find(const struct by_id *index, uint64_t dev, uint64_t inode)
{
	struct entry *e = find(index, dev, inode);

	return e ? e->file : NULL;
}

struct scan_file *by_id_of_path(const struct by_id *index, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? by_id_find(index, st.st_dev, st.st_ino) : NULL;
}
