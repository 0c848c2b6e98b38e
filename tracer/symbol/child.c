/* SPDX-License-Identifier: MIT */
#include "symbol/child.h"

#include "base/err.h"
#include "base/helper.h"
#include "sandbox/sandbox.h"
#include "symbol/resolve.h"
#include "symbol/wire.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct child {
	int sock;
	struct resolver *modules[SYMBOL_MODULES_MAX];
	char reply[SYMBOL_REPLY_MAX];
	size_t len;
};

/* Returns false at the end of the conversation. *fd is -1 when none came along. */
static bool receive(struct child *c, struct symbol_request *req, int *fd)
{
	if (helper_receive(c->sock, req, sizeof(*req), fd) != (ssize_t)sizeof(*req))
		return false;
	req->path[sizeof(req->path) - 1] = '\0';
	return true;
}

static struct resolver *module_at(struct child *c, const struct symbol_request *req, int fd)
{
	struct resolver **m = &c->modules[req->place % SYMBOL_MODULES_MAX];

	if (fd >= 0) {
		resolver_close(*m);
		*m = resolver_open(req->path, fd);
	} else if (req->opens) {
		/* The descriptor was lost on the way: better no names than those of another. */
		resolver_close(*m);
		*m = NULL;
	}
	return *m;
}

static uint16_t text_len(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	return (uint16_t)(len < SYMBOL_TEXT_MAX ? len : SYMBOL_TEXT_MAX);
}

static void put(struct child *c, const void *bytes, size_t len)
{
	if (len)
		memcpy(c->reply + c->len, bytes, len);
	c->len += len;
}

static void pack(struct child *c, const struct symbol_info *info)
{
	struct symbol_reply head = {0};

	c->len = sizeof(head);
	for (size_t i = 0; i < info->nframes; i++) {
		const struct symbol_frame *f = &info->frames[i];
		struct symbol_reply_frame wire = {
			.function_len = text_len(f->function),
			.source_len = text_len(f->source),
			.inlined = f->inlined,
		};

		if (c->len + sizeof(wire) + wire.function_len + wire.source_len > sizeof(c->reply))
			break;
		put(c, &wire, sizeof(wire));
		put(c, f->function, wire.function_len);
		put(c, f->source, wire.source_len);
		head.nframes++;
	}
	memcpy(c->reply, &head, sizeof(head));
}

_Noreturn void symbol_child_main(int sock)
{
	struct child *c = xcalloc(1, sizeof(*c));
	struct symbol_request *req = xcalloc(1, sizeof(*req));
	int fd;

	if (helper_keep_only(sock) != 0)
		_exit(1);
	sock = 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A look-up must not wait for a debuginfod server. */
	unsetenv("DEBUGINFOD_URLS");
	c->sock = sock;
	if (sandbox_enter(SANDBOX_SYMBOLS) < 0)
		_exit(1);
	while (receive(c, req, &fd)) {
		struct resolver *r = module_at(c, req, fd);
		struct symbol_info info = {0};

		if (r)
			resolver_lookup(r, req->vaddr, &info);
		pack(c, &info);
		symbol_info_fini(&info);
		if (send(sock, c->reply, c->len, MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}
