/* SPDX-License-Identifier: MIT */
/* Facts about the host, and when two hosts are the same. */
#include "base/cleanup.h"
#include "host/host.h"
#include "host/hypervisor.h"
#include "loops/loops.h"
#include "model/fingerprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_fact_is_there(void **state)
{
	static const char *const keys[] = {"cpu", "vendor", "family", "model", "stepping", "microcode", "fred",
					   "kernel", "hypervisor", "clocksource", "vdso_entry", "seccomp"};
	struct host h, again;
	unsigned mitigations = 0;

	(void)state;
	host_read(&h);
	host_read(&again);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		assert_non_null(host_fact(&h, keys[i]));
		assert_true(*host_fact(&h, keys[i]) != '\0');
	}
	for (size_t i = 0; i < h.nfacts; i++)
		mitigations += strncmp(h.facts[i].key, "mitigations.", 12) == 0;
	assert_true(mitigations > 0);
	assert_null(host_difference(&h, &again));
	assert_true(host_hash(&h) == host_hash(&again));
	host_fini(&h);
	host_fini(&again);
}

static void differences_are_named(void **state)
{
	struct host_fact a_facts[] = {{(char[]){"kernel"}, (char[]){"6.1"}}, {(char[]){"cpu"}, (char[]){"A"}},
				      {(char[]){"old"}, (char[]){"1"}}};
	struct host_fact b_facts[] = {{(char[]){"cpu"}, (char[]){"A"}}, {(char[]){"kernel"}, (char[]){"6.12"}}};
	struct host a = {a_facts, 2}, b = {b_facts, 2};

	(void)state;
	auto_free char *one = host_difference(&a, &b);
	assert_string_equal(one, "kernel is \"6.1\" there and \"6.12\" here");
	a.nfacts = 3;
	auto_free char *two = host_difference(&a, &b);
	assert_string_equal(two, "kernel is \"6.1\" there and \"6.12\" here, and 1 more fact differs");
	a.nfacts = 2;
	a_facts[0].value = b_facts[1].value;
	/* The order of facts does not matter. */
	assert_null(host_difference(&a, &b));
	assert_true(host_hash(&a) == host_hash(&b));
	/* A fact that only one side knows is a difference, whichever side it is. */
	a.nfacts = 3;
	auto_free char *left = host_difference(&a, &b), *right = host_difference(&b, &a);
	assert_string_equal(left, "old is \"1\" there and \"not known\" here");
	assert_string_equal(right, "old is \"not known\" there and \"1\" here");
	assert_true(host_hash(&a) != host_hash(&b));
}

static void hypervisors_have_names(void **state)
{
	char name[32];

	(void)state;
	hypervisor_from_signature("KVMKVMKVM\0\0\0", name, sizeof(name));
	assert_string_equal(name, "KVM");
	hypervisor_from_signature("TCGTCGTCGTCG", name, sizeof(name));
	assert_string_equal(name, "TCG");
	hypervisor_from_signature("\033[31mNewHype", name, sizeof(name));
	assert_string_equal(name, "?[31mNewHype");
	hypervisor_from_signature("\0\0\0\0\0\0\0\0\0\0\0\0", name, sizeof(name));
	assert_string_equal(name, "unknown");
}

/* The code at AT_SYSINFO as kernels have it. */
static void vdso_entries_are_told_apart(void **state)
{
	static const struct {
		uint8_t code[16];
		enum entry_path path;
	} rows[] = {
		/* push ecx; push edx; push ebp; mov ebp, esp; sysenter */
		{{0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34, 0xcd, 0x80}, PATH_VDSO_SYSENTER},
		/* push ecx; push edx; push ebp; mov ebp, ecx; syscall */
		{{0x51, 0x52, 0x55, 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80}, PATH_VDSO_SYSCALL},
		/* the same with nops: no fast instruction */
		{{0x51, 0x52, 0x55, 0x90, 0x90, 0x90, 0x90, 0xcd, 0x80}, PATH_VDSO_INT80},
		/* Linux 7.0 without a fast instruction */
		{{0xcd, 0x80, 0xc3}, PATH_VDSO_INT80},
		/* a jump over something */
		{{0xeb, 0x02, 0xcc, 0xcc, 0x0f, 0x34}, PATH_VDSO_SYSENTER},
		/* it returns without having entered; jumps to itself; is no code */
		{{0xc3, 0x0f, 0x05}, PATH_UNKNOWN},
		{{0xeb, 0xfe}, PATH_UNKNOWN},
		{{0xff, 0xff, 0xff, 0xff}, PATH_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct loop_page page = {.vdso_call = 0xf7fc0000};

		memset(page.vdso_code, 0xff, sizeof(page.vdso_code));
		memcpy(page.vdso_code, rows[i].code, sizeof(rows[i].code));
		assert_int_equal(loops_vdso_path(&page), rows[i].path);
		page.vdso_call = 0;
		assert_int_equal(loops_vdso_path(&page), PATH_UNKNOWN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_is_there),
		cmocka_unit_test(differences_are_named),
		cmocka_unit_test(hypervisors_have_names),
		cmocka_unit_test(vdso_entries_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
