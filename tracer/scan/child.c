/* SPDX-License-Identifier: MIT */
#include "scan/child.h"

#include "base/err.h"
#include "base/helper.h"
#include "sandbox/sandbox.h"
#include "scan/reader.h"
#include "scan/wire.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct child {
	uint64_t id; /* of the request that is answered */
	struct wire_packet packet;
};

static void send_packet(const struct child *c)
{
	/* Nobody listens any more. */
	if (send(SANDBOX_SCAN_SOCKET, c->packet.bytes, c->packet.n, MSG_NOSIGNAL) < 0)
		_exit(0);
}

static void found(void *ctx, struct scan_file *f)
{
	struct child *c = ctx;

	wire_pack_file(c->id, f, &c->packet);
	send_packet(c);
	for (size_t next = 0; next < f->nsites;) {
		wire_pack_sites(c->id, f, &next, &c->packet);
		send_packet(c);
	}
}

/* The socket and the spool get the numbers that the filter knows; all that was inherited goes. */
static void keep_only(int sock, int spool)
{
	int high_sock = fcntl(sock, F_DUPFD, 64), high_spool = spool < 0 ? -1 : fcntl(spool, F_DUPFD, 64);

	if (high_sock < 0 || dup2(high_sock, SANDBOX_SCAN_SOCKET) < 0)
		_exit(1);
	if (high_spool < 0)
		close(SANDBOX_SCAN_SPOOL);
	else if (dup2(high_spool, SANDBOX_SCAN_SPOOL) < 0)
		_exit(1);
	if (close_range(SANDBOX_SCAN_SPOOL + 1, ~0U, 0) < 0)
		_exit(1);
}

_Noreturn void scan_child_main(int sock, int spool)
{
	struct child *c = xcalloc(1, sizeof(*c));
	struct reader reader = {.found = found, .ctx = c, .spool = spool < 0 ? -1 : SANDBOX_SCAN_SPOOL};
	struct wire_request request;
	sigset_t none;
	int fd;

	keep_only(sock, spool);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Ctrl-C is for the scan, which then ends this. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sandbox_enter(SANDBOX_SCAN) < 0)
		_exit(1);
	while (helper_receive(SANDBOX_SCAN_SOCKET, &request, sizeof(request), &fd) == (ssize_t)sizeof(request)) {
		c->id = request.id;
		if (fd >= 0) {
			reader_read(&reader, fd);
			close(fd);
		}
		wire_pack_done(c->id, &c->packet);
		send_packet(c);
	}
	_exit(0);
}
