/* SPDX-License-Identifier: MIT */
#include "calibrate/rows.h"

#include <string.h>

const struct row_plan row_plan[] = {
	{.name = "empty", .bits = LOOPS_32},
	{.name = "empty64", .bits = LOOPS_64},
	{.name = "syscall64", .bits = LOOPS_64, .minus = "empty64", .enters = true},
	{.name = "control", .bits = LOOPS_64, .minus = "syscall64", .enters = true},
	{.name = "x32", .bits = LOOPS_64, .minus = "empty64", .enters = true},
	{.name = "vdso", .bits = LOOPS_32, .minus = "empty", .enters = true},
	{.name = "int80", .bits = LOOPS_32, .minus = "empty", .enters = true},
	{.name = "sysenter", .bits = LOOPS_32, .minus = "empty", .enters = true},
	/* Emulated Intel CPUs were seen to take the guest's kernel down instead of raising #UD. */
	{.name = "syscall32", .bits = LOOPS_32, .minus = "empty", .enters = true,
	 .not_on = "GenuineIntel", .why_not = "Intel CPUs have no syscall in 32-bit code"},
	{.name = "far-call", .bits = LOOPS_32, .minus = "empty", .enters = true},
	{.name = "mode-switch", .bits = LOOPS_32, .minus = "empty", .enters = true},
	{.name = "int80-64", .bits = LOOPS_64, .minus = "empty64", .enters = true},
	{.name = "far-call-pair", .bits = LOOPS_32, .minus = "empty"},
	{.name = "far-call-pair-32", .bits = LOOPS_32, .minus = "empty"},
	{.name = "far-jump-pair", .bits = LOOPS_32, .minus = "empty"},
	{.name = "trap-ud2", .bits = LOOPS_32, .minus = "empty"},
	{.name = "trap-int2e", .bits = LOOPS_32, .minus = "empty"},
};

const size_t nrow_plan = sizeof(row_plan) / sizeof(*row_plan);

int row_plan_find(const char *name)
{
	for (size_t i = 0; i < nrow_plan; i++)
		if (strcmp(row_plan[i].name, name) == 0)
			return (int)i;
	return -1;
}
