/* SPDX-License-Identifier: MIT */
#include "scan/packages.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct wanted {
	char *path;
	struct scan_file *file;
	UT_hash_handle hh;
};

/* Where /bin is a link to /usr/bin, dpkg's lists may have either name. */
static const char *without_usr(const char *path)
{
	static const char *const merged[] = {"/usr/bin/", "/usr/sbin/", "/usr/lib"};

	for (size_t i = 0; i < sizeof(merged) / sizeof(merged[0]); i++)
		if (strncmp(path, merged[i], strlen(merged[i])) == 0)
			return path + strlen("/usr");
	return path;
}

static struct wanted *want(struct scan_file *files, size_t n, const char *root)
{
	struct wanted *table = NULL;
	size_t skip = strlen(root);

	for (size_t i = 0; i < n; i++) {
		struct scan_file *f = &files[i];
		char real[PATH_MAX];
		const char *path;
		struct wanted *w;

		if (f->verdict == NEEDS_NO || f->package || !realpath(f->path, real) || strncmp(real, root, skip) != 0)
			continue;
		path = without_usr(real + skip);
		HASH_FIND_STR(table, path, w);
		/* Members of the same archive share its package. */
		if (w)
			continue;
		w = xcalloc(1, sizeof(*w));
		w->path = xstrdup(path);
		w->file = f;
		HASH_ADD_KEYPTR(hh, table, w->path, strlen(w->path), w);
	}
	return table;
}

/* One package's list: /var/lib/dpkg/info/NAME.list or NAME:ARCH.list, a path a line. */
static void read_list(FILE *in, const char *package, struct wanted *table)
{
	auto_free char *line = NULL;
	size_t room = 0;
	ssize_t got;

	while ((got = getline(&line, &room, in)) > 0) {
		struct wanted *w;

		if (line[got - 1] == '\n')
			line[got - 1] = '\0';
		HASH_FIND_STR(table, without_usr(line), w);
		if (w && !w->file->package)
			w->file->package = xstrdup(package);
	}
}

void packages_find(struct scan_file *files, size_t n, const char *root)
{
	auto_free char *folder = xasprintf("%s/var/lib/dpkg/info", root);
	DIR *dir = opendir(folder);
	struct wanted *table, *w, *next;
	struct dirent *e;

	if (!dir)
		return;
	table = want(files, n, root);
	while (table && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);

		if (len <= 5 || strcmp(e->d_name + len - 5, ".list") != 0)
			continue;
		auto_free char *path = xasprintf("%s/%s", folder, e->d_name);
		auto_free char *package = xasprintf("%.*s", (int)(len - 5), e->d_name);
		auto_fclose FILE *in = fopen(path, "re");

		if (in)
			read_list(in, package, table);
	}
	closedir(dir);
	HASH_ITER(hh, table, w, next)
	{
		HASH_DEL(table, w);
		free(w->path);
		free(w);
	}
}
