/* SPDX-License-Identifier: MIT */
#include "store/table.h"

#include "base/cleanup.h"
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

static char *state_home(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *pw;

	/* The XDG base directory specification: a path that is not absolute is to be ignored. */
	if (state && state[0] == '/')
		return xstrdup(state);
	if (!home || home[0] != '/') {
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

/* Makes all folders above path. */
static int make_folders(const char *path)
{
	auto_free char *part = xstrdup(path);

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int write_file(const char *path, const struct cost_table *t)
{
	auto_free char *temp = xasprintf("%s.XXXXXX", path);
	int fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0)
		return -errno;
	FILE *f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		unlink(temp);
		return -ENOMEM;
	}
	errno = 0;
	cost_table_write(f, t);
	bool bad = ferror(f) != 0;
	bad |= fclose(f) != 0;
	int r = bad ? -(errno ? errno : EIO) : 0;
	if (r == 0 && rename(temp, path) < 0)
		r = -errno;
	if (r < 0)
		unlink(temp);
	return r;
}

int cost_table_keep(const struct cost_table *t, struct err *err)
{
	auto_free char *path = cost_table_path(&t->fingerprint);

	if (!path)
		return err_set(err, -ENOENT, "the calibration is not kept: there is no home to keep it in");
	int r = make_folders(path);
	if (r == 0)
		r = write_file(path, t);
	return r < 0 ? err_set(err, r, "the calibration is not kept: %s: %s", path, strerror(-r)) : 0;
}
