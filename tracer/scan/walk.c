/* SPDX-License-Identifier: MIT */
#include "scan/walk.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "scan/content.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void unread(struct walk *w, const char *path, int code)
{
	struct scan_file f = {.kind = SCAN_UNREAD, .abi = ABIS, .type = ELF_TYPE_OTHER};

	w->counts.unreadable++;
	f.path = xstrdup(path);
	f.fault = xasprintf("it cannot be opened: %s", strerror(code));
	w->sink->found(w->sink->ctx, &f);
	scan_file_fini(&f);
}

/* Takes fd over. */
static int take_file(struct walk *w, int fd, const char *path)
{
	uint8_t first[CONTENT_BYTES];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return 0;
	}
	if (!idset_add(&w->seen, st.st_dev, st.st_ino)) {
		w->counts.again++;
		close(fd);
		return 0;
	}
	w->counts.files++;
	w->counts.bytes += (uint64_t)st.st_size;
	if (w->go_on && w->counts.files % 64 == 0)
		w->stopped = w->stopped || !w->go_on(w->ctx, &w->counts);
	/* Only what its first bytes make worth it goes to a reader. */
	n = pread(fd, first, sizeof(first), 0);
	if (n < 0)
		unread(w, path, errno);
	if (n <= 0 || content_of(first, (size_t)n) == CONTENT_OTHER) {
		close(fd);
		return 0;
	}
	w->counts.read++;
	return pool_submit(w->pool, &(struct pool_job){
		.fd = fd,
		.path = xstrdup(path),
		.size = (uint64_t)st.st_size,
		.dev = st.st_dev,
		.inode = st.st_ino,
	});
}

static int open_file(struct walk *w, const char *path, int more)
{
	/* Not waiting for the other end of a fifo, nor taking a terminal. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | more);

	if (fd < 0) {
		/* A link that was put there meanwhile, or a socket: no file. */
		if (errno != ELOOP && errno != ENXIO)
			unread(w, path, errno);
		return 0;
	}
	return take_file(w, fd, path);
}

int walk_fd(struct walk *w, int fd, const char *path)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return own < 0 ? -errno : take_file(w, own, path);
}

int walk_path(struct walk *w, const char *path)
{
	auto_free char *name = xstrdup(path);
	char *names[] = {name, NULL};
	int flags = FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | (w->one_file_system ? FTS_XDEV : 0), rc = 0;
	FTS *fts = fts_open(names, flags, NULL);
	FTSENT *e;

	if (!fts)
		return -errno;
	while (rc == 0 && !w->stopped && (e = fts_read(fts))) {
		switch (e->fts_info) {
		case FTS_F:
			rc = open_file(w, e->fts_path, e->fts_level ? O_NOFOLLOW : 0);
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			unread(w, e->fts_path, e->fts_errno);
			break;
		default:
			break;
		}
	}
	fts_close(fts);
	return rc;
}

void walk_fini(struct walk *w)
{
	idset_fini(&w->seen);
}
