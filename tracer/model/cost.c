/* SPDX-License-Identifier: MIT */
#include "model/cost.h"

#include <stdlib.h>
#include <string.h>

struct cost_row *cost_table_any_row(const struct cost_table *table, const char *id)
{
	for (size_t i = 0; i < table->nrows; i++)
		if (strcmp(table->rows[i].id, id) == 0)
			return &table->rows[i];
	return NULL;
}

const struct cost_row *cost_table_row(const struct cost_table *table, const char *id)
{
	const struct cost_row *row = cost_table_any_row(table, id);

	return row && !row->skipped ? row : NULL;
}

struct priced cost_row_price(const struct cost_row *row)
{
	if (!row)
		return (struct priced){0};
	return row->has_mean ? (struct priced){true, row->mean_cycles, row->mean_ci95} :
			       (struct priced){true, row->cycles, row->ci95};
}

const struct cost_row *cost_table_vdso_row(const struct cost_table *table)
{
	static const enum entry_path ways[] = {PATH_VDSO_SYSENTER, PATH_VDSO_SYSCALL, PATH_VDSO_INT80};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		const struct cost_row *row = cost_table_row(table, entry_path_info[ways[i]].id);

		if (row)
			return row;
	}
	return NULL;
}

void cost_table_fini(struct cost_table *table)
{
	free(table->name);
	free(table->taken);
	free(table->clock);
	free(table->call);
	free(table->note);
	host_fini(&table->fingerprint);
	for (size_t i = 0; i < table->nrows; i++) {
		free(table->rows[i].id);
		free(table->rows[i].skipped);
	}
	free(table->rows);
	*table = (struct cost_table){0};
}

void estimate_fini(struct estimate *est)
{
	free(est->why_no_table);
	free(est->mismatch);
	free(est->calibration);
	free(est->clock);
	free(est->sites);
	free(est->images);
	*est = (struct estimate){0};
}

static const struct {
	const char *id, *label;
} label[] = {
	{"syscall64", "native 64-bit syscall"},
	{"x32", "native, x32 number"},
	{"vdso-sysenter", "vDSO call (sysenter)"},
	{"vdso-syscall", "vDSO call (syscall)"},
	{"vdso-int80", "vDSO call (int 0x80)"},
	{"int80", "int 0x80"},
	{"restart", "restarted vDSO call"},
	{"sysenter", "sysenter by hand"},
	{"syscall32", "32-bit syscall by hand"},
	{"far-call", "call far+syscall+retf"},
	{"mode-switch", "jmp far+syscall+jmp far"},
	{"int80-64", "int 0x80 in 64-bit code"},
	{"far-call-pair", "call far+retf, to 64"},
	{"far-call-pair-32", "call far+retf, 32 only"},
	{"far-jump-pair", "jmp far, to 64 and back"},
	{"trap-ud2", "ud2 to a handler"},
	{"trap-int2e", "int 0x2e to a handler"},
	{"control", "control: syscall64 - itself"},
	{"empty", "empty loop"},
	{"empty64", "empty loop, 64-bit"},
};

const char *cost_row_label(const char *id)
{
	for (size_t i = 0; i < sizeof(label) / sizeof(*label); i++)
		if (strcmp(label[i].id, id) == 0)
			return label[i].label;
	return id;
}
