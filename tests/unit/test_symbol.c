/* SPDX-License-Identifier: MIT */
/* Looks up its own code, whole, stripped, cut off and broken. */
#include "base/cleanup.h"
#include "base/err.h"
#include "symbol/demangle.h"
#include "symbol/symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* The addresses of two spots, and their lines. */
struct spot {
	uintptr_t address;
	int line;
};

#define HERE(s) \
	do { \
		__asm__ volatile("1: lea 1b(%%rip), %0" : "=r"((s)->address)); \
		(s)->line = __LINE__; \
	} while (0)

__attribute__((noinline, noclone)) static void plain_function(struct spot *s)
{
	HERE(s);
}

static inline __attribute__((always_inline)) void inner_inlined(struct spot *s)
{
	HERE(s);
}

static int outer_line;

__attribute__((noinline, noclone)) static void outer_function(struct spot *s)
{
	outer_line = __LINE__ + 1;
	inner_inlined(s);
}

static int own_bias(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	*(uintptr_t *)data = info->dlpi_addr;
	return 1; /* the first is the program itself */
}

static uint64_t linked(uintptr_t address)
{
	uintptr_t bias = 0;

	dl_iterate_phdr(own_bias, &bias);
	return address - bias;
}

static int open_self(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void assert_source(const char *source, int line)
{
	auto_free char *tail = xasprintf("test_symbol.c:%d", line);

	assert_non_null(source);
	assert_true(strlen(source) >= strlen(tail));
	assert_string_equal(source + strlen(source) - strlen(tail), tail);
}

static void finds_function_and_line(void **state)
{
	auto_close int fd = open_self();
	struct symbols *s = symbols_new();
	struct symbol_info info;
	struct spot spot;

	(void)state;
	plain_function(&spot);
	assert_int_equal(symbols_resolve(s, "self", fd, linked(spot.address), &info), 0);
	assert_int_equal(info.nframes, 1);
	assert_string_equal(info.frames[0].function, "plain_function");
	assert_source(info.frames[0].source, spot.line);
	assert_false(info.frames[0].inlined);
	symbol_info_fini(&info);
	symbols_free(s);
}

static void finds_inlined_chain(void **state)
{
	auto_close int fd = open_self();
	struct symbols *s = symbols_new();
	struct symbol_info info;
	struct spot spot;

	(void)state;
	outer_function(&spot);
	assert_int_equal(symbols_resolve(s, "self", fd, linked(spot.address), &info), 0);
	assert_int_equal(info.nframes, 2);
	assert_string_equal(info.frames[0].function, "inner_inlined");
	assert_true(info.frames[0].inlined);
	assert_source(info.frames[0].source, spot.line);
	assert_string_equal(info.frames[1].function, "outer_function");
	assert_source(info.frames[1].source, outer_line);
	symbol_info_fini(&info);
	symbols_free(s);
}

static void run(const char *fmt, const char *dir)
{
	auto_free char *cmd = xasprintf("cd '%s' && %s", dir, fmt);

	assert_int_equal(system(cmd), 0);
}

static char *copy_self(char dir[static 32])
{
	strcpy(dir, "/tmp/test_symbol.XXXXXX");
	assert_non_null(mkdtemp(dir));
	auto_free char *cmd = xasprintf("cp /proc/%d/exe '%s/prog'", getpid(), dir);

	assert_int_equal(system(cmd), 0);
	return xasprintf("%s/prog", dir);
}

static void remove_dir(const char *dir)
{
	auto_free char *cmd = xasprintf("rm -r '%s'", dir);

	assert_int_equal(system(cmd), 0);
}

/* Looks up plain_function in the file at path; returns symbols_resolve()'s verdict. */
static int lookup_in(struct symbols *s, const char *path, struct spot *spot,
		     struct symbol_info *info)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	plain_function(spot);
	return symbols_resolve(s, path, fd, linked(spot->address), info);
}

static void follows_debuglink(void **state)
{
	char dir[32];
	auto_free char *path = copy_self(dir);
	struct symbols *s = symbols_new();
	struct symbol_info info;
	struct spot spot;

	(void)state;
	run("objcopy --only-keep-debug prog prog.dbg && "
	    "strip -R .note.gnu.build-id prog && objcopy --add-gnu-debuglink=prog.dbg prog",
	    dir);
	assert_int_equal(lookup_in(s, path, &spot, &info), 0);
	assert_string_equal(info.frames[0].function, "plain_function");
	assert_source(info.frames[0].source, spot.line);
	symbol_info_fini(&info);
	symbols_free(s);
	remove_dir(dir);
}

static void falls_back_to_elf_symbols(void **state)
{
	char dir[32];
	auto_free char *path = copy_self(dir);
	struct symbols *s = symbols_new();
	struct symbol_info info;
	struct spot spot;

	(void)state;
	run("strip -g prog", dir);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	plain_function(&spot);
	assert_int_equal(symbols_resolve(s, path, fd, linked((uintptr_t)plain_function), &info), 0);
	assert_int_equal(info.nframes, 1);
	assert_string_equal(info.frames[0].function, "plain_function");
	assert_null(info.frames[0].source);
	symbol_info_fini(&info);
	assert_int_equal(symbols_resolve(s, path, fd, linked((uintptr_t)plain_function) + 1, &info), 0);
	assert_int_equal(info.nframes, 1);
	assert_string_equal(info.frames[0].function, "plain_function+0x1");
	assert_null(info.frames[0].source);
	symbol_info_fini(&info);
	symbols_free(s);
	remove_dir(dir);
}

static void deleted_file_still_resolves(void **state)
{
	char dir[32];
	auto_free char *path = copy_self(dir);
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct symbols *s = symbols_new();
	struct symbol_info info;
	struct spot spot;

	(void)state;
	remove_dir(dir);
	plain_function(&spot);
	assert_int_equal(symbols_resolve(s, path, fd, linked(spot.address), &info), 0);
	assert_string_equal(info.frames[0].function, "plain_function");
	symbol_info_fini(&info);
	symbols_free(s);
}

static void survives_cut_off_files(void **state)
{
	char dir[32];
	auto_free char *path = copy_self(dir);
	struct symbols *s = symbols_new();
	struct stat st;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	for (off_t size = st.st_size; size > 0; size -= st.st_size / 40 + 1) {
		struct symbol_info info;
		struct spot spot;

		/* A new size has a new mtime or not; a new resolver is wanted each time. */
		assert_int_equal(truncate(path, size), 0);
		struct symbols *fresh = symbols_new();

		lookup_in(fresh, path, &spot, &info);
		symbol_info_fini(&info);
		symbols_free(fresh);
	}
	/* The same set of names still serves a whole file afterwards. */
	auto_close int fd = open_self();
	struct symbol_info info;
	struct spot spot;

	plain_function(&spot);
	assert_int_equal(symbols_resolve(s, "self", fd, linked(spot.address), &info), 0);
	symbol_info_fini(&info);
	symbols_free(s);
	remove_dir(dir);
}

static void nothing_known_is_an_error(void **state)
{
	auto_close int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct symbols *s = symbols_new();
	struct symbol_info info;

	(void)state;
	assert_int_equal(symbols_resolve(s, "/dev/null", fd, 0x1000, &info), -ENOENT);
	assert_int_equal(info.nframes, 0);
	assert_int_equal(symbols_resolve(s, "none", -1, 0x1000, &info), -EBADF);
	symbols_free(s);
}

static void assert_demangled(const char *name, const char *want)
{
	auto_free char *got = demangle(name);

	assert_string_equal(got, want);
}

static void demangles(void **state)
{
	(void)state;
	assert_demangled("main", "main");
	assert_demangled("_ZN3foo3barEi", "foo::bar");
	assert_demangled("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt");
	assert_demangled("_RNvCs5Z8lF9gYMKx_7mycrate3run", "mycrate::run");
	assert_demangled("_Z", "_Z");
	assert_demangled("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_function_and_line),
		cmocka_unit_test(finds_inlined_chain),
		cmocka_unit_test(follows_debuglink),
		cmocka_unit_test(falls_back_to_elf_symbols),
		cmocka_unit_test(deleted_file_still_resolves),
		cmocka_unit_test(survives_cut_off_files),
		cmocka_unit_test(nothing_known_is_an_error),
		cmocka_unit_test(demangles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
