/* SPDX-License-Identifier: MIT */
/* The loops in real children, with the machine's clock and with faked performance counters. */
#include "base/cleanup.h"
#include "calibrate/calibrate.h"
#include "calibrate/rig.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* cmocka compares as float: too coarse here. */
#define assert_near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

#define CHAIN 10

static const struct loops_options plain = {.cpu = -1, .chain = CHAIN, .nr = {~0u, ~0u, 0x4000ffff}};

/* Skips the test where the kernel runs no 32-bit programs. */
static void needs_32bit_programs(void)
{
	struct loops l;
	int rc = loops_start(&l, LOOPS_32, &plain, NULL);

	if (rc == 0) {
		loops_stop(&l);
	} else if (rc == -ENOEXEC) {
		print_message("# this kernel runs no 32-bit programs\n");
		skip();
	}
}

/* ---- the programs ---- */

static void both_programs_start_and_end(void **state)
{
	struct err err = {0};

	(void)state;
	needs_32bit_programs();
	for (unsigned bits = 0; bits < LOOPS_PROGRAMS; bits++) {
		struct loops l;
		int sig;

		if (loops_start(&l, bits, &plain, &err) < 0)
			fail_msg("%s", err.text);
		assert_true(l.page->nrows > 0);
		assert_int_equal(l.page->pmu_fd, -1);
		assert_int_equal(loops_row(&l, "no-such-row"), -1);
		assert_int_equal(loops_run(&l, 0, &sig), -EINVAL);
		assert_int_equal(loops_run(&l, LOOP_MAX_BLOCKS + 1, &sig), -EINVAL);
		pid_t pid = l.pid;
		loops_stop(&l);
		assert_int_equal(kill(pid, 0), -1);
	}
}

static void a_program_that_dies_is_noticed(void **state)
{
	struct loops l;
	int sig;

	(void)state;
	assert_int_equal(loops_start(&l, LOOPS_64, &plain, NULL), 0);
	kill(l.pid, SIGKILL);
	assert_int_equal(loops_run(&l, 1, &sig), -ECHILD);
	assert_int_equal(sig, SIGKILL);
	/* And again, when it is long gone. */
	assert_int_equal(loops_run(&l, 1, &sig), -ECHILD);
	loops_stop(&l);
}

static void every_row_of_the_plan_is_in_a_program(void **state)
{
	struct loops l;

	(void)state;
	needs_32bit_programs();
	for (unsigned bits = 0; bits < LOOPS_PROGRAMS; bits++) {
		unsigned planned = 0;

		assert_int_equal(loops_start(&l, bits, &plain, NULL), 0);
		for (size_t i = 0; i < nrow_plan; i++) {
			if (row_plan[i].bits != bits)
				continue;
			planned++;
			assert_true(loops_row(&l, row_plan[i].name) >= 0);
			if (row_plan[i].minus)
				assert_true(row_plan_find(row_plan[i].minus) >= 0);
		}
		assert_int_equal(planned, l.page->nrows);
		loops_stop(&l);
	}
}

static void iterations_are_counted_right(void **state)
{
	struct loops l;
	int sig;

	(void)state;
	/* getppid tells that the number and its answer go all the way. */
	struct loops_options opt = plain;
	memcpy(opt.nr, (uint32_t[]){64, 110, 0x4000006e}, sizeof(opt.nr));
	assert_int_equal(loops_start(&l, LOOPS_64, &opt, NULL), 0);
	l.page->blocks[0] = (struct loop_block){.row = (uint32_t)loops_row(&l, "syscall64"), .n = 3, .warm = 1};
	assert_int_equal(loops_run(&l, 1, &sig), 0);
	assert_int_equal(l.page->blocks[0].answer, getpid());
	for (int i = 1; i < LOOP_STAMPS; i++)
		assert_true(l.page->blocks[0].stamp[i] > l.page->blocks[0].stamp[i - 1]);
	loops_stop(&l);
}

/* ---- which rows run ---- */

static void rows_are_found_by_trying(void **state)
{
	struct rig rig;
	struct err err = {0};

	(void)state;
	if (rig_open(&rig, &plain, NULL, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < nrow_plan; i++)
		assert_true(rig.rows[i].usable == !rig.rows[i].why);
	assert_true(rig.rows[row_plan_find("syscall64")].usable);
	assert_true(rig.rows[row_plan_find("empty64")].usable);
	rig_close(&rig);
}

static void what_the_vendor_settles_is_not_tried(void **state)
{
	size_t row = (size_t)row_plan_find("syscall32");
	struct rig rig;
	struct err err = {0};

	(void)state;
	needs_32bit_programs();
	assert_int_equal(rig_open(&rig, &plain, "GenuineIntel", &err), 0);
	assert_false(rig.rows[row].usable);
	assert_string_equal(rig.rows[row].why, row_plan[row].why_not);
	rig_close(&rig);
}

static void a_wrong_answer_is_no_system_call(void **state)
{
	struct loops_options opt = plain;
	struct rig rig;

	(void)state;
	/* close(a wild descriptor) fails where a real call was asked for: a negative answer to a number that exists. */
	memcpy(opt.nr, (uint32_t[]){6, 3, 0x40000003}, sizeof(opt.nr));
	assert_int_equal(rig_open(&rig, &opt, NULL, NULL), 0);
	size_t row = (size_t)row_plan_find("syscall64");
	assert_false(rig.rows[row].usable);
	assert_non_null(strstr(rig.rows[row].why, "the kernel answers -9"));
	assert_true(rig.rows[row_plan_find("empty64")].usable);
	rig_close(&rig);
}

/* ---- the fake counters: a file of readings, each read moves on to the next ---- */

#define READINGS 20000
#define USER_STEP 1000
#define KERNEL_STEP 500

enum fake { FAKE_GOOD, FAKE_MULTIPLEXED, FAKE_SILENT, FAKE_DENIED, FAKE_NONE };

static int fake_open(void *ctx)
{
	enum fake kind = *(enum fake *)ctx;
	int fd = memfd_create("fake-pmu", 0);
	auto_free struct pmu_reading *r = xcalloc(READINGS, sizeof(*r));
	uint64_t user = 0, kernel = 0;

	if (kind == FAKE_DENIED || kind == FAKE_NONE) {
		close(fd);
		return kind == FAKE_DENIED ? -EACCES : -ENOENT;
	}
	/* Of four readings the second pair lies three times as far apart as the first: a slope of two steps. */
	for (uint64_t i = 0; i < READINGS && kind != FAKE_SILENT; i++) {
		uint64_t steps = i % 4 == 1 ? 1 : i % 4 == 3 ? 3 : 0;

		user += steps * USER_STEP;
		kernel += steps * KERNEL_STEP;
		r[i] = (struct pmu_reading){2, 10 * (i + 1), kind == FAKE_MULTIPLEXED ? 9 * (i + 1) : 10 * (i + 1),
					    user, kernel};
	}
	if (kind != FAKE_SILENT && write(fd, r, READINGS * sizeof(*r)) < 0)
		return -EIO;
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void counters_are_read_around_each_loop(void **state)
{
	enum fake kind = FAKE_GOOD;
	struct loops_options opt = plain;
	struct loop_block *blocks = test_calloc(nrow_plan, sizeof(*blocks));
	struct err err = {0};
	struct rig rig;

	(void)state;
	opt.open_pmu = fake_open;
	opt.ctx = &kind;
	assert_int_equal(rig_open(&rig, &opt, NULL, &err), 0);
	for (size_t i = 0; i < nrow_plan; i++)
		rig.rows[i].n = 10;
	assert_int_equal(rig_restart(&rig, &err), 0);
	assert_int_equal(rig_round(&rig, 0, blocks, &err), 0);
	for (size_t i = 0; i < nrow_plan; i++) {
		struct block_figures f;

		if (!rig.rows[i].usable)
			continue;
		/* Other faults are the machine's business; the readings are ours. */
		blocks[i].switches_after = blocks[i].switches_before;
		blocks[i].cpu_after = blocks[i].cpu_before;
		if (block_figure(&blocks[i], CHAIN, true, &f) == BLOCK_CLOCK)
			continue;
		assert_near(f.user, 2.0 * USER_STEP / 10, 1e-9);
		assert_near(f.kernel, 2.0 * KERNEL_STEP / 10, 1e-9);
		assert_near(f.cycles, f.user + f.kernel, 1e-9);
	}
	rig_close(&rig);
	test_free(blocks);
}

static struct cost_table table_with(enum fake kind, enum effort effort)
{
	struct calibrate_options opt = {.effort = effort, .open_pmu = fake_open, .pmu_ctx = &kind};
	struct cost_table t;
	struct err err = {0};

	if (calibrate(&opt, &t, &err) < 0)
		fail_msg("%s", err.text);
	return t;
}

static void counters_that_count_are_used(void **state)
{
	struct cost_table t = table_with(FAKE_GOOD, EFFORT_QUICK);
	const struct cost_row *row = cost_table_row(&t, "syscall64");

	(void)state;
	assert_string_equal(t.clock, "pmu");
	/* Its figures come from a file of steps; that there are any, and split, is what matters. */
	if (row)
		assert_true(row->split);
	cost_table_fini(&t);
}

static void counters_that_do_not_are_given_up(void **state)
{
	static const struct {
		enum fake kind;
		const char *note;
	} rows[] = {
		{FAKE_MULTIPLEXED, "the performance counters do not count all the time"},
		{FAKE_SILENT, "the performance counters do not count all the time"},
		{FAKE_DENIED, "performance counters may not be used here (kernel.perf_event_paranoid is "},
		{FAKE_NONE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cost_table t = table_with(rows[i].kind, EFFORT_QUICK);

		assert_string_equal(t.clock, "tsc");
		if (rows[i].note)
			assert_non_null(strstr(t.note, rows[i].note));
		else
			assert_true(!t.note || !strstr(t.note, "counters"));
		for (size_t k = 0; k < t.nrows; k++)
			assert_false(t.rows[k].split);
		cost_table_fini(&t);
	}
}

/* ---- a whole calibration ---- */

static void tell(void *ctx, double done)
{
	double *last = ctx;

	assert_true(done >= *last && done <= 1);
	*last = done;
}

static void a_table_is_complete(void **state)
{
	double done = 0;
	struct calibrate_options opt = {.effort = EFFORT_QUICK, .progress = tell, .ctx = &done};
	struct cost_table t;
	struct err err = {0};

	(void)state;
	if (calibrate(&opt, &t, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(done > 0);
	/* Every path but "unknown" has a row: a figure, or why there is none. */
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		assert_true(!cost_table_any_row(&t, entry_path_info[p].id) == (p == PATH_UNKNOWN));
	static const char *const more[] = {"empty", "control", "far-call-pair", "far-call-pair-32", "far-jump-pair",
					   "trap-ud2", "trap-int2e"};
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		assert_non_null(cost_table_any_row(&t, more[i]));
	for (size_t i = 0; i < t.nrows; i++) {
		const struct cost_row *r = &t.rows[i];

		assert_true(strcmp(cost_row_label(r->id), r->id) != 0 || strcmp(r->id, "int80") == 0);
		if (r->skipped)
			continue;
		assert_true(isfinite(r->cycles) && r->ci95.lo <= r->ci95.hi && r->samples > 0);
		assert_true(r->cycles > 0 || strcmp(r->id, "control") == 0 || strncmp(r->id, "empty", 5) == 0);
	}
	cost_table_fini(&t);
}

static void not_while_being_traced(void **state)
{
	struct calibrate_options opt = {.effort = EFFORT_QUICK};
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct cost_table t;
		struct err err = {0};
		extern long ptrace(int, ...);

		if (ptrace(0 /* PTRACE_TRACEME */, 0, 0, 0) < 0)
			_exit(77);
		int r = calibrate(&opt, &t, &err);
		_exit(r == -EBUSY && strstr(err.text, "is being traced") ? 0 : 1);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		kill(pid, SIGKILL);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_programs_start_and_end),
		cmocka_unit_test(a_program_that_dies_is_noticed),
		cmocka_unit_test(every_row_of_the_plan_is_in_a_program),
		cmocka_unit_test(iterations_are_counted_right),
		cmocka_unit_test(rows_are_found_by_trying),
		cmocka_unit_test(what_the_vendor_settles_is_not_tried),
		cmocka_unit_test(a_wrong_answer_is_no_system_call),
		cmocka_unit_test(counters_are_read_around_each_loop),
		cmocka_unit_test(counters_that_count_are_used),
		cmocka_unit_test(counters_that_do_not_are_given_up),
		cmocka_unit_test(a_table_is_complete),
		cmocka_unit_test(not_while_being_traced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
