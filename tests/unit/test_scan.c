/* SPDX-License-Identifier: MIT */
/*
 * Is there a hidden entry? This process stands in for a tracee: it maps pages
 * of tests/helpers/hits below 4 GiB, where 32-bit programs have theirs.
 */
#include "unit.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "elf/boundary.h"
#include "stub/scan.h"
#include "tracee/maps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define HITS "tests/helpers/hits"
#define AT ((uint8_t *)0x50000000)

struct world {
	int fd; /* a file of its own with the content of HITS, which tests may write to */
	char path[40];
	uint8_t *file;
	size_t size;
	struct scan_cache *cache;
	struct scanned *done;
	struct scan_rule rule;
	char *why;
};

static int begin(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct stat st;
	int fd = open(HITS, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	w->size = (size_t)st.st_size;
	w->file = xcalloc(1, w->size);
	assert_int_equal(read(fd, w->file, w->size), w->size);
	close(fd);
	strcpy(w->path, "test_scan.XXXXXX");
	w->fd = mkstemp(w->path);
	assert_true(w->fd >= 0);
	assert_int_equal(write(w->fd, w->file, w->size), w->size);
	w->cache = scan_cache_new();
	w->done = scanned_new();
	w->rule = (struct scan_rule){.pad_offset = 0x5e9, .from = 0x40000000, .raw = true};
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	munmap(AT, 1 << 20);
	unlink(w->path);
	close(w->fd);
	free(w->file);
	free(w->why);
	scan_cache_free(w->cache);
	scanned_free(w->done);
	free(w);
	return 0;
}

/* Where the page of that name is in the file. */
static off_t page_of(const struct world *w, const char *name)
{
	char text[17];

	snprintf(text, sizeof(text), "page:%-11s", name);
	for (size_t at = 0; at + PAGE <= w->size; at += PAGE)
		if (memcmp(w->file + at + 0xff0, text, 15) == 0)
			return (off_t)at;
	fail_msg("no page %s", name);
	return -1;
}

static uint8_t *map_page(struct world *w, uint8_t *at, const char *name, int flags)
{
	uint8_t *p = mmap(at, PAGE, PROT_READ | PROT_EXEC, flags | MAP_FIXED, w->fd, page_of(w, name));

	assert_ptr_equal(p, at);
	return p;
}

static uint8_t *map_anonymous(uint8_t *at, size_t size)
{
	uint8_t *p = mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	assert_ptr_equal(p, at);
	return p;
}

static void protect(uint8_t *p, size_t size, int prot)
{
	assert_int_equal(mprotect(p, size, prot), 0);
}

static void forget(struct world *w)
{
	scanned_free(w->done);
	w->done = scanned_new();
}

static int scan_now(struct world *w, pid_t pid, const struct scan_range *ours, size_t nours)
{
	struct maps *maps = maps_read(pid);
	int rc = scan_space(pid, maps, &w->rule, w->cache, w->done, ours, nours, &w->why);

	maps_unref(maps);
	return rc;
}

static int scan(struct world *w)
{
	free(w->why);
	return scan_now(w, getpid(), NULL, 0);
}

static void expect_clean(struct world *w)
{
	int rc = scan(w);

	if (w->why)
		print_message("# %s\n", w->why);
	assert_int_equal(rc, 0);
	assert_null(w->why);
}

static void expect_hidden(struct world *w, const char *clause)
{
	assert_int_equal(scan(w), 1);
	assert_non_null(w->why);
	if (!strstr(w->why, clause))
		fail_msg("\"%s\" does not say \"%s\"", w->why, clause);
}

static void bytes_inside_of_instructions_are_harmless(void **state)
{
	static const char *const names[] = {"harmless", "inside", "symbol", "in-step", "data"};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		map_page(w, AT, names[i], MAP_PRIVATE);
		expect_clean(w);
	}
}

static void instructions_are_found(void **state)
{
	static const struct {
		const char *name, *clause;
	} pages[] = {
		{"begins", "a syscall instruction in test_scan."},
		{"prefixed", "a sysenter instruction in "},
		{"bare", "a syscall instruction in "},
		{"branch", "what may be a syscall instruction in "},
		{"disagree", "what may be a syscall instruction in "},
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(pages); i++) {
		map_page(w, AT, pages[i].name, MAP_PRIVATE);
		expect_hidden(w, pages[i].clause);
		/* From the cache too. */
		expect_hidden(w, pages[i].clause);
	}
	/* None of it matters in a 64-bit image. */
	w->rule.raw = false;
	expect_clean(w);
}

static void link_time_addresses_are_named(void **state)
{
	struct world *w = *state;
	auto_free char *where = NULL;

	map_page(w, AT, "begins", MAP_PRIVATE);
	/* .text begins with the first page, at 0x8049000 in the file as linked. */
	where = xasprintf("+%#lx", 0x8049005 + (unsigned long)(page_of(w, "begins") - page_of(w, "harmless")));
	expect_hidden(w, where);
}

static void int80_matters_at_its_place_only(void **state)
{
	struct world *w = *state;

	for (int raw = 0; raw < 2; raw++) {
		w->rule = (struct scan_rule){.pad_offset = 0x5e9, .from = 0x40000000, .raw = raw};
		map_page(w, AT, "int80", MAP_PRIVATE);
		expect_hidden(w, "an int 0x80 in the landing pad's place of a page");
		w->rule.pad_offset = 0x5ea;
		expect_clean(w);
		/* Below the allowed addresses. */
		forget(w);
		w->rule.pad_offset = 0x5e9;
		w->rule.from = 0x60000000;
		expect_clean(w);
		w->rule.from = 0x40000000;
		map_page(w, AT, "int80-in", MAP_PRIVATE);
		forget(w);
		expect_clean(w);
	}
}

static void writable_and_shared_code_cannot_be_proven(void **state)
{
	struct world *w = *state;

	map_page(w, AT, "harmless", MAP_SHARED);
	expect_hidden(w, "shared code at 0x50000000");
	map_page(w, AT, "harmless", MAP_PRIVATE);
	protect(AT, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	expect_hidden(w, "writable code at 0x50000000");
	protect(AT, PAGE, PROT_READ | PROT_WRITE);
	expect_clean(w);
}

static void memory_without_a_file_must_be_free_of_the_bytes(void **state)
{
	struct world *w = *state;
	uint8_t *p = map_anonymous(AT, PAGE);

	memset(p, 0x90, PAGE);
	protect(p, PAGE, PROT_READ | PROT_EXEC);
	expect_clean(w);
	protect(p, PAGE, PROT_READ | PROT_WRITE);
	memcpy(p + 100, "\xb8\x0f\x05\x00\x00", 5);
	protect(p, PAGE, PROT_READ | PROT_EXEC);
	expect_hidden(w, "what may be a syscall instruction at 0x50000065");
}

/* Written to while it was no code, without a scan in between. */
static void what_was_written_to_is_looked_at_again(void **state)
{
	struct world *w = *state;
	uint8_t *p = map_page(w, AT, "harmless", MAP_PRIVATE);

	expect_clean(w);
	protect(p, PAGE, PROT_READ | PROT_WRITE);
	memcpy(p + 1, "\x0f\x05", 2);
	protect(p, PAGE, PROT_READ | PROT_EXEC);
	expect_hidden(w, "syscall instruction in ");
	protect(p, PAGE, PROT_READ | PROT_WRITE);
	memcpy(p + 1, "\x90\x90", 2);
	protect(p, PAGE, PROT_READ | PROT_EXEC);
	expect_clean(w);
	/* The file says nothing of bytes that are not its own. */
	p = map_page(w, AT, "inside", MAP_PRIVATE);
	expect_clean(w);
	protect(p, PAGE, PROT_READ | PROT_WRITE);
	p[0] = 0x90;
	protect(p, PAGE, PROT_READ | PROT_EXEC);
	expect_hidden(w, "what may be a syscall instruction in ");
}

static void a_rewritten_file_is_another(void **state)
{
	struct world *w = *state;

	map_page(w, AT, "harmless", MAP_PRIVATE);
	expect_clean(w);
	expect_clean(w);
	assert_int_equal(pwrite(w->fd, "\x0f\x34\xc3", 3, page_of(w, "harmless")), 3);
	map_page(w, AT, "harmless", MAP_PRIVATE);
	expect_hidden(w, "a sysenter instruction in ");
}

static void what_was_looked_at_is_known(void **state)
{
	struct world *w = *state;
	uint64_t at = (uintptr_t)AT;
	struct scanned *copy;

	map_page(w, AT, "harmless", MAP_PRIVATE);
	memset(map_anonymous(AT + (size_t)2 * PAGE, PAGE), 0x90, PAGE);
	protect(AT + (size_t)2 * PAGE, PAGE, PROT_READ | PROT_EXEC);
	assert_false(scanned_overlap(w->done, 0, UINT64_MAX));
	expect_clean(w);
	copy = scanned_copy(w->done);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(scanned_overlap(w->done, at + PAGE - 1, 1));
		assert_false(scanned_overlap(w->done, at + PAGE, PAGE));
		assert_true(scanned_overlap(w->done, at + PAGE, PAGE + 1));
		assert_false(scanned_overlap(w->done, at - PAGE, PAGE));
		assert_true(scanned_overlap(w->done, at - PAGE, UINT64_MAX));
		scanned_free(w->done);
		w->done = i ? scanned_new() : copy;
	}
	/* What is gone is forgotten. */
	expect_clean(w);
	protect(AT, PAGE, PROT_READ);
	expect_clean(w);
	assert_false(scanned_overlap(w->done, at, PAGE));
}

static void hits_reach_across_ends(void **state)
{
	enum { BIG = 768 << 10 };
	struct world *w = *state;
	uint8_t *p;

	/* From page to page of a mapping. */
	p = mmap(AT, (size_t)2 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, w->fd,
		 page_of(w, "end-of-0f"));
	assert_ptr_equal(p, AT);
	expect_hidden(w, "syscall instruction in ");
	/* From mapping to mapping: neither is anything alone. */
	munmap(AT, (size_t)2 * PAGE);
	map_page(w, AT, "end-of-0f", MAP_PRIVATE);
	expect_clean(w);
	map_page(w, AT + (size_t)2 * PAGE, "begin-of-05", MAP_PRIVATE);
	expect_clean(w);
	map_anonymous(AT + PAGE, PAGE)[0] = 0x05;
	expect_clean(w);
	protect(AT + PAGE, PAGE, PROT_READ | PROT_EXEC);
	expect_hidden(w, "syscall instruction in ");
	munmap(AT, (size_t)3 * PAGE);
	/* Wherever what is read at a time may end. */
	for (size_t at = PAGE - 1; at + 1 < BIG; at += PAGE) {
		if (at > (size_t)4 * PAGE && (at + 1) % (64 << 10) > PAGE)
			continue;
		p = map_anonymous(AT, BIG);
		memcpy(p + at, "\x0f\x34", 2);
		protect(p, BIG, PROT_READ | PROT_EXEC);
		expect_hidden(w, "what may be a sysenter instruction at 0x500");
		assert_int_equal(strtoul(strstr(w->why, "0x"), NULL, 16), (uintptr_t)p + at);
	}
	for (size_t at = 0; at < 200; at++) {
		p = map_anonymous(AT, BIG);
		memcpy(p + (256 << 10) - 100 + at, "\x0f\x05", 2);
		protect(p, BIG, PROT_READ | PROT_EXEC);
		expect_hidden(w, "what may be a syscall instruction at 0x500");
	}
}

static void ranges_of_ones_own_are_left_out(void **state)
{
	struct world *w = *state;
	uint8_t *p = map_anonymous(AT, (size_t)4 * PAGE);
	struct scan_range ours[] = {{(uintptr_t)p + (size_t)2 * PAGE, (uintptr_t)p + (size_t)3 * PAGE},
				    {(uintptr_t)p - PAGE, (uintptr_t)p + PAGE}};

	memcpy(p + 7, "\x0f\x05", 2);
	memcpy(p + (size_t)2 * PAGE, "\x0f\x05", 2);
	protect(p, (size_t)4 * PAGE, PROT_READ | PROT_EXEC);
	assert_int_equal(scan_now(w, getpid(), ours, 2), 0);
	assert_int_equal(scan_now(w, getpid(), ours, 1), 1);
	free(w->why);
	assert_int_equal(scan_now(w, getpid(), ours + 1, 1), 1);
}

static void a_process_that_is_gone_is_no_verdict(void **state)
{
	struct world *w = *state;

	assert_int_equal(scan_now(w, INT32_MAX, NULL, 0), -ESRCH);
	assert_null(w->why);
}

static void a_file_that_is_cut_short_proves_nothing(void **state)
{
	struct world *w = *state;

	map_page(w, AT, "inside", MAP_PRIVATE);
	/* No section headers, as packers leave it. */
	assert_int_equal(pwrite(w->fd, "\0\0\0\0", 4, 32), 4);
	expect_hidden(w, "what may be a syscall instruction in ");
	/* No call frame information, no symbols: the page's start is too near for more. */
	assert_int_equal(pwrite(w->fd, w->file, 64, 0), 64);
	assert_int_equal(ftruncate(w->fd, page_of(w, "data") + PAGE), 0);
	expect_hidden(w, "what may be a syscall instruction in ");
	assert_int_equal(pwrite(w->fd, "#!/bin/sh\n", 10, 0), 10);
	expect_hidden(w, "what may be a syscall instruction in ");
}

/* Whatever the file says, the answer comes, and in bounds. */
static void hostile_files_do_no_harm(void **state)
{
	struct world *w = *state;
	size_t tail = (size_t)page_of(w, "data") + PAGE;
	uint8_t *copy = xcalloc(1, w->size);
	unsigned seed = 1;

	for (unsigned round = 0; round < 3000; round++) {
		struct boundaries *b;
		uint64_t start;

		memcpy(copy, w->file, w->size);
		for (unsigned k = 0; k < 1 + round % 8; k++) {
			/* Headers, frames, symbols and section headers, not the pages themselves. */
			size_t at = (seed = seed * 1103515245 + 12345) / 65536 % (148 + w->size - tail);

			at = at < 148 ? at : tail + at - 148;
			copy[at] = (uint8_t)((seed = seed * 1103515245 + 12345) >> 16);
			if (round & 1)
				copy[at] = round & 2 ? 0xff : 0x80;
		}
		assert_int_equal(pwrite(w->fd, copy, w->size, 0), w->size);
		b = boundaries_open(w->fd);
		for (size_t at = 0; b && at < w->size; at += 509) {
			start = at;
			boundaries_find(b, at, &start);
			boundaries_vaddr(b, at);
		}
		boundaries_free(b);
		if (round % 16)
			continue;
		map_page(w, AT, "inside", MAP_PRIVATE);
		forget(w);
		assert_in_range(scan(w), 0, 1);
	}
	free(copy);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_inside_of_instructions_are_harmless),
		TEST(instructions_are_found),
		TEST(link_time_addresses_are_named),
		TEST(int80_matters_at_its_place_only),
		TEST(writable_and_shared_code_cannot_be_proven),
		TEST(memory_without_a_file_must_be_free_of_the_bytes),
		TEST(what_was_written_to_is_looked_at_again),
		TEST(a_rewritten_file_is_another),
		TEST(what_was_looked_at_is_known),
		TEST(hits_reach_across_ends),
		TEST(ranges_of_ones_own_are_left_out),
		TEST(a_process_that_is_gone_is_no_verdict),
		TEST(a_file_that_is_cut_short_proves_nothing),
		TEST(hostile_files_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
