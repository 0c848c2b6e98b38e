/* SPDX-License-Identifier: MIT */
#include "stack/schedule.h"

#include "unit.h"

/* Runs n entries; returns how many were sampled, and the weights' sum, settled. */
static uint64_t run(uint64_t n, uint64_t seed, bool all, uint64_t *sum)
{
	struct schedule s;
	uint64_t samples = 0, last = 0;

	schedule_init(&s, seed);
	*sum = 0;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t w = schedule_entry(&s, all);

		if (w) {
			samples++;
			*sum += w;
			last = w;
		}
	}
	/* The last sample's weight takes the correction and stays above zero. */
	if (n)
		assert_true((int64_t)last + schedule_settle(&s) > 0);
	*sum += (uint64_t)schedule_settle(&s);
	return samples;
}

static void weights_add_up(void **state)
{
	static const uint64_t lengths[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 1000, 4097, 99999, 1000000};
	uint64_t sum;

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++)
		for (uint64_t seed = 0; seed < 20; seed++) {
			run(lengths[i], seed, false, &sum);
			assert_int_equal(sum, lengths[i]);
			assert_int_equal(run(lengths[i], seed, true, &sum), lengths[i]);
			assert_int_equal(sum, lengths[i]);
		}
}

/* Entries that were counted where no sample could be taken: the next sample stands for them. */
static void skipped_entries_are_made_up_for(void **state)
{
	struct schedule s;
	uint64_t sum = 0;

	(void)state;
	schedule_init(&s, 7);
	for (unsigned i = 0; i < SCHEDULE_FIRST; i++)
		sum += schedule_entry(&s, false);
	schedule_skip(&s, 1000000);
	assert_int_equal(schedule_settle(&s), 1000000);
	assert_int_equal(schedule_entry(&s, false), 1000001);
	sum += 1000001;
	/* Counted, and taken back: the sample that comes next is of one entry still. */
	schedule_skip(&s, 1);
	schedule_skip(&s, -1);
	assert_int_equal(schedule_settle(&s), 0);
	assert_int_equal(schedule_entry(&s, false), 1);
	sum++;
	/* More taken back than promised since: nothing is sampled until that is made up for. */
	schedule_skip(&s, -1);
	assert_int_equal(schedule_settle(&s), -1);
	assert_int_equal(schedule_entry(&s, false), 0);
	assert_int_equal(schedule_settle(&s), 0);
	assert_int_equal(sum, s.seen);
	for (unsigned i = 0; i < 5000; i++)
		sum += schedule_entry(&s, false);
	assert_int_equal((int64_t)sum + schedule_settle(&s), s.seen);
}

static void first_entries_are_all_taken(void **state)
{
	struct schedule s;

	(void)state;
	schedule_init(&s, 1);
	for (unsigned i = 0; i < SCHEDULE_FIRST; i++)
		assert_int_equal(schedule_entry(&s, false), 1);
}

static void cost_is_bounded(void **state)
{
	uint64_t sum;

	(void)state;
	/* 64 * (1 + ln(10^6 / 64)) = 682, and the strata are rounded down. */
	assert_in_range(run(1000000, 3, false, &sum), 600, 1300);
	assert_in_range(run(10000000, 3, false, &sum), 700, 1500);
}

/* What happens at every entry in k gets its share, also when it keeps a rhythm. */
static void rhythm_does_not_bias(void **state)
{
	double share = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct schedule s;
		uint64_t hit = 0, n = 100000;

		schedule_init(&s, seed);
		for (uint64_t i = 0; i < n; i++) {
			uint64_t w = schedule_entry(&s, false);

			if (i % 16 == 0)
				hit += w;
		}
		share += (double)hit / (double)n / 50;
	}
	assert_true(share > 0.055 && share < 0.07);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_add_up),
		cmocka_unit_test(skipped_entries_are_made_up_for),
		cmocka_unit_test(first_entries_are_all_taken),
		cmocka_unit_test(cost_is_bounded),
		cmocka_unit_test(rhythm_does_not_bias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
