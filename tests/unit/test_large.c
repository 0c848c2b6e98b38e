/* SPDX-License-Identifier: MIT */
/* Much of everything: time grows in proportion, and what is saved can be read. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "count/tally.h"
#include "report/format.h"
#include "store/trace.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { NUMBERS = 300000, IMAGES = 20000, SITES = 150000, SECONDS = 40 };

static void no_name(void *ctx, const void *module, struct site *site)
{
	(void)ctx, (void)module, (void)site;
}

/* Were the numbers looked through one by one, that would be 45 thousand million steps. */
static void a_site_has_many_numbers(void **state)
{
	struct tally t = {0};
	struct trace out = {0};
	struct tally_site *s =
		tally_site(&t, (struct tally_key){&t, 1, tally_image(&t, "/x", ABI_I386), PATH_INT80}, "/x", NULL, NULL);

	(void)state;
	alarm(SECONDS);
	for (int round = 0; round < 2; round++)
		for (int64_t nr = 0; nr < NUMBERS; nr++)
			tally_count(&t, s, nr % 3 ? ABI_I386 : ABI_X86_64, nr * 7919 - 5, 1);
	tally_finish(&t, &out, no_name, NULL);
	assert_int_equal(out.sites[0].ncalls, NUMBERS);
	for (size_t i = 0; i < out.sites[0].ncalls; i++)
		assert_int_equal(out.sites[0].calls[i].entries, 2);
	trace_fini(&out);
	alarm(0);
}

static void many_images(void **state)
{
	struct tally t = {0};
	char name[32];

	(void)state;
	alarm(SECONDS);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < IMAGES; i++) {
			snprintf(name, sizeof(name), "/usr/bin/program-%u", i);
			assert_int_equal(tally_image(&t, name, ABI_I386), i);
		}
	}
	tally_fini(&t);
	alarm(0);
}

static void a_large_trace_is_read_again(void **state)
{
	static const struct report_style style = {.width = 80};
	char path[] = "/tmp/entrytrace-large.XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);
	FILE *f = fdopen(fd, "w");
	struct tally t = {0};
	struct trace out = {0}, back;
	struct err err = {0};
	uint32_t image = tally_image(&t, "/usr/bin/x", ABI_I386);
	char name[] = "/usr/bin/x", *command[] = {name, NULL};

	(void)state;
	for (uint64_t i = 0; i < SITES; i++)
		tally_count(&t, tally_site(&t, (struct tally_key){&t, i, image, PATH_INT80}, "/usr/lib/libx.so", "int 0x80", NULL),
			    ABI_I386, 20, 1);
	tally_finish(&t, &out, no_name, NULL);
	out.command = command;
	assert_int_equal(report_format_find("json")->write(f, &out, NULL, &style, NULL), 0);
	assert_true(ftell(f) > 64 << 20);
	fclose(f);
	if (trace_load_file(path, &back, &err) != 0)
		fail_msg("%s", err.text);
	unlink(path);
	assert_int_equal(back.nsites, SITES);
	assert_int_equal(back.entries, SITES);
	trace_fini(&back);
	out.command = NULL;
	trace_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_has_many_numbers),
		cmocka_unit_test(many_images),
		cmocka_unit_test(a_large_trace_is_read_again),
	};

	return cmocka_run_group_tests_name("large", tests, NULL, NULL);
}
