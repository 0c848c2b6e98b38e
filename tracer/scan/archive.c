/* SPDX-License-Identifier: MIT */
#include "scan/archive.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "scan/content.h"

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define READ_BLOCK (64u << 10)

/* A package in a layer in an image is three deep. */
#define DEPTH_MAX 5

/*
 * A bomb is what unpacks to more than this plus so many times its size. Text
 * packs by 10, zeros by 1000.
 */
#define UNPACKED_FREE (256ULL << 20)
#define UNPACKED_RATIO 250

#define MEMBERS_MAX (1u << 20)

/* One archive, and the way down to it. */
struct level {
	struct archive *archive;
	const char *name;       /* of the member that it is; "" for the file itself */
	unsigned depth;
	const struct level *outer;
};

struct unpacking {
	struct reader *reader;
	struct archive *top;
	uint64_t size;     /* of the file */
	uint64_t unpacked; /* bytes, of all levels */
	uint32_t members;
	char *fault;       /* the first one; ends it all */
};

/* A member's bytes as they come, the first ones looked at before the others. */
struct stream {
	struct unpacking *u;
	struct archive *archive;
	const uint8_t *block; /* not handed out yet */
	size_t n;
	uint64_t at;          /* where in the member it belongs */
	uint64_t next;        /* where a block without a hole before it would be */
	bool end;
	uint8_t room[READ_BLOCK];
};

static void fault(struct unpacking *u, const struct level *l, const char *what)
{
	if (!u->fault)
		u->fault = l && *l->name ? xasprintf("%s: %s", l->name, what) : xstrdup(what);
}

static bool is_bomb(struct unpacking *u)
{
	uint64_t packed = (uint64_t)archive_filter_bytes(u->top, -1);

	if (packed > u->size)
		packed = u->size;
	if (u->unpacked <= UNPACKED_FREE + UNPACKED_RATIO * packed)
		return false;
	fault(u, NULL, "it unpacks to more than 250 times its size, and was given up");
	return true;
}

/* The next block of the member. False at its end, and when it cannot be read. */
static bool next_block(struct stream *s)
{
	const void *block;
	la_int64_t at;
	size_t n;
	int rc;

	if (s->end || s->u->fault)
		return false;
	rc = archive_read_data_block(s->archive, &block, &n, &at);
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
		s->end = true;
		if (rc != ARCHIVE_EOF)
			fault(s->u, NULL, archive_error_string(s->archive) ? archive_error_string(s->archive) :
									     "a member cannot be read");
		return false;
	}
	s->block = block;
	s->n = n;
	s->at = (uint64_t)at;
	s->next = s->at + n;
	s->u->unpacked += n;
	return !is_bomb(s->u);
}

/* The member's first bytes, kept for who reads it. Returns how many. */
static size_t look_ahead(struct stream *s)
{
	size_t have = 0;

	while (have < CONTENT_BYTES && next_block(s)) {
		if (s->at != have || s->n > sizeof(s->room) - have)
			break;
		if (s->n)
			memcpy(s->room + have, s->block, s->n);
		have += s->n;
		s->n = 0;
	}
	if (have && !s->n) {
		s->block = s->room;
		s->n = have;
		s->at = 0;
		s->next = have;
		return have;
	}
	/* A large first block stands where libarchive has it. */
	if (!have && s->n && s->at == 0) {
		have = s->n < CONTENT_BYTES ? s->n : CONTENT_BYTES;
		memcpy(s->room, s->block, have);
		return have;
	}
	s->end = true;
	return 0;
}

/* --- members --- */

static void skip(struct stream *s)
{
	while (next_block(s))
		;
}

static void spool(struct stream *s, const char *member)
{
	int fd = s->u->reader->spool;
	uint64_t size = 0;

	if (fd < 0 || ftruncate(fd, 0) != 0)
		return;
	do {
		if (s->at + s->n > READER_MEMBER_MAX) {
			fault(s->u, NULL, "a member is too large to be looked into");
			return;
		}
		if (pwrite(fd, s->block, s->n, (off_t)s->at) != (ssize_t)s->n) {
			fault(s->u, NULL, "there is no room to unpack a member: see TMPDIR");
			return;
		}
		size = s->at + s->n;
	} while (next_block(s));
	reader_read_member(s->u->reader, size, member);
	/* The room is for others until the next one. */
	if (ftruncate(fd, 0) != 0)
		fault(s->u, NULL, "the room for unpacking cannot be given back");
}

static void read_members(struct unpacking *u, struct level *l);

static la_ssize_t nested_read(struct archive *a, void *ctx, const void **block)
{
	struct stream *s = ctx;

	(void)a;
	while (!s->n) {
		uint64_t expected = s->next;

		if (!next_block(s))
			return 0;
		if (s->at != expected) {
			fault(s->u, NULL, "an archive in it has holes");
			return 0;
		}
	}
	*block = s->block;
	la_ssize_t n = (la_ssize_t)s->n;

	s->n = 0;
	return n;
}

static struct archive *new_archive(void)
{
	static int (*const supports[])(struct archive *) = {
		/* Only what libarchive does by itself: no programs are run. */
		archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
		archive_read_support_filter_xz, archive_read_support_filter_lzma,
		archive_read_support_filter_zstd, archive_read_support_filter_lz4,
		archive_read_support_filter_rpm,
		archive_read_support_format_ar, archive_read_support_format_cpio,
		archive_read_support_format_tar, archive_read_support_format_zip,
		archive_read_support_format_raw, archive_read_support_format_empty,
	};
	struct archive *a = archive_read_new();

	for (size_t i = 0; a && i < sizeof(supports) / sizeof(supports[0]); i++)
		supports[i](a);
	return a;
}

static void read_nested(struct stream *s, struct level *outer, const char *member)
{
	struct level l = {.name = member, .depth = outer->depth + 1, .outer = outer};

	if (l.depth > DEPTH_MAX) {
		fault(s->u, outer, "archives are nested too deep in it");
		return;
	}
	l.archive = new_archive();
	if (!l.archive)
		return;
	/* What has an archive's first bytes and is none is no fault. */
	if (archive_read_open(l.archive, s, NULL, nested_read, NULL) == ARCHIVE_OK)
		read_members(s->u, &l);
	archive_read_free(l.archive);
}

static void read_member(struct unpacking *u, struct level *l, const char *name)
{
	auto_free struct stream *s = xcalloc(1, sizeof(*s));
	auto_free char *member = *l->name ? xasprintf("%s!%s", l->name, name) : xstrdup(name);
	size_t n;

	*s = (struct stream){.u = u, .archive = l->archive};
	n = look_ahead(s);
	switch (content_of(s->room, n)) {
	case CONTENT_ELF:
	case CONTENT_PE:
	case CONTENT_SCRIPT:
		spool(s, member);
		break;
	case CONTENT_ARCHIVE:
		read_nested(s, l, member);
		break;
	case CONTENT_OTHER:
		break;
	}
	/* libarchive would unpack the rest by itself, without an eye on how much it is. */
	if (archive_format(l->archive) != ARCHIVE_FORMAT_RAW && archive_filter_count(l->archive) > 1)
		skip(s);
}

static void read_members(struct unpacking *u, struct level *l)
{
	struct archive_entry *entry;
	int rc;

	while (!u->fault && (rc = archive_read_next_header(l->archive, &entry)) != ARCHIVE_EOF) {
		const char *name;

		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN && rc != ARCHIVE_RETRY) {
			fault(u, l, archive_error_string(l->archive) ? archive_error_string(l->archive) :
								       "it cannot be read");
			return;
		}
		if (++u->members > MEMBERS_MAX) {
			fault(u, l, "it has more members than are looked at");
			return;
		}
		name = archive_entry_pathname_utf8(entry);
		if (!name)
			name = archive_entry_pathname(entry);
		if (archive_format(l->archive) == ARCHIVE_FORMAT_RAW)
			name = "unpacked";
		if (archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) &&
		    !(archive_entry_size_is_set(entry) && archive_entry_size(entry) == 0))
			read_member(u, l, name ? name : "?");
	}
}

void archive_read_all(struct reader *r, int fd, uint64_t size)
{
	struct unpacking u = {.reader = r, .size = size};
	struct level l = {.name = ""};
	auto_free char *why = NULL;

	l.archive = u.top = new_archive();
	if (!l.archive)
		return;
	if (lseek(fd, 0, SEEK_SET) == 0 && archive_read_open_fd(l.archive, fd, READ_BLOCK) == ARCHIVE_OK)
		read_members(&u, &l);
	else
		fault(&u, NULL, archive_error_string(l.archive) ? archive_error_string(l.archive) : "it cannot be read");
	archive_read_free(l.archive);
	if (u.fault) {
		struct scan_file f = {.kind = SCAN_ARCHIVE, .abi = ABIS, .type = ELF_TYPE_OTHER, .fault = u.fault};

		r->found(r->ctx, &f);
		scan_file_fini(&f);
	}
}
