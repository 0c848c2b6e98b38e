/* SPDX-License-Identifier: MIT */
#include "stack/link.h"

#include "base/cleanup.h"
#include "base/helper.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

enum {
	STALL_MS = 5000, /* a worker limits itself to two seconds of CPU time for a packet */
	DEATHS_MAX = 64,
};

struct stack_space *stack_space_ref(struct stack_space *s)
{
	s->refs++;
	return s;
}

void stack_space_unref(struct stack_space *s)
{
	if (!s || --s->refs)
		return;
	free(s->maps);
	free(s);
}

struct pending *pending_new(size_t slice_len)
{
	return xcalloc(1, sizeof(struct pending) + slice_len);
}

void pending_free(struct pending *p)
{
	if (!p)
		return;
	stack_space_unref(p->space);
	free(p->frames);
	free(p);
}

static void fifo_push(struct fifo *f, struct pending *p)
{
	p->next = NULL;
	*(f->tail ? &f->tail->next : &f->head) = p;
	f->tail = p;
	f->n++;
}

static struct pending *fifo_pop(struct fifo *f)
{
	struct pending *p = f->head;

	if (!p)
		return NULL;
	f->head = p->next;
	if (!f->head)
		f->tail = NULL;
	f->n--;
	return p;
}

void link_init(struct link *l, unsigned bits, const char *path, const struct module_files *modules)
{
	memset(l, 0, sizeof(*l));
	l->bits = bits;
	l->path = path;
	l->modules = modules;
	l->worker.sock = -1;
}

static struct wire_head head_of(enum wire_type type, size_t size)
{
	return (struct wire_head){WIRE_MAGIC, WIRE_VERSION, (uint16_t)type, (uint32_t)size, 0};
}

static _Noreturn void exec_worker(const struct link *l, int sock)
{
	char name[] = "entrytrace-unwind";
	char *const argv[] = {name, NULL};
	char *const envp[] = {NULL};
	sigset_t cpu_limit;

	/* Its own timer, worker/main.c. */
	sigemptyset(&cpu_limit);
	sigaddset(&cpu_limit, SIGPROF);
	sigprocmask(SIG_UNBLOCK, &cpu_limit, NULL);
	/* The socket is all that the worker gets. */
	if (helper_keep_only(sock) == 0 &&
	    sandbox_limits(l->bits == 32 ? SANDBOX_UNWIND_32 : SANDBOX_UNWIND_64) == 0)
		execve(l->path, argv, envp);
	_exit(127);
}

static void stop_worker(struct link *l)
{
	if (l->worker.sock < 0)
		return;
	helper_end(&l->worker);
	memset(l->modules_sent, 0, sizeof(l->modules_sent));
	memset(l->slots, 0, sizeof(l->slots));
}

/* The greeting, then the lock. */
static int greet(struct link *l, struct err *err)
{
	struct pollfd p = {.fd = l->worker.sock, .events = POLLIN};
	struct wire_hello hello;
	auto_free struct sock_filter *filter = NULL;
	size_t n;
	int rc;

	do
		rc = poll(&p, 1, STALL_MS);
	while (rc < 0 && errno == EINTR);
	if (rc != 1 || recv(l->worker.sock, &hello, sizeof(hello), 0) != (ssize_t)sizeof(hello))
		return err_set(err, -ENOEXEC, "the unwind worker %s does not start", l->path);
	if (hello.head.magic != WIRE_MAGIC || hello.head.version != WIRE_VERSION ||
	    hello.bits != l->bits)
		return err_set(err, -EPROTO, "the unwind worker %s is of another version of entrytrace",
			       l->path);
	rc = sandbox_filter(l->bits == 32 ? SANDBOX_UNWIND_32 : SANDBOX_UNWIND_64, &filter, &n);
	if (rc < 0)
		return err_set(err, rc, "cannot make the unwind worker's seccomp filter: %s",
			       strerror(-rc));
	struct wire_head head = head_of(WIRE_FILTER, sizeof(head) + n * sizeof(*filter));

	rc = helper_send(l->worker.sock, &head, sizeof(head), filter, n * sizeof(*filter), -1, 0);
	if (rc < 0)
		return err_set(err, rc, "the unwind worker %s died", l->path);
	return 0;
}

int link_start(struct link *l, struct err *err)
{
	int rc;

	if (l->worker.sock >= 0)
		return 0;
	if (access(l->path, X_OK) != 0)
		return err_set(err, -errno, "call stacks need the unwind worker %s, which is not there: make install puts it there", l->path);
	rc = helper_fork(&l->worker);
	if (rc == 1)
		exec_worker(l, l->worker.sock);
	if (rc < 0)
		return err_set(err, rc, "cannot start the unwind worker: %s", strerror(-rc));
	/* Room for a few samples, so that the worker does not wait for the tracer between two. */
	setsockopt(l->worker.sock, SOL_SOCKET, SO_SNDBUF, &(int){4 * WIRE_PACKET_MAX}, sizeof(int));
	rc = greet(l, err);
	if (rc < 0)
		stop_worker(l);
	return rc;
}

/* What was sent is lost with the worker; what was not will go to the next one. */
static void worker_died(struct link *l, link_done *done, void *ctx)
{
	struct pending *p;

	stop_worker(l);
	if (++l->deaths >= DEATHS_MAX)
		l->given_up = true;
	while ((p = fifo_pop(&l->flight)))
		done(ctx, p, NULL, NULL);
	while (l->given_up && (p = fifo_pop(&l->queue)))
		done(ctx, p, NULL, NULL);
}

static int send_modules(struct link *l, const struct stack_space *s)
{
	for (size_t i = 0; i < s->nmaps; i++) {
		uint32_t id = s->maps[i].module;

		if (!s->maps[i].exec || id >= WIRE_MODULES_MAX || id >= l->modules->n ||
		    (l->modules_sent[id / 8] >> id % 8 & 1))
			continue;
		int fd = l->modules->fd(l->modules->ctx, id);

		if (fd < 0)
			continue;
		struct wire_module msg = {.head = head_of(WIRE_MODULE, sizeof(msg)), .module = id};
		int rc = helper_send(l->worker.sock, &msg, sizeof(msg), NULL, 0, fd, MSG_DONTWAIT);

		if (rc < 0)
			return rc;
		l->modules_sent[id / 8] |= (uint8_t)(1 << id % 8);
	}
	return 0;
}

static int send_sample(struct link *l, const struct pending *p)
{
	const struct stack_space *s = p->space;
	int rc;

	if (l->slots[s->slot] != s->serial) {
		size_t bytes = s->nmaps * sizeof(*s->maps);
		struct wire_space msg = {
			.head = head_of(WIRE_SPACE, sizeof(msg) + bytes),
			.space = s->slot,
			.nmaps = (uint32_t)s->nmaps,
		};

		rc = send_modules(l, s);
		if (rc == 0)
			rc = helper_send(l->worker.sock, &msg, sizeof(msg), s->maps, bytes, -1, MSG_DONTWAIT);
		if (rc < 0)
			return rc;
		l->slots[s->slot] = s->serial;
	}
	return helper_send(l->worker.sock, &p->sample, sizeof(p->sample), p->slice, p->sample.slice_len, -1,
			   MSG_DONTWAIT);
}

static void flush(struct link *l, link_done *done, void *ctx)
{
	struct err err;
	struct pending *p;

	while (l->queue.head && !l->given_up) {
		int rc = link_start(l, &err);

		if (rc == 0)
			rc = send_sample(l, l->queue.head);
		if (rc == -EAGAIN || rc == -EINTR)
			return;
		if (rc < 0)
			worker_died(l, done, ctx);
		else if ((p = fifo_pop(&l->queue)))
			fifo_push(&l->flight, p);
	}
	while (l->given_up && (p = fifo_pop(&l->queue)))
		done(ctx, p, NULL, NULL);
}

/* A worker may have been taken over by what it reads: only a fitting answer is taken. */
static bool answer_fits(const struct wire_stack *st, size_t got, const struct pending *p)
{
	return got >= sizeof(*st) && st->head.magic == WIRE_MAGIC &&
	       st->head.version == WIRE_VERSION && st->head.type == WIRE_STACK &&
	       st->nframes <= WIRE_FRAMES_MAX && st->end < WIRE_ENDS &&
	       got == sizeof(*st) + st->nframes * sizeof(struct wire_frame) && p &&
	       st->id == p->sample.id;
}

static bool receive(struct link *l, link_done *done, void *ctx)
{
	struct {
		struct wire_stack st;
		struct wire_frame frames[WIRE_FRAMES_MAX];
	} msg;
	ssize_t got;

	if (l->worker.sock < 0)
		return false;
	got = recv(l->worker.sock, &msg, sizeof(msg), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0 || !answer_fits(&msg.st, (size_t)got, l->flight.head)) {
		worker_died(l, done, ctx);
		return true;
	}
	done(ctx, fifo_pop(&l->flight), &msg.st, msg.frames);
	return true;
}

void link_pump(struct link *l, link_done *done, void *ctx)
{
	while (receive(l, done, ctx))
		;
	flush(l, done, ctx);
}

void link_submit(struct link *l, struct pending *p, link_done *done, void *ctx)
{
	fifo_push(&l->queue, p);
	link_pump(l, done, ctx);
}

void link_wait(struct link *l, size_t limit, link_done *done, void *ctx)
{
	for (;;) {
		link_pump(l, done, ctx);
		if (l->queue.n + l->flight.n <= limit)
			return;
		struct pollfd p = {
			.fd = l->worker.sock,
			.events = (short)(POLLIN | (l->queue.n ? POLLOUT : 0)),
		};
		int rc = poll(&p, 1, STALL_MS);

		if (rc == 0)
			worker_died(l, done, ctx);
	}
}

void link_fini(struct link *l)
{
	struct pending *p;

	stop_worker(l);
	while ((p = fifo_pop(&l->queue)) || (p = fifo_pop(&l->flight)))
		pending_free(p);
}
