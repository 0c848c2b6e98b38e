/* SPDX-License-Identifier: MIT */
/* Files made by names of every shape; what others put in the way is harm.test's. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	char folder[64];
	int back; /* the working folder before */
};

static int go_there(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));

	strcpy(p->folder, "/tmp/entrytrace-files.XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	p->back = open(".", O_PATH | O_CLOEXEC);
	assert_int_equal(chdir(p->folder), 0);
	*state = p;
	return 0;
}

static int come_back(void **state)
{
	struct place *p = *state;
	auto_free char *command = xasprintf("rm -rf %s", p->folder);
	int rc = fchdir(p->back) == 0 ? system(command) : -1;

	close(p->back);
	free(p);
	return rc;
}

static void put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void makes_files_by_any_name(void **state)
{
	const struct place *p = *state;
	auto_free char *whole = xasprintf("%s/whole", p->folder), *twice = xasprintf("%s//sub/../twice", p->folder),
		       *down = xasprintf("%s/sub/down", p->folder);
	const struct {
		const char *path, *there;
	} rows[] = {
		{"plain", "plain"}, {"./sub/../dots", "dots"}, {whole, "whole"}, {twice, "twice"},
		{"link", "old"}, {"far", "sub/new"}, {"to/inside", "sub/inside"}, {"absolute", "sub/down"},
		{"/proc/self/cwd/magic", "magic"},
	};

	assert_int_equal(mkdir("sub", 0700), 0);
	put("old", "what was there before");
	assert_int_equal(symlink("old", "link"), 0);
	assert_int_equal(symlink("link2", "far"), 0);
	assert_int_equal(symlink("sub/new", "link2"), 0);
	assert_int_equal(symlink("sub", "to"), 0);
	assert_int_equal(symlink(down, "absolute"), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = {0};
		struct stat made, there;
		int fd = file_create(rows[i].path, &err);

		if (fd < 0)
			fail_msg("%s: %s", rows[i].path, err.text);
		assert_int_equal(fstat(fd, &made), 0);
		assert_int_equal(stat(rows[i].there, &there), 0);
		assert_int_equal(made.st_ino, there.st_ino);
		assert_int_equal(made.st_size, 0);
		close(fd);
	}
}

static void refuses_what_is_no_file(void **state)
{
	static const struct {
		const char *path;
		int rc;
	} rows[] = {
		{"", -ENOENT}, {"nowhere/file", -ENOENT}, {"sub/", -EISDIR}, {"sub", -EISDIR}, {"/", -EISDIR},
		{"loop", -ELOOP}, {"old/file", -ENOTDIR},
	};

	(void)state;
	mkdir("sub", 0700);
	put("old", "");
	assert_int_equal(symlink("loop", "loop"), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = {0};
		int rc = file_create(rows[i].path, &err);

		if (rc != rows[i].rc)
			fail_msg("'%s': %d, not %d", rows[i].path, rc, rows[i].rc);
		assert_true(err.text[0] != '\0');
	}
	/* A name that is too long, by itself and by what a link says. */
	char name[PATH_MAX + 10];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(file_create(name, NULL), -ENAMETOOLONG);
	name[300] = '\0';
	assert_int_equal(file_create(name, NULL), -ENAMETOOLONG);
}

static void waits_for_no_writer(void **state)
{
	char c;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	alarm(10);
	FILE *f = file_open("fifo");

	assert_non_null(f);
	assert_int_equal(fread(&c, 1, 1, f), 0);
	fclose(f);
	alarm(0);
}

static void a_folder_is_ones_own(void **state)
{
	static const struct {
		const char *name;
		mode_t mode;
		int rc;
	} rows[] = {{"own", 0700, 0}, {"read", 0755, 0}, {"group", 0775, -EPERM}, {"all", 01777, -EPERM}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = {0};
		int fd;

		assert_int_equal(mkdir(rows[i].name, 0700), 0);
		assert_int_equal(chmod(rows[i].name, rows[i].mode), 0);
		fd = file_own_folder(rows[i].name, false, &err);
		assert_int_equal(fd < 0 ? fd : 0, rows[i].rc);
		if (fd >= 0)
			close(fd);
	}
	assert_int_equal(file_own_folder("a/b/c", false, NULL), -ENOENT);
	int fd = file_own_folder("a/b/c", true, NULL);

	assert_true(fd >= 0);
	close(fd);
	fd = file_own_folder("a/b/c/", false, NULL);
	assert_true(fd >= 0);
	int file = openat(fd, "table", O_WRONLY | O_CREAT, 0600);

	close(file);
	FILE *f = file_open_own(fd, "table");

	assert_non_null(f);
	fclose(f);
	assert_int_equal(symlinkat("table", fd, "link"), 0);
	assert_null(file_open_own(fd, "link"));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(makes_files_by_any_name, go_there, come_back),
		cmocka_unit_test_setup_teardown(refuses_what_is_no_file, go_there, come_back),
		cmocka_unit_test_setup_teardown(waits_for_no_writer, go_there, come_back),
		cmocka_unit_test_setup_teardown(a_folder_is_ones_own, go_there, come_back),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
