/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "count/tally.h"
#include "syscalls/names.h"
#include "trace/stop.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

static void name_it(void *ctx, const void *module, struct site *site)
{
	unsigned *calls = ctx;

	assert_non_null(module);
	assert_null(site->function);
	(*calls)++;
}

static void counts_by_image_site_and_number(void **state)
{
	struct tally t = {0};
	struct trace out = {0};
	int libc, prog;
	unsigned named = 0;
	uint64_t sum = 0;
	uint32_t a = tally_image(&t, "/bin/a", ABI_I386);
	uint32_t b = tally_image(&t, "/bin/a", ABI_X86_64);
	struct tally_site *s1, *s2, *s3;

	(void)state;
	assert_int_not_equal(a, b);
	assert_int_equal(a, tally_image(&t, "/bin/a", ABI_I386));
	s1 = tally_site(&t, (struct tally_key){&libc, 0x10, a, PATH_INT80}, "/lib/libc", "int 0x80", NULL);
	s2 = tally_site(&t, (struct tally_key){&libc, 0x10, b, PATH_INT80}, "/lib/libc", NULL, NULL);
	s3 = tally_site(&t, (struct tally_key){&prog, 0x10, a, PATH_INT80}, "/bin/a", "", "x+0x2");
	assert_ptr_not_equal(s1, s2);
	assert_ptr_not_equal(s1, s3);
	assert_ptr_equal(s1, tally_site(&t, (struct tally_key){&libc, 0x10, a, PATH_INT80}, "x", "y", NULL));
	for (int i = 0; i < 3000; i++)
		tally_count(&t, s1, ABI_I386, i % 300, 1);
	tally_count(&t, s1, ABI_X86_64, 7, 1);
	tally_count(&t, s2, ABI_I386, -1, 1);
	tally_count(&t, s3, ABI_I386, 4, 1);
	tally_finish(&t, &out, name_it, &named);
	assert_int_equal(named, 3);
	assert_int_equal(out.entries, 3003);
	assert_int_equal(out.nsites, 3);
	for (size_t i = 0; i < out.nsites; i++) {
		uint64_t of_calls = 0;

		for (size_t c = 0; c < out.sites[i].ncalls; c++)
			of_calls += out.sites[i].calls[c].entries;
		assert_int_equal(of_calls, out.sites[i].entries);
		sum += of_calls;
		if (strcmp(out.sites[i].module, "/bin/a") == 0)
			assert_null(out.sites[i].instruction);
	}
	assert_int_equal(sum, out.entries);
	assert_int_equal(out.images[a].entries, 3002);
	assert_int_equal(out.images[b].entries, 1);
	trace_fini(&out);
}

static void adds_up_blind_spots(void **state)
{
	struct tally t = {0};

	(void)state;
	tally_blind(&t, "seccomp-trap", 2, "first words");
	tally_blind(&t, "nested-ptrace", 0, "other");
	tally_blind(&t, "seccomp-trap", 3, "later words");
	assert_int_equal(t.nblind_spots, 2);
	assert_int_equal(t.blind_spots[0].count, 5);
	assert_string_equal(t.blind_spots[0].note, "first words");
	tally_fini(&t);
}

static void sorts_wait_statuses(void **state)
{
	static const struct {
		int status;
		enum stop_kind kind;
		int value;
	} rows[] = {
		{3 << 8, STOP_EXITED, 3},
		{SIGKILL, STOP_KILLED, SIGKILL},
		{SIGSEGV | 0x80, STOP_KILLED, SIGSEGV}, /* with a core file */
		{SIGUSR1 << 8 | 0x7f, STOP_SIGNAL, SIGUSR1},
		{SIGTRAP << 8 | 0x7f, STOP_SIGNAL, SIGTRAP}, /* the program's own int3 */
		{SIGSTOP << 8 | 0x7f, STOP_SIGNAL, SIGSTOP},
		{(SIGTRAP | 0x80) << 8 | 0x7f, STOP_SYSCALL, SIGTRAP | 0x80},
		{PTRACE_EVENT_SECCOMP << 16 | SIGTRAP << 8 | 0x7f, STOP_SECCOMP, SIGTRAP},
		{PTRACE_EVENT_VFORK << 16 | SIGTRAP << 8 | 0x7f, STOP_FORK, SIGTRAP},
		{PTRACE_EVENT_CLONE << 16 | SIGTRAP << 8 | 0x7f, STOP_FORK, SIGTRAP},
		{PTRACE_EVENT_EXEC << 16 | SIGTRAP << 8 | 0x7f, STOP_EXEC, SIGTRAP},
		{PTRACE_EVENT_STOP << 16 | SIGTRAP << 8 | 0x7f, STOP_TRAP, SIGTRAP},
		{PTRACE_EVENT_STOP << 16 | SIGTSTP << 8 | 0x7f, STOP_GROUP, SIGTSTP},
		{PTRACE_EVENT_STOP << 16 | SIGSTOP << 8 | 0x7f, STOP_GROUP, SIGSTOP},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct stop s = stop_decode(42, rows[i].status);

		assert_int_equal(s.tid, 42);
		if (s.kind != rows[i].kind || s.value != rows[i].value)
			fail_msg("status %#x: kind %d, value %d", (unsigned)rows[i].status, s.kind, s.value);
	}
}

static void names_calls_of_each_table(void **state)
{
	char *s;

	(void)state;
	s = syscall_name(ABI_I386, 20);
	assert_string_equal(s, "getpid");
	free(s);
	s = syscall_name(ABI_X86_64, 20);
	assert_string_equal(s, "writev");
	free(s);
	s = syscall_name(ABI_X32, 0x40000027);
	assert_string_equal(s, "getpid");
	free(s);
	assert_null(syscall_name(ABI_I386, -1));
	assert_null(syscall_name(ABI_I386, 100000));
	assert_int_equal(syscall_number(ABI_I386, "no_such_call"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_image_site_and_number),
		cmocka_unit_test(adds_up_blind_spots),
		cmocka_unit_test(sorts_wait_statuses),
		cmocka_unit_test(names_calls_of_each_table),
	};

	return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
