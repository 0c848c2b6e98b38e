/* SPDX-License-Identifier: MIT */
#include "cli/survey_scope.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fts.h>
#include <mntent.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A container's name is at least so much of its ID. */
#define CONTAINER_ID_MIN 12

/* Where version 2 of the control groups is mounted; the caller's, or NULL. */
static char *cgroup_root(void)
{
	FILE *f = setmntent("/proc/self/mounts", "r");
	struct mntent *m;
	char *root = NULL;

	while (f && !root && (m = getmntent(f)))
		if (strcmp(m->mnt_type, "cgroup2") == 0)
			root = xstrdup(m->mnt_dir);
	if (f)
		endmntent(f);
	return root;
}

static bool is_unit(const char *name, const char *unit)
{
	return strcmp(name, unit) == 0;
}

/* "docker-ID.scope", "libpod-ID.scope", "cri-containerd-ID.scope", or ID alone. */
static bool is_container(const char *name, const char *id)
{
	const char *at = strstr(name, id);

	return at && (at == name || at[-1] == '-' || at[-1] == ':');
}

/* The folder below root with such a name; the caller's. NULL when there is none, or (*several) more than one. */
static char *find_folder(const char *root, bool (*is)(const char *name, const char *wanted), const char *wanted,
			 bool *several)
{
	char *paths[] = {(char *)(uintptr_t)root, NULL};
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	char *found = NULL;
	FTSENT *e;

	*several = false;
	while (fts && (e = fts_read(fts))) {
		if (e->fts_info != FTS_D || !is(e->fts_name, wanted))
			continue;
		/* What lies in it belongs to it. */
		fts_set(fts, e, FTS_SKIP);
		*several |= found != NULL;
		free(found);
		found = xstrdup(e->fts_path);
	}
	if (fts)
		fts_close(fts);
	if (*several) {
		free(found);
		found = NULL;
	}
	return found;
}

static unsigned depth(const char *root, const char *path)
{
	unsigned n = 0;

	for (const char *p = path + strlen(root); *p; p++)
		n += *p == '/' && p[1] && p[1] != '/';
	return n;
}

/* A control group's id is its folder's inode number. */
static int take_cgroup(const char *root, const char *path, struct kernel_options *opt, struct err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(err, -errno, "there is no control group %s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode) || strncmp(path, root, strlen(root)) != 0)
		return err_set(err, -EINVAL, "%s is no control group of version 2, which are below %s", path, root);
	opt->cgroup = st.st_ino;
	opt->cgroup_level = depth(root, path);
	return 0;
}

static int find_cgroup(const struct config *cfg, struct kernel_options *opt, struct err *err)
{
	const char *wanted = cfg->unit ? cfg->unit : cfg->container;
	auto_free char *root = cgroup_root();
	auto_free char *path = NULL;
	bool several = false;

	if (!root)
		return err_set(err, -ENOENT,
			       "cannot survey a control group: no file system of version 2 (cgroup2) is mounted");
	if (cfg->cgroup && strncmp(cfg->cgroup, root, strlen(root)) == 0)
		path = xstrdup(cfg->cgroup);
	else if (cfg->cgroup)
		path = xasprintf("%s/%s", root, cfg->cgroup + strspn(cfg->cgroup, "/"));
	else
		path = find_folder(root, cfg->unit ? is_unit : is_container, wanted, &several);
	if (!path)
		return err_set(err, -ENOENT, "%s of the control groups below %s %s '%s'",
			       several ? "several" : "none", root, several ? "belong to" : "belongs to", wanted);
	return take_cgroup(root, path, opt, err);
}

static int find_user(const char *name, struct kernel_options *opt, struct err *err)
{
	struct passwd *pw = getpwnam(name);
	char *end;
	unsigned long uid;

	if (pw) {
		opt->uid = pw->pw_uid;
		return 0;
	}
	errno = 0;
	uid = strtoul(name, &end, 10);
	if (errno || *end || end == name || name[0] == '-' || uid >= UINT32_MAX)
		return err_set(err, -ENOENT, "there is no user '%s'", name);
	opt->uid = (uint32_t)uid;
	return 0;
}

int survey_scope(const struct config *cfg, struct kernel_options *opt, struct err *err)
{
	int rc = 0;

	if ((cfg->cgroup != NULL) + (cfg->unit != NULL) + (cfg->container != NULL) > 1)
		return err_set(err, -EINVAL, "give one of --cgroup, --unit and --container: each names a control group");
	if (cfg->container && strlen(cfg->container) < CONTAINER_ID_MIN)
		return err_set(err, -EINVAL, "bad argument of --container: '%s': give at least %d digits of the ID",
			       cfg->container, CONTAINER_ID_MIN);
	opt->programs = cfg->survey_programs;
	opt->uid = UINT32_MAX;
	if (cfg->survey_user)
		rc = find_user(cfg->survey_user, opt, err);
	if (rc == 0 && (cfg->cgroup || cfg->unit || cfg->container))
		rc = find_cgroup(cfg, opt, err);
	return rc;
}
