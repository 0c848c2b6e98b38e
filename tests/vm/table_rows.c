/* SPDX-License-Identifier: MIT */
/*
 * table_rows FILE: a calibration table (JSON) as lines that a shell can read,
 * "fact KEY VALUE", "row ID figure" and "row ID skipped WHY". Exit code 1 when FILE
 * is no such table.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *table = argc == 2 ? json_load_file(argv[1], 0, &error) : NULL;
	json_t *row, *value;
	const char *key;
	size_t i;

	if (!json_is_string(json_object_get(table, "schema")) ||
	    strcmp(json_string_value(json_object_get(table, "schema")), "entrytrace-calibration/1") != 0) {
		fprintf(stderr, "table_rows: %s is no calibration table\n", argc == 2 ? argv[1] : "(no file)");
		json_decref(table);
		return 1;
	}
	json_object_foreach(json_object_get(table, "fingerprint"), key, value)
		printf("fact %s %s\n", key, json_is_string(value) ? json_string_value(value) : "-");
	json_array_foreach(json_object_get(table, "rows"), i, row) {
		const char *id = json_string_value(json_object_get(row, "id"));
		const char *why = json_string_value(json_object_get(row, "skipped"));

		if (why)
			printf("row %s skipped %s\n", id ? id : "?", why);
		else if (json_is_number(json_object_get(row, "cycles")))
			printf("row %s figure\n", id ? id : "?");
		else
			printf("row %s nothing\n", id ? id : "?");
	}
	json_decref(table);
	return 0;
}
