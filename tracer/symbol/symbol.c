/* SPDX-License-Identifier: MIT */
#include "symbol/symbol.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/helper.h"
#include "base/vec.h"
#include "symbol/child.h"
#include "symbol/reply.h"
#include "symbol/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <uthash.h>

/* A large DWARF file takes some seconds to index; one that takes longer is broken. */
enum { ANSWER_TIMEOUT_MS = 30000, DEATHS_MAX = 16 };

struct module_key {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

struct module {
	struct module_key key;
	bool bad; /* it brought a child down */
	UT_hash_handle hh;
};

struct symbols {
	struct helper child;
	unsigned deaths, answers;
	struct module *modules; /* by key */
	struct {
		struct module *module; /* that the living child has open there; or NULL */
		uint64_t used;
	} places[SYMBOL_MODULES_MAX];
	uint32_t nplaces; /* that its limit of open files allows */
	uint64_t requests;
	char reply[SYMBOL_REPLY_MAX];
};

/* A module takes up to three files: itself, its debug information, and what that shares with others. */
static uint32_t places_allowed(void)
{
	struct rlimit limit;
	uint32_t n = SYMBOL_MODULES_MAX;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 < n)
		n = (uint32_t)limit.rlim_cur / 4;
	return n ? n : 1;
}

struct symbols *symbols_new(void)
{
	struct symbols *s = xcalloc(1, sizeof(*s));

	s->child.sock = -1;
	s->nplaces = places_allowed();
	return s;
}

static void child_stop(struct symbols *s)
{
	if (s->child.sock < 0)
		return;
	helper_end(&s->child);
	memset(s->places, 0, sizeof(s->places));
}

void symbols_free(struct symbols *s)
{
	struct module *m, *next;

	if (!s)
		return;
	child_stop(s);
	HASH_ITER(hh, s->modules, m, next)
	{
		HASH_DEL(s->modules, m);
		free(m);
	}
	free(s);
}

static int child_start(struct symbols *s)
{
	int rc;

	if (s->child.sock >= 0)
		return 0;
	if (s->deaths >= DEATHS_MAX)
		return -ECHILD;
	rc = helper_fork(&s->child);
	if (rc == 1)
		symbol_child_main(s->child.sock);
	return rc;
}

static struct module *module_of(struct symbols *s, int fd)
{
	struct stat st;
	struct module_key key;
	struct module *m;

	if (fstat(fd, &st) < 0)
		return NULL;
	memset(&key, 0, sizeof(key)); /* padding is hashed too */
	key.dev = st.st_dev;
	key.ino = st.st_ino;
	key.size = st.st_size;
	key.mtime = st.st_mtim;
	key.ctime = st.st_ctim;
	HASH_FIND(hh, s->modules, &key, sizeof(key), m);
	if (!m) {
		m = xcalloc(1, sizeof(*m));
		m->key = key;
		HASH_ADD(hh, s->modules, key, sizeof(m->key), m);
	}
	return m;
}

/* Where the child has it, or may have it instead of the one that was longest not asked for. */
static uint32_t place_of(const struct symbols *s, const struct module *m)
{
	uint32_t oldest = 0;

	for (uint32_t i = 0; i < s->nplaces; i++) {
		if (s->places[i].module == m)
			return i;
		if (s->places[i].used < s->places[oldest].used)
			oldest = i;
	}
	return oldest;
}

static int request(struct symbols *s, struct module *m, const char *path, int fd, uint64_t vaddr)
{
	uint32_t place = place_of(s, m);
	struct symbol_request req = {.place = place, .opens = s->places[place].module != m, .vaddr = vaddr};
	int rc;

	snprintf(req.path, sizeof(req.path), "%s", path);
	rc = helper_send(s->child.sock, &req, sizeof(req), NULL, 0, req.opens ? fd : -1, 0);
	if (rc < 0)
		return rc;
	s->places[place].module = m;
	s->places[place].used = ++s->requests;
	return 0;
}

/* Returns the reply's length, or a negative errno: the child is dead or stuck. */
static ssize_t answer(struct symbols *s)
{
	struct pollfd p = {.fd = s->child.sock, .events = POLLIN};
	int rc;

	do
		rc = poll(&p, 1, ANSWER_TIMEOUT_MS);
	while (rc < 0 && errno == EINTR);
	if (rc <= 0)
		return rc == 0 ? -ETIMEDOUT : -errno;
	ssize_t got = recv(s->child.sock, s->reply, sizeof(s->reply), 0);

	return got > 0 ? got : -EPIPE;
}

int symbols_resolve(struct symbols *s, const char *path, int fd, uint64_t elf_vaddr,
		    struct symbol_info *out)
{
	*out = (struct symbol_info){0};
	struct module *m = module_of(s, fd);

	if (!m)
		return -EBADF;
	if (m->bad)
		return -ENOEXEC;
	int rc = child_start(s);

	if (rc < 0)
		return rc;
	rc = request(s, m, path, fd, elf_vaddr);
	ssize_t got = rc < 0 ? rc : answer(s);

	if (got < 0) {
		child_stop(s);
		s->deaths++;
		m->bad = true;
		return (int)got;
	}
	s->answers++;
	symbol_reply_parse(s->reply, (size_t)got, out);
	return out->nframes ? 0 : -ENOENT;
}

bool symbols_useless(const struct symbols *s)
{
	return s->deaths && !s->answers;
}

void symbol_info_fini(struct symbol_info *info)
{
	for (size_t i = 0; i < info->nframes; i++) {
		free(info->frames[i].function);
		free(info->frames[i].source);
	}
	free(info->frames);
	*info = (struct symbol_info){0};
}
