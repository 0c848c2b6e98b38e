/* SPDX-License-Identifier: MIT */
/* Reading processes: this one stands in for a tracee. */
#include "unit.h"

#include "tracee/maps.h"
#include "tracee/memory.h"
#include "tracee/module.h"
#include "tracee/procfs.h"
#include "tracee/space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Two pages of which only the one in question is mapped, filled with their offset. */
static uint8_t *page_beside_a_hole(bool hole_first)
{
	uint8_t *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	for (unsigned i = 0; i < 8192; i++)
		p[i] = (uint8_t)(i % 251);
	munmap(hole_first ? p : p + 4096, 4096);
	return p;
}

static struct taddr at(const uint8_t *p)
{
	return taddr((uintptr_t)p);
}

static void reads_up_to_a_hole(void **state)
{
	uint8_t *p = page_beside_a_hole(false), buf[64];

	(void)state;
	assert_int_equal(tracee_read(getpid(), at(p + 4096 - 16), buf, sizeof(buf)), 16);
	assert_memory_equal(buf, p + 4096 - 16, 16);
	assert_int_equal(tracee_read(getpid(), at(p + 4096), buf, sizeof(buf)), 0);
	assert_int_equal(tracee_read(getpid(), taddr(0), buf, sizeof(buf)), 0);
	assert_int_equal(tracee_write(getpid(), at(p + 4096), buf, 1), -EFAULT);
	munmap(p, 4096);
}

static void reads_tails_behind_a_hole(void **state)
{
	uint8_t *p = page_beside_a_hole(true);
	struct code_tail t;

	(void)state;
	tracee_read_tail(getpid(), at(p + 4096 + 10), 16, &t);
	assert_int_equal(t.n, 10);
	assert_memory_equal(t.b, p + 4096, 10);
	tracee_read_tail(getpid(), at(p + 4096 + 40), 16, &t);
	assert_int_equal(t.n, 16);
	assert_memory_equal(t.b, p + 4096 + 24, 16);
	tracee_read_tail(getpid(), at(p + 4096), 16, &t);
	assert_int_equal(t.n, 0);
	tracee_read_tail(getpid(), at(p + 8192), 16, &t); /* just the end of the page */
	assert_int_equal(t.n, 16);
	tracee_read_tail(getpid(), taddr(0), 16, &t);
	assert_int_equal(t.n, 0);
	munmap(p + 4096, 4096);
}

static void reads_a_word_with_a_tail(void **state)
{
	uint8_t *p = page_beside_a_hole(true);
	uint32_t word = 0x12345678, got = 0;
	struct code_tail t;

	(void)state;
	assert_true(tracee_read_word_and_tail(getpid(), at((uint8_t *)&word), &got, at(p + 4096 + 40), 16, &t));
	assert_int_equal(got, word);
	assert_int_equal(t.n, 16);
	assert_memory_equal(t.b, p + 4096 + 24, 16);
	assert_true(tracee_read_word_and_tail(getpid(), at((uint8_t *)&word), &got, at(p + 4096 + 10), 16, &t));
	assert_int_equal(t.n, 10);
	assert_memory_equal(t.b, p + 4096, 10);
	/* no tail, and no word */
	got = 0;
	assert_true(tracee_read_word_and_tail(getpid(), at((uint8_t *)&word), &got, taddr(0), 16, &t));
	assert_int_equal(got, word);
	assert_int_equal(t.n, 0);
	assert_false(tracee_read_word_and_tail(getpid(), at(p), &got, at(p + 8192), 16, &t));
	assert_int_equal(t.n, 0);
	munmap(p + 4096, 4096);
}

static void finds_its_own_mappings(void **state)
{
	struct maps *m = maps_read(getpid());
	const struct map *code = maps_find(m, taddr((uintptr_t)finds_its_own_mappings));
	char *exe = procfs_link(getpid(), "exe");

	(void)state;
	assert_non_null(code);
	assert_true(code->exec);
	assert_string_equal(code->path, exe);
	assert_true(code->inode != 0);
	assert_non_null(maps_by_name(m, "[vdso]"));
	assert_null(maps_find(m, taddr(1)));
	assert_true(maps_overlap(m, taddr(code->start - 1), 2));
	assert_false(maps_overlap(m, taddr(0), 4096));
	maps_unref(maps_ref(m));
	maps_unref(m);
	free(exe);
	assert_null(maps_read(-1));
}

static void offsets_are_link_time_addresses(void **state)
{
	struct maps *m = maps_read(getpid());
	uint64_t here = (uintptr_t)offsets_are_link_time_addresses;
	const struct map *code = maps_find(m, taddr(here));
	struct modules ms = {0};
	struct module *self = modules_get(&ms, getpid(), code);
	struct module *vdso = modules_get(&ms, getpid(), maps_by_name(m, "[vdso]"));

	(void)state;
	assert_true(self->fd >= 0);
	assert_true(self->segments.is_elf);
	assert_int_equal(self->segments.abi, ABI_X86_64);
	assert_ptr_equal(self, modules_get(&ms, getpid(), code));
	/* The distance between two functions is the same as linked. */
	assert_int_equal(module_offset(self, code, taddr(here + 5)) - module_offset(self, code, taddr(here)), 5);
	assert_string_equal(vdso->name, "[vdso]");
	assert_true(vdso->image_size >= 4096);
	assert_memory_equal(vdso->image, "\177ELF", 4);
	modules_fini(&ms);
	maps_unref(m);
}

static void reads_status_lines(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_true(procfs_status(getpid(), "Tgid", 10, &v));
	assert_int_equal(v, getpid());
	assert_false(procfs_status(getpid(), "NoSuchLine", 10, &v));
	assert_false(procfs_status(-1, "Tgid", 10, &v));
	assert_null(procfs_link(-1, "exe"));
}

/* A verdict is reused for the same bytes only: JIT code changes without a system call. */
static void caches_by_bytes(void **state)
{
	struct space *s = space_new();
	struct evidence ev = {.cs = 0x23, .ip = taddr(0x8049012), .code = {.n = 2, .b = {0xcd, 0x80}}};
	int first, second;

	(void)state;
	assert_null(space_cached(s, &ev));
	space_cache(s, &ev, &first);
	assert_ptr_equal(space_cached(s, &ev), &first);
	ev.code.b[1] = 0x2e;
	assert_null(space_cached(s, &ev));
	space_cache(s, &ev, &second);
	assert_ptr_equal(space_cached(s, &ev), &second);
	ev.restart = true;
	assert_null(space_cached(s, &ev));
	ev.restart = false;
	ev.nr = 0x40000000;
	assert_null(space_cached(s, &ev));
	ev.nr = -1;
	assert_ptr_equal(space_cached(s, &ev), &second);
	for (unsigned i = 0; i < CALLEE_PIECES; i++) {
		ev.callee[i] = (struct code_from){taddr(0x8050000), {.n = 2, .b = {0x0f, 0x05}}};
		assert_null(space_cached(s, &ev));
		space_cache(s, &ev, &first);
		assert_ptr_equal(space_cached(s, &ev), &first);
		ev.callee[i].bytes.b[1] = 0x34;
		assert_null(space_cached(s, &ev));
		space_cache(s, &ev, &second);
	}
	space_forget(s);
	assert_null(space_cached(s, &ev));
	space_unref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_up_to_a_hole),
		cmocka_unit_test(reads_tails_behind_a_hole),
		cmocka_unit_test(reads_a_word_with_a_tail),
		cmocka_unit_test(finds_its_own_mappings),
		cmocka_unit_test(offsets_are_link_time_addresses),
		cmocka_unit_test(reads_status_lines),
		cmocka_unit_test(caches_by_bytes),
	};

	return cmocka_run_group_tests_name("tracee", tests, NULL, NULL);
}
