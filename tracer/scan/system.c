/* SPDX-License-Identifier: MIT */
#include "scan/system.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"
#include "scan/by_id.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- one file's lines --- */

static void add(struct starters *s, const char *program, size_t len, const char *how, const char *name)
{
	struct starter *e;

	if (!len || program[0] != '/')
		return;
	e = vec_push(s->list, s->n);
	e->program = xasprintf("%.*s", (int)len, program);
	e->by = xasprintf("%s %s", how, name);
}

/* ExecStart=-/usr/sbin/foo --bar, with the special prefixes of systemd.service(5). */
void starters_of_unit(FILE *in, const char *name, struct starters *out)
{
	auto_free char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, in) > 0) {
		char *at = line + strspn(line, " \t"), *value = strchr(at, '=');

		if (strncmp(at, "Exec", 4) != 0 || !value)
			continue;
		value++;
		value += strspn(value, " \t\"@-:+!|");
		add(out, value, strcspn(value, " \t\n\""), "unit", name);
	}
}

/* Five fields or @daily, a user in the system's own, and a command of which the first word counts. */
void starters_of_crontab(FILE *in, const char *name, bool with_user, struct starters *out)
{
	auto_free char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, in) > 0) {
		char *at = line + strspn(line, " \t");
		unsigned fields = (*at == '@' ? 1u : 5u) + with_user;

		if (!(isdigit((unsigned char)*at) || *at == '*' || *at == '@'))
			continue;
		for (unsigned i = 0; i < fields; i++) {
			at += strcspn(at, " \t\n");
			at += strspn(at, " \t");
		}
		/* "test -x /usr/sbin/anacron || ...": any word of it that is a path. */
		for (; *at && *at != '\n'; at += strspn(at, " \t;|&(){}")) {
			size_t n = strcspn(at, " \t\n;|&(){}");

			add(out, at, n, "cron", name);
			at += n;
		}
	}
}

void starters_of_binfmt(FILE *in, const char *name, struct starters *out)
{
	static const char key[] = "interpreter ";
	auto_free char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, in) > 0)
		if (strncmp(line, key, sizeof(key) - 1) == 0)
			add(out, line + sizeof(key) - 1, strcspn(line + sizeof(key) - 1, "\n"), "binfmt_misc", name);
}

/* --- folders of such files --- */

typedef void (*read_fn)(FILE *in, const char *name, struct starters *out);

static void of_system_crontab(FILE *in, const char *name, struct starters *out)
{
	starters_of_crontab(in, name, true, out);
}

static void of_users_crontab(FILE *in, const char *name, struct starters *out)
{
	starters_of_crontab(in, name, false, out);
}

static void read_one(const char *path, const char *name, read_fn read, struct starters *out)
{
	struct stat st;
	auto_fclose FILE *in = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;

	if (in)
		read(in, name, out);
}

/* All files of a folder; those of systemd's one level deeper too (foo.service.d/). */
static void read_folder(const char *folder, read_fn read, unsigned deeper, struct starters *out)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		auto_free char *path = xasprintf("%s/%s", folder, e->d_name);
		struct stat st;

		if (e->d_name[0] == '.' || lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && deeper)
			read_folder(path, read, deeper - 1, out);
		else
			read_one(path, e->d_name, read, out);
	}
	if (dir)
		closedir(dir);
}

/* /etc/cron.daily and the like: the files are the programs. */
static void programs_of(const char *root, const char *folder, const char *how, struct starters *out)
{
	auto_free char *real = xasprintf("%s%s", root, folder);
	DIR *dir = opendir(real);
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		auto_free char *path = xasprintf("%s/%s", folder, e->d_name);

		if (e->d_name[0] != '.')
			add(out, path, strlen(path), how, folder);
	}
	if (dir)
		closedir(dir);
}

void starters_read(const char *root, struct starters *out)
{
	static const struct {
		const char *folder;
		read_fn read;
		unsigned deeper;
	} folders[] = {
		{"/etc/systemd/system", starters_of_unit, 1}, {"/run/systemd/system", starters_of_unit, 1},
		{"/usr/local/lib/systemd/system", starters_of_unit, 1}, {"/usr/lib/systemd/system", starters_of_unit, 1},
		{"/lib/systemd/system", starters_of_unit, 1}, {"/etc/systemd/user", starters_of_unit, 1},
		{"/usr/lib/systemd/user", starters_of_unit, 1}, {"/etc/cron.d", of_system_crontab, 0},
		{"/var/spool/cron/crontabs", of_users_crontab, 0}, {"/var/spool/cron", of_users_crontab, 0},
		{"/proc/sys/fs/binfmt_misc", starters_of_binfmt, 0},
	};
	static const char *const by_name[] = {
		"/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly", "/etc/init.d",
	};
	auto_free char *crontab = xasprintf("%s/etc/crontab", root);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		auto_free char *folder = xasprintf("%s%s", root, folders[i].folder);

		read_folder(folder, folders[i].read, folders[i].deeper, out);
	}
	read_one(crontab, "/etc/crontab", of_system_crontab, out);
	for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++)
		programs_of(root, by_name[i], i < 4 ? "cron" : "init", out);
}

/* What runs now; a program whose file is gone or replaced is still known by its inode. */
void starters_running(struct starters *out)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		auto_free char *link = xasprintf("/proc/%s/exe", e->d_name);
		char exe[PATH_MAX];
		struct stat st;
		ssize_t n;

		if (!isdigit((unsigned char)e->d_name[0]) || (n = readlink(link, exe, sizeof(exe))) <= 0 ||
		    n == sizeof(exe) || stat(link, &st) != 0)
			continue;
		add(out, exe, (size_t)n, "process", e->d_name);
		if (out->n) {
			out->list[out->n - 1].dev = st.st_dev;
			out->list[out->n - 1].inode = st.st_ino;
		}
	}
	if (dir)
		closedir(dir);
}

void starters_fini(struct starters *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->list[i].program);
		free(s->list[i].by);
	}
	free(s->list);
	*s = (struct starters){0};
}

/* --- to the files --- */

static void note(struct scan_file *f, const char *by)
{
	/* A program that runs a thousand times is said to run once. */
	for (size_t i = 0; i < f->nstarted_by; i++)
		if (strcmp(f->started_by[i], by) == 0)
			return;
	if (f->nstarted_by < 16)
		*vec_push(f->started_by, f->nstarted_by) = xstrdup(by);
}

void starters_join(const struct starters *s, struct scan_file *files, size_t n)
{
	struct by_id *index = by_id_new(files, n);

	for (size_t i = 0; i < s->n; i++) {
		const struct starter *e = &s->list[i];
		/* By what it is, since /bin may be /usr/bin, and programs have several names. */
		struct scan_file *f = e->inode ? by_id_find(index, e->dev, e->inode) :
						 by_id_of_path(index, e->program);

		if (f)
			note(f, e->by);
	}
	by_id_free(index);
}
