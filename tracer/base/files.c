/* SPDX-License-Identifier: MIT */
#include "base/files.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* As the kernel has it, path_resolution(7). */
enum { LINKS_MAX = 40 };

/* Not a result, but: it was a link, whose text is now the way. */
enum { FOLLOWED = 1 };

/* On the way along a path: the folder reached, and what is left of the path. */
struct way {
	int folder;
	unsigned links;
	bool make;
	char rest[2 * PATH_MAX];
};

static bool others_write(const struct stat *folder)
{
	return folder->st_mode & (S_IWOTH | S_IWGRP) && !(folder->st_uid == geteuid() && !(folder->st_mode & S_IWOTH));
}

static bool trusted(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/* /proc's links lead where their text does not say. */
static bool is_magic(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static int way_begin(struct way *w, const char *path, bool make, struct err *err)
{
	*w = (struct way){.make = make, .folder = -1};
	if (!*path)
		return err_set(err, -ENOENT, "it has no name");
	if (strlen(path) >= PATH_MAX)
		return err_set(err, -ENAMETOOLONG, "%s", strerror(ENAMETOOLONG));
	snprintf(w->rest, sizeof(w->rest), "%s", path);
	w->folder = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return w->folder < 0 ? err_set(err, -errno, "%s", strerror(errno)) : 0;
}

static void way_end(struct way *w)
{
	if (w->folder >= 0)
		close(w->folder);
}

/* Takes the next name off the path; "" at its end. */
static void next_name(struct way *w, char *name, size_t room)
{
	size_t at = strspn(w->rest, "/"), len = strcspn(w->rest + at, "/");

	snprintf(name, room, "%.*s", (int)len, w->rest + at);
	memmove(w->rest, w->rest + at + len, strlen(w->rest + at + len) + 1);
}

static bool is_last(const struct way *w)
{
	return w->rest[strspn(w->rest, "/")] == '\0';
}

/* Puts the text of the link at fd before what is left of the path. */
static int follow(struct way *w, int fd, const char *name, struct err *err)
{
	char text[PATH_MAX];
	auto_free char *rest = NULL;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || (n = readlinkat(fd, "", text, sizeof(text) - 1)) < 0)
		return err_set(err, -errno, "%s", strerror(errno));
	text[n] = '\0';
	if (!trusted(&st))
		return err_set(err, -EPERM, "the link %s belongs to another user (uid %u)", name, (unsigned)st.st_uid);
	if (++w->links > LINKS_MAX)
		return err_set(err, -ELOOP, "%s", strerror(ELOOP));
	rest = xasprintf("%s%s", text, w->rest);
	if (strlen(rest) >= sizeof(w->rest))
		return err_set(err, -ENAMETOOLONG, "%s", strerror(ENAMETOOLONG));
	memcpy(w->rest, rest, strlen(rest) + 1);
	if (text[0] != '/')
		return 0;
	close(w->folder);
	w->folder = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return w->folder < 0 ? err_set(err, -errno, "%s", strerror(errno)) : 0;
}

/* One name on: a folder is entered, a link is followed. */
static int step(struct way *w, const char *name, struct err *err)
{
	struct stat st;
	int fd = openat(w->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), rc;

	if (fd < 0 && errno == ENOENT && w->make && mkdirat(w->folder, name, 0700) == 0)
		fd = openat(w->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		rc = err_set(err, -errno, "%s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return rc;
	}
	if (S_ISLNK(st.st_mode) && is_magic(fd)) {
		close(fd);
		fd = openat(w->folder, name, O_PATH | O_CLOEXEC);
		if (fd < 0)
			return err_set(err, -errno, "%s", strerror(errno));
	} else if (S_ISLNK(st.st_mode)) {
		rc = follow(w, fd, name, err);
		close(fd);
		return rc;
	}
	close(w->folder);
	w->folder = fd;
	return 0;
}

/* May what is there be written to? 0, FOLLOWED or a negative errno. */
static int check_existing(struct way *w, const char *name, bool *magic, struct err *err)
{
	auto_close int fd = openat(w->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st, folder;
	int rc;

	if (fd < 0 || fstat(fd, &st) != 0 || fstat(w->folder, &folder) != 0)
		return err_set(err, -errno, "%s", strerror(errno));
	*magic = S_ISLNK(st.st_mode) && is_magic(fd);
	if (S_ISLNK(st.st_mode) && !*magic) {
		rc = follow(w, fd, name, err);
		return rc ? rc : FOLLOWED;
	}
	if (!others_write(&folder) || *magic || S_ISCHR(st.st_mode))
		return 0;
	/* As fs.protected_regular and fs.protected_fifos, but everywhere and for all. */
	if (st.st_uid != geteuid())
		return err_set(err, -EPERM, "it is there already, in a folder that others write to, and belongs to another user (uid %u)",
			       (unsigned)st.st_uid);
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		return err_set(err, -EPERM, "it is there already, in a folder that others write to, and has a second name");
	return 0;
}

/* Fills fd, or returns FOLLOWED or a negative errno. */
static int open_last(struct way *w, const char *name, int *fd, struct err *err)
{
	bool magic = false;
	struct stat st;
	int rc;

	if (!*name)
		return err_set(err, -EISDIR, "%s", strerror(EISDIR));
	*fd = openat(w->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (*fd < 0 && errno == EEXIST) {
		rc = check_existing(w, name, &magic, err);
		if (rc)
			return rc;
		*fd = openat(w->folder, name, O_WRONLY | O_CLOEXEC | O_NOCTTY | (magic ? 0 : O_NOFOLLOW));
	}
	if (*fd < 0)
		return err_set(err, -errno, "%s", strerror(errno));
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode) && ftruncate(*fd, 0) != 0) {
		rc = err_set(err, -errno, "%s", strerror(errno));
		close(*fd);
		return rc;
	}
	return 0;
}

int file_create(const char *path, struct err *err)
{
	struct way w;
	char name[NAME_MAX + 2]; /* one too many is the kernel's to refuse */
	int rc = way_begin(&w, path, false, err), fd = -1;

	while (rc == 0 || rc == FOLLOWED) {
		next_name(&w, name, sizeof(name));
		if (is_last(&w)) {
			rc = open_last(&w, name, &fd, err);
			if (rc == 0)
				break;
		} else {
			rc = step(&w, name, err);
		}
	}
	way_end(&w);
	return rc ? rc : fd;
}

FILE *file_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	FILE *f;

	if (fd < 0)
		return NULL;
	/* Only the opening was not to wait. */
	fcntl(fd, F_SETFL, 0);
	f = fdopen(fd, "r");
	if (!f)
		close(fd);
	return f;
}

int file_own_folder(const char *path, bool make, struct err *err)
{
	struct way w;
	struct stat st;
	char name[NAME_MAX + 2]; /* one too many is the kernel's to refuse */
	int rc = way_begin(&w, path, make, err);

	while (rc == 0 && !is_last(&w)) {
		next_name(&w, name, sizeof(name));
		rc = step(&w, name, err);
	}
	if (rc == 0 && fstat(w.folder, &st) != 0)
		rc = err_set(err, -errno, "%s", strerror(errno));
	if (rc == 0 && !S_ISDIR(st.st_mode))
		rc = err_set(err, -ENOTDIR, "%s", strerror(ENOTDIR));
	if (rc == 0 && st.st_uid != geteuid())
		rc = err_set(err, -EPERM, "the folder belongs to another user (uid %u)", (unsigned)st.st_uid);
	if (rc == 0 && st.st_mode & (S_IWGRP | S_IWOTH))
		rc = err_set(err, -EPERM, "others may write to the folder");
	if (rc == 0)
		return w.folder;
	way_end(&w);
	return rc;
}

FILE *file_open_own(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;
	FILE *f = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_uid != geteuid()))
		errno = EPERM;
	else
		f = fdopen(fd, "r");
	if (!f)
		close(fd);
	return f;
}
