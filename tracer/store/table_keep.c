/* SPDX-License-Identifier: MIT */
#include "store/table.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "base/json.h"
#include "model/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- as JSON ---- */

static json_t *interval_json(struct interval iv)
{
	json_t *pair = json_array();

	json_add(pair, json_figure(iv.lo));
	json_add(pair, json_figure(iv.hi));
	return pair;
}

static json_t *row_json(const struct cost_row *row)
{
	json_t *o = json_object();

	json_put(o, "id", json_text(row->id));
	if (row->skipped) {
		json_put(o, "skipped", json_text(row->skipped));
		return o;
	}
	json_put(o, "cycles", json_figure(row->cycles));
	json_put(o, "ci95", interval_json(row->ci95));
	if (row->has_mean) {
		json_put(o, "mean_cycles", json_figure(row->mean_cycles));
		json_put(o, "mean_ci95", interval_json(row->mean_ci95));
	}
	json_put(o, "ns", json_figure(row->ns));
	json_put(o, "ticks", json_figure(row->ticks));
	json_put(o, "samples", json_count(row->samples));
	json_put(o, "dropped", json_count(row->dropped));
	if (row->split) {
		json_put(o, "user_cycles", json_figure(row->user_cycles));
		json_put(o, "kernel_cycles", json_figure(row->kernel_cycles));
	}
	return o;
}

void cost_table_put(json_t *o, const struct cost_table *t)
{
	json_t *rows = json_array();

	json_put(o, "taken", json_text(t->taken));
	json_put(o, "clock", json_text(t->clock));
	json_put(o, "call", json_text(t->call));
	json_put(o, "note", json_text(t->note));
	json_put(o, "core_hz", json_figure(t->core_hz));
	json_put(o, "tsc_hz", json_figure(t->tsc_hz));
	json_put(o, "fingerprint", fingerprint_json(&t->fingerprint));
	for (size_t i = 0; i < t->nrows; i++)
		json_add(rows, row_json(&t->rows[i]));
	json_put(o, "rows", rows);
}

void cost_table_write(FILE *out, const struct cost_table *t)
{
	json_t *o = json_object();

	json_put(o, "schema", json_text("entrytrace-calibration/1"));
	json_put(o, "name", json_text(t->name));
	cost_table_put(o, t);
	json_write(out, o);
	json_decref(o);
}

/* ---- as this host's kept file ---- */

/* Not another user's folder, as $HOME is under sudo(8) when it is handed on. */
static bool may_be_ours(const char *folder)
{
	struct stat st;

	return folder && folder[0] == '/' && (stat(folder, &st) != 0 || st.st_uid == geteuid());
}

static char *state_home(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *pw;

	/* The XDG base directory specification: a path that is not absolute is to be ignored. */
	if (may_be_ours(state))
		return xstrdup(state);
	if (!may_be_ours(home)) {
		pw = getpwuid(geteuid());
		home = pw ? pw->pw_dir : NULL;
	}
	return home && home[0] == '/' ? xasprintf("%s/.local/state", home) : NULL;
}

char *cost_table_path(const struct host *host)
{
	auto_free char *home = state_home();

	return home ? xasprintf("%s/entrytrace/calibration-%016llx.json", home,
				(unsigned long long)host_hash(host)) : NULL;
}

/* The folder of a kept table; *name is the rest of path. */
static int open_folder(const char *path, bool make, const char **name, struct err *err)
{
	size_t len = (size_t)(strrchr(path, '/') - path);
	auto_free char *folder = xasprintf("%.*s", (int)len, path);

	*name = path + len + 1;
	return file_own_folder(folder, make, err);
}

FILE *cost_table_open_kept(const char *path)
{
	const char *name;
	struct err err;
	auto_close int folder = open_folder(path, false, &name, &err);

	if (folder < 0) {
		errno = -folder;
		return NULL;
	}
	return file_open_own(folder, name);
}

static int write_file(int folder, const char *name, const struct cost_table *t)
{
	auto_free char *temp = xasprintf("%s.%d", name, (int)getpid());
	int fd;

	/* Left behind by one of this number that was killed. */
	unlinkat(folder, temp, 0);
	fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	FILE *f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		unlinkat(folder, temp, 0);
		return -ENOMEM;
	}
	errno = 0;
	cost_table_write(f, t);
	bool bad = ferror(f) != 0;
	bad |= fclose(f) != 0;
	int r = bad ? -(errno ? errno : EIO) : 0;
	if (r == 0 && renameat(folder, temp, folder, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(folder, temp, 0);
	return r;
}

int cost_table_keep(const struct cost_table *t, struct err *err)
{
	auto_free char *path = cost_table_path(&t->fingerprint);
	const char *name;
	struct err why;

	if (!path)
		return err_set(err, -ENOENT, "the calibration is not kept: there is no home to keep it in");
	auto_close int folder = open_folder(path, true, &name, &why);

	if (folder < 0)
		return err_set(err, folder, "the calibration is not kept: %s: %s", path, why.text);
	int r = write_file(folder, name, t);
	return r < 0 ? err_set(err, r, "the calibration is not kept: %s: %s", path, strerror(-r)) : 0;
}
