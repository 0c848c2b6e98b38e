/* SPDX-License-Identifier: MIT */
/* What the program in the kernel sends, made by hand: files, programs, sites, and records that make no sense. */
#include "kernel/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PROGRAM 7
#define CODE 0x8049000u

struct rig {
	struct tally tally;
	struct modules modules;
	struct vdso_facts vdso;
	struct kernel_book book;
};

static void start(struct rig *r)
{
	*r = (struct rig){0};
	r->book = (struct kernel_book){.tally = &r->tally, .modules = &r->modules, .vdso = &r->vdso,
				       .spaces_fd = -1, .files_fd = -1};
}

static void stop(struct rig *r)
{
	book_fini(&r->book);
	tally_fini(&r->tally);
	modules_fini(&r->modules);
}

static void send_file(struct rig *r, const char *names, uint32_t n, uint32_t cut, uint32_t deleted)
{
	struct kernel_file f = {.head = {.type = RECORD_FILE}, .inode = 5, .major = 8, .minor = 1, .n = n,
				.cut = cut, .deleted = deleted};

	memcpy(f.names, names, n < sizeof(f.names) ? n : sizeof(f.names));
	book_record(&r->book, &f, sizeof(f));
}

static void paths_are_put_together(void **state)
{
	static const struct {
		const char *names;
		uint32_t n, cut, deleted;
		const char *path;
	} rows[] = {
		{"mix\0samples\0work", 17, 0, 0, "/work/samples/mix"},
		{"mix", 4, 0, 1, "/mix (deleted)"},
		{"leaf\0folder", 12, 1, 0, ".../folder/leaf"},
		{"", 0, 0, 0, "/"},
	};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(&r);
		send_file(&r, rows[i].names, rows[i].n, rows[i].cut, rows[i].deleted);
		assert_string_equal(book_path(&r.book, kernel_dev(8, 1), 5), rows[i].path);
		stop(&r);
	}
}

static void send_space(struct rig *r)
{
	const struct kernel_space s = {.head = {.type = RECORD_SPACE, .space = PROGRAM}, .inode = 5, .major = 8,
				       .minor = 1, .image32 = 1, .execed = 1};

	send_file(r, "mix", 4, 0, 0);
	book_record(&r->book, &s, sizeof(s));
}

static struct kernel_site int80(void)
{
	struct kernel_site s = {.head = {.type = RECORD_SITE, .space = PROGRAM},
				.key = {.space = PROGRAM, .addr = CODE + 0x12, .nr = 20, .tag = KEY_COMPAT | 0x23},
				.ip = CODE + 0x12, .code = {.n = KERNEL_TAIL},
				.at_ip = {.start = CODE, .end = CODE + 0x1000}};

	memset(s.code.b, 0x90, sizeof(s.code.b));
	s.code.b[KERNEL_TAIL - 2] = 0xcd;
	s.code.b[KERNEL_TAIL - 1] = 0x80;
	return s;
}

static void a_site_is_counted(void **state)
{
	struct kernel_site s = int80();
	struct rig r;

	(void)state;
	start(&r);
	send_space(&r);
	book_record(&r.book, &s, sizeof(s));
	place_count(&r.book, &s.key, 3);
	s.key.nr = 4;
	place_count(&r.book, &s.key, 2);
	assert_int_equal(r.tally.entries, 5);
	assert_int_equal(r.tally.nsites, 1);
	assert_int_equal(r.tally.sites->site.path, PATH_INT80);
	assert_int_equal(r.tally.sites->site.offset, 0x10);
	assert_int_equal(r.tally.images[0].processes, 1);
	assert_string_equal(r.tally.images[0].exe, "/mix");
	assert_int_equal(r.book.unplaced, 0);
	stop(&r);
}

/* Its record found no room in the ring: its entries are there all the same, and nothing is guessed. */
static void a_lost_site_is_unknown(void **state)
{
	const struct kernel_site s = int80();
	struct rig r;

	(void)state;
	start(&r);
	place_count(&r.book, &s.key, 9);
	assert_int_equal(r.tally.entries, 9);
	assert_int_equal(r.book.unplaced, 9);
	assert_int_equal(r.tally.sites->site.path, PATH_UNKNOWN);
	stop(&r);
}

/* The page with the call was not in memory at the first entry: that is the same site all the same. */
static void a_call_that_was_not_in_memory(void **state)
{
	static const struct {
		bool read_later;
		uint64_t sites;
		enum entry_path path;
	} rows[] = {{true, 1, PATH_VDSO_SYSENTER}, {false, 1, PATH_UNKNOWN}};
	const uint8_t call[KERNEL_TAIL] = {[KERNEL_TAIL - 2] = 0xff, [KERNEL_TAIL - 1] = 0xd0};
	struct rig r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kernel_site first = int80(), later;

		start(&r);
		send_space(&r);
		r.vdso = (struct vdso_facts){.size = 0x2000, .insn = VDSO_INSN_SYSENTER, .landing_pad = 0x579};
		first.vdso_base = 0xf7fc0000;
		first.ip = first.vdso_base + r.vdso.landing_pad;
		first.key.tag |= KEY_PAD;
		first.caller.n = 0;
		later = first;
		later.key.aux = 1;
		later.caller.n = KERNEL_TAIL;
		memcpy(later.caller.b, call, sizeof(call));
		book_record(&r.book, &first, sizeof(first));
		if (rows[i].read_later) {
			book_record(&r.book, &later, sizeof(later));
			place_count(&r.book, &later.key, 2);
		}
		place_count(&r.book, &first.key, 1);
		assert_int_equal(r.tally.entries, rows[i].read_later ? 3 : 1);
		assert_int_equal(r.tally.nsites, rows[i].sites);
		assert_int_equal(r.tally.sites->site.path, rows[i].path);
		assert_int_equal(r.book.nunread, 0);
		stop(&r);
	}
}

/* All lengths, and contents that no kernel sends. */
static void nonsense_is_put_up_with(void **state)
{
	static union {
		uint8_t b[4096];
		struct kernel_record head;
		uint64_t align;
	} any;
	struct rig r;
	uint32_t x = 1;

	(void)state;
	start(&r);
	for (unsigned i = 0; i < 4000; i++) {
		for (size_t j = 0; j < sizeof(any.b); j++)
			any.b[j] = (uint8_t)((x = x * 1664525u + 1013904223u) >> 24);
		any.head.type = i % 9;
		any.head.pid = 0x7fffffff;
		book_record(&r.book, any.b, i % 2 ? sizeof(any.b) : i % sizeof(any.b));
		book_tidy(&r.book);
	}
	stop(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_put_together),
		cmocka_unit_test(a_site_is_counted),
		cmocka_unit_test(a_lost_site_is_unknown),
		cmocka_unit_test(a_call_that_was_not_in_memory),
		cmocka_unit_test(nonsense_is_put_up_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
