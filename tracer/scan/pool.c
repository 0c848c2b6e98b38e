/* SPDX-License-Identifier: MIT */
#include "scan/pool.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/helper.h"
#include "base/monotonic.h"
#include "scan/child.h"
#include "scan/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Files that a reader has before it. */
#define AHEAD 8

/* What a reader may take for a file, and more for each byte of it. */
#define SECOND_NS 1000000000ull
#define PATIENCE_NS (30 * SECOND_NS)
#define BYTES_PER_SECOND (1u << 20)

struct pending {
	struct pool_job job;
	uint64_t id;
};

struct reader_process {
	struct helper helper;         /* sock -1: none runs */
	struct pending queue[AHEAD];  /* oldest first */
	size_t n;
	uint64_t since;               /* when the oldest became that */
	struct scan_file file;        /* of the oldest: so far */
	bool has_file;
};

struct pool {
	struct pool_sink sink;
	struct reader_process *readers;
	size_t n;
	uint64_t next_id;
	uint8_t packet[WIRE_REPLY_MAX];
};

struct pool *pool_new(unsigned readers, const struct pool_sink *sink)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	p->sink = *sink;
	p->n = readers ? readers : 1;
	p->readers = xcalloc(p->n, sizeof(*p->readers));
	for (size_t i = 0; i < p->n; i++)
		p->readers[i].helper.sock = -1;
	return p;
}

/* --- a reader --- */

static int open_spool(void)
{
	const char *dir = getenv("TMPDIR");

	return open(dir && *dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static int reader_start(struct reader_process *r)
{
	auto_close int spool = -1;
	int rc;

	if (r->helper.sock >= 0)
		return 0;
	spool = open_spool();
	rc = helper_fork(&r->helper);
	if (rc == 1)
		scan_child_main(r->helper.sock, spool);
	if (rc < 0)
		return rc;
	r->since = monotonic_ns();
	return 0;
}

static int reader_send(struct reader_process *r, const struct pending *p)
{
	struct wire_request request = {.id = p->id};

	return helper_send(r->helper.sock, &request, sizeof(request), NULL, 0, p->job.fd, 0);
}

/* --- what it found --- */

static void tell(struct pool *p, struct reader_process *r)
{
	struct scan_file *f = &r->file;

	if (!r->has_file)
		return;
	f->path = xstrdup(r->queue[0].job.path);
	f->dev = r->queue[0].job.dev;
	f->inode = r->queue[0].job.inode;
	p->sink.found(p->sink.ctx, f);
	scan_file_fini(f);
	r->has_file = false;
}

static void forget_oldest(struct reader_process *r)
{
	free(r->queue[0].job.path);
	close(r->queue[0].job.fd);
	r->n--;
	memmove(r->queue, r->queue + 1, r->n * sizeof(r->queue[0]));
	r->since = monotonic_ns();
}

/* The oldest file brought the reader down, or holds it: it is told of and left. Others wait for a new reader. */
static void blame_oldest(struct pool *p, struct reader_process *r, const char *why)
{
	helper_end(&r->helper);
	if (!r->n)
		return;
	if (!r->has_file)
		r->file = (struct scan_file){.kind = SCAN_UNREAD, .abi = ABIS, .type = ELF_TYPE_OTHER};
	r->has_file = true;
	free(r->file.fault);
	r->file.fault = xstrdup(why);
	tell(p, r);
	forget_oldest(r);
}

/* False when the packet makes no sense: the reader is not itself any more. */
static bool take_packet(struct pool *p, struct reader_process *r, size_t n)
{
	struct wire_head head;

	if (!wire_head(p->packet, n, &head) || !r->n || head.id != r->queue[0].id)
		return false;
	switch ((enum wire_kind)head.kind) {
	case WIRE_FILE:
		tell(p, r);
		r->file = (struct scan_file){0};
		r->has_file = true;
		return wire_unpack_file(p->packet, n, &r->file);
	case WIRE_SITES:
		return r->has_file && wire_unpack_sites(p->packet, n, &r->file);
	case WIRE_DONE:
		tell(p, r);
		forget_oldest(r);
		return true;
	}
	return false;
}

static void hear(struct pool *p, struct reader_process *r)
{
	for (;;) {
		ssize_t n = recv(r->helper.sock, p->packet, sizeof(p->packet), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			blame_oldest(p, r, "reading it brought the reader down");
			return;
		}
		if (!take_packet(p, r, (size_t)n)) {
			blame_oldest(p, r, "reading it made the reader talk nonsense");
			return;
		}
	}
}

/* --- all of them --- */

static uint64_t deadline(const struct reader_process *r)
{
	return r->since + PATIENCE_NS + r->queue[0].job.size * (SECOND_NS / BYTES_PER_SECOND);
}

/* What a reader that is gone had before it goes to a new one. */
static int restart(struct reader_process *r)
{
	int rc;

	if (r->helper.sock >= 0 || !r->n)
		return 0;
	rc = reader_start(r);
	for (size_t i = 0; i < r->n && rc == 0; i++)
		rc = reader_send(r, &r->queue[i]);
	return rc == -EPIPE || rc == -ECONNRESET ? 0 : rc;
}

/* Waits until some reader says something, or is late. */
static int wait_for_some(struct pool *p)
{
	auto_free struct pollfd *fds = xcalloc(p->n, sizeof(*fds));
	uint64_t now;
	int rc;

	for (size_t i = 0; i < p->n; i++) {
		rc = restart(&p->readers[i]);
		if (rc < 0)
			return rc;
		fds[i] = (struct pollfd){.fd = p->readers[i].n ? p->readers[i].helper.sock : -1, .events = POLLIN};
	}
	if (poll(fds, p->n, 1000) < 0 && errno != EINTR)
		return -errno;
	now = monotonic_ns();
	for (size_t i = 0; i < p->n; i++) {
		struct reader_process *r = &p->readers[i];

		if (fds[i].fd >= 0 && fds[i].revents)
			hear(p, r);
		if (r->n && r->helper.sock >= 0 && now > deadline(r))
			blame_oldest(p, r, "reading it took too long, and was given up");
	}
	return 0;
}

static struct reader_process *with_room(struct pool *p)
{
	struct reader_process *best = NULL;

	for (size_t i = 0; i < p->n; i++)
		if (p->readers[i].n < AHEAD && (!best || p->readers[i].n < best->n))
			best = &p->readers[i];
	return best;
}

int pool_submit(struct pool *p, const struct pool_job *job)
{
	struct reader_process *r;
	int rc = 0;

	while (!(r = with_room(p)) && rc == 0)
		rc = wait_for_some(p);
	if (rc == 0)
		rc = reader_start(r);
	if (rc < 0) {
		close(job->fd);
		free(job->path);
		return rc;
	}
	if (!r->n)
		r->since = monotonic_ns();
	r->queue[r->n] = (struct pending){.job = *job, .id = p->next_id++};
	/* One that is gone is noticed where it is heard. */
	reader_send(r, &r->queue[r->n++]);
	return 0;
}

int pool_finish(struct pool *p)
{
	int rc = 0;

	for (size_t i = 0; i < p->n; i++)
		while (p->readers[i].n && rc == 0)
			rc = wait_for_some(p);
	return rc;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		struct reader_process *r = &p->readers[i];

		helper_end(&r->helper);
		scan_file_fini(&r->file);
		while (r->n)
			forget_oldest(r);
	}
	free(p->readers);
	free(p);
}
