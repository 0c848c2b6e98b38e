/* SPDX-License-Identifier: MIT */
/* What the program in the kernel told of files, programs and their ends. */
#include "base/cleanup.h"
#include "elf/segments.h"
#include "kernel/internal.h"
#include "tracee/procfs.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

pid_t book_reach(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	return pid > 0 && faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0 ? pid : getpid();
}

static struct kernel_known_file *find_file(const struct kernel_book *b, uint64_t dev, uint64_t inode)
{
	struct kernel_file_key key = {.dev = dev, .inode = inode};
	struct kernel_known_file *f;

	HASH_FIND(hh, b->files, &key, sizeof(key), f);
	return f;
}

const char *book_path(const struct kernel_book *b, uint64_t dev, uint64_t inode)
{
	const struct kernel_known_file *f = find_file(b, dev, inode);

	return f ? f->path : NULL;
}

/* Names that come leaf first, as a path. */
static char *path_of(const struct kernel_file *r)
{
	uint32_t n = r->n <= sizeof(r->names) ? r->n : sizeof(r->names), end = n;
	char *path = xcalloc(1, (size_t)n + 24), *p = path;

	if (r->cut)
		p = stpcpy(p, "...");
	while (end > 0) {
		uint32_t begin = end - 1;

		while (begin > 0 && r->names[begin - 1])
			begin--;
		*p++ = '/';
		for (uint32_t i = begin; i < end && r->names[i]; i++)
			*p++ = (char)r->names[i];
		end = begin;
	}
	if (p == path)
		*p++ = '/';
	/* As /proc/PID/maps has it. */
	if (r->deleted)
		p = stpcpy(p, " (deleted)");
	*p = '\0';
	return path;
}

static void learn_file(struct kernel_book *b, const struct kernel_file *r)
{
	struct kernel_known_file *f = find_file(b, kernel_dev(r->major, r->minor), r->inode);
	char *path = path_of(r);

	/* A number that is used again for another file. */
	if (f && strcmp(f->path, path) != 0) {
		free(f->path);
		f->path = path;
		f->asked = false;
		return;
	}
	if (f) {
		free(path);
		return;
	}
	f = xcalloc(1, sizeof(*f));
	f->key = (struct kernel_file_key){.dev = kernel_dev(r->major, r->minor), .inode = r->inode};
	f->path = path;
	HASH_ADD(hh, b->files, key, sizeof(f->key), f);
}

/* Which ABI a program file is for, as its header says; ABIS where it cannot be read. */
static enum abi abi_of_file(struct kernel_known_file *f, pid_t pid)
{
	const struct map map = {.inode = f->key.inode, .dev = f->key.dev, .path = f->path};
	struct elf_segments segments;
	auto_close int fd = -1;

	if (f->asked)
		return f->abi;
	f->abi = ABIS;
	fd = module_open_file(book_reach(pid), &map);
	if (fd < 0)
		return ABIS;
	f->asked = true;
	elf_segments_read(fd, &segments);
	f->abi = segments.abi;
	elf_segments_fini(&segments);
	return f->abi;
}

static bool matches(const char *pattern, const char *path)
{
	const char *name = strrchr(path, '/');

	return fnmatch(pattern, path, 0) == 0 || (name && fnmatch(pattern, name + 1, 0) == 0);
}

static struct kernel_known_space *find_space(const struct kernel_book *b, uint64_t id)
{
	struct kernel_known_space *s;

	HASH_FIND(hh, b->spaces, &id, sizeof(id), s);
	return s;
}

static struct kernel_known_space *add_space(struct kernel_book *b, uint64_t id, pid_t pid)
{
	struct kernel_known_space *s = xcalloc(1, sizeof(*s));

	s->id = id;
	s->pid = pid;
	s->seen = b->collections;
	HASH_ADD(hh, b->spaces, id, sizeof(s->id), s);
	return s;
}

static void count_tasks(struct kernel_book *b, const struct kernel_known_space *s, uint64_t processes,
			uint64_t threads)
{
	if (s->ignored)
		return;
	b->tally->images[s->image].processes += processes;
	b->tally->images[s->image].threads += threads;
}

/* What the process was before its execve. */
static void retire(struct kernel_book *b, pid_t pid)
{
	struct kernel_known_space *s, *next;

	HASH_ITER(hh, b->spaces, s, next)
		if (s->pid == pid)
			s->pid = 0;
}

static void learn_space(struct kernel_book *b, const struct kernel_space *r)
{
	struct kernel_known_file *f = find_file(b, kernel_dev(r->major, r->minor), r->inode);
	struct kernel_known_space *s = find_space(b, r->head.space);
	enum abi abi;

	b->began = true;
	if (s)
		return;
	if (r->execed)
		retire(b, (pid_t)r->head.pid);
	s = add_space(b, r->head.space, (pid_t)r->head.pid);
	abi = f ? abi_of_file(f, s->pid) : ABIS;
	if (abi == ABIS || (abi == ABI_I386) != (r->image32 != 0))
		abi = r->image32 ? ABI_I386 : ABI_X86_64;
	s->image64 = !r->image32;
	s->ignored = b->programs && !(f && matches(b->programs, f->path));
	if (s->ignored)
		return;
	s->image = tally_image(b->tally, f ? f->path : "?", abi);
	count_tasks(b, s, 1, r->execed ? 1 : r->threads);
}

struct kernel_known_space *book_space(struct kernel_book *b, uint64_t id, pid_t pid, bool image64)
{
	struct kernel_known_space *s = find_space(b, id);
	auto_free char *exe = NULL;

	if (s)
		return s;
	/* Its record was lost. */
	s = add_space(b, id, pid);
	exe = pid > 0 ? procfs_link(pid, "exe") : NULL;
	s->image64 = image64;
	s->image = tally_image(b->tally, exe ? exe : "?", image64 ? ABI_X86_64 : ABI_I386);
	count_tasks(b, s, 1, 1);
	return s;
}

static void learn_fork(struct kernel_book *b, const struct kernel_fork *r)
{
	struct kernel_known_space *parent = find_space(b, r->head.space), *child;

	if (!parent)
		return;
	child = find_space(b, r->child_space);
	if (!child) {
		child = add_space(b, r->child_space, (pid_t)r->child);
		child->image = parent->image;
		child->image64 = parent->image64;
		child->ignored = parent->ignored;
	}
	count_tasks(b, child, !r->thread, 1);
}

static void learn_end(struct kernel_book *b, const struct kernel_end *r)
{
	struct kernel_ended *e;
	pid_t pid = (pid_t)r->head.pid;

	b->user_ns += r->user_ns;
	b->system_ns += r->system_ns;
	HASH_FIND_INT(b->ended, &pid, e);
	if (!e) {
		e = xcalloc(1, sizeof(*e));
		e->pid = pid;
		HASH_ADD_INT(b->ended, pid, e);
	}
	e->status = (int)r->exit_code;
}

void book_record(struct kernel_book *b, const void *record, size_t size)
{
	const struct kernel_record *head = record;

	if (size < sizeof(*head))
		return;
	switch ((enum kernel_record_type)head->type) {
	case RECORD_SITE:
		if (size >= sizeof(struct kernel_site))
			place_site(b, record);
		break;
	case RECORD_CALLED:
		if (size >= sizeof(struct kernel_called))
			place_site(b, record);
		break;
	case RECORD_THUNK:
		if (size >= sizeof(struct kernel_thunk))
			place_site(b, record);
		break;
	case RECORD_FILE:
		if (size >= sizeof(struct kernel_file))
			learn_file(b, record);
		break;
	case RECORD_SPACE:
		if (size >= sizeof(struct kernel_space))
			learn_space(b, record);
		break;
	case RECORD_FORK:
		if (size >= sizeof(struct kernel_fork))
			learn_fork(b, record);
		break;
	case RECORD_END:
		if (size >= sizeof(struct kernel_end))
			learn_end(b, record);
		break;
	}
}

/* Collections between two looks at who has ended, and the age at which what was told is forgotten. */
#define TIDY_EVERY 8u
#define KEPT 2u
#define FILES_MAX 16384u

static void tidy_spaces(struct kernel_book *b)
{
	struct kernel_known_space *s, *next;

	HASH_ITER(hh, b->spaces, s, next) {
		if (s->seen + KEPT >= b->collections)
			continue;
		if (s->pid > 0 && (kill(s->pid, 0) == 0 || errno == EPERM))
			continue;
		/* If others still share it, it will be told again. */
		bpf_map_delete_elem(b->spaces_fd, &s->id);
		HASH_DEL(b->spaces, s);
		free(s);
	}
}

static void tidy_files(struct kernel_book *b)
{
	struct kernel_known_file *f, *next;

	if (HASH_COUNT(b->files) < FILES_MAX)
		return;
	HASH_ITER(hh, b->files, f, next) {
		/* struct file_id of the program: inode and device, as a number of the kernel's own. */
		const uint64_t id[2] = {f->key.inode, (f->key.dev >> 32) << 20 | (f->key.dev & 0xfffff)};

		bpf_map_delete_elem(b->files_fd, id);
		HASH_DEL(b->files, f);
		free(f->path);
		free(f);
	}
}

void book_tidy(struct kernel_book *b)
{
	struct kernel_place *p, *next;

	b->collections++;
	HASH_ITER(hh, b->places, p, next) {
		if (p->told + KEPT >= b->collections)
			continue;
		place_forget(b, p);
	}
	if (b->collections % TIDY_EVERY)
		return;
	tidy_spaces(b);
	tidy_files(b);
}

void book_fini(struct kernel_book *b)
{
	struct kernel_known_file *f, *next_file;
	struct kernel_known_space *s, *next_space;
	struct kernel_place *p, *next_place;
	struct kernel_ended *e, *next_ended;

	HASH_ITER(hh, b->files, f, next_file) {
		HASH_DEL(b->files, f);
		free(f->path);
		free(f);
	}
	HASH_ITER(hh, b->spaces, s, next_space) {
		HASH_DEL(b->spaces, s);
		free(s);
	}
	HASH_ITER(hh, b->places, p, next_place) {
		place_forget(b, p);
	}
	HASH_ITER(hh, b->ended, e, next_ended) {
		HASH_DEL(b->ended, e);
		free(e);
	}
}
