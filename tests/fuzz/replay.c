/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files of the folders given: one TAP test each. */
#include "base/cleanup.h"
#include "base/err.h"
#include "fuzz.h"

#include <dirent.h>

static int replay(const char *path)
{
	auto_fclose FILE *f = fopen(path, "r");
	auto_free uint8_t *data = NULL;
	size_t size = 0, room = 0;

	if (!f)
		return -1;
	for (size_t got = 1; got; size += got) {
		if (room - size < 4096)
			data = xrealloc(data, room = 2 * room + 65536, 1);
		got = fread(data + size, 1, room - size, f);
	}
	/* Cut to its size, so that a read behind it is found. */
	data = xrealloc(data, size, 1);
	LLVMFuzzerTestOneInput(data, size);
	return ferror(f) ? -1 : 0;
}

int main(int argc, char **argv)
{
	int n = 0, failed = 0;

	for (int i = 1; i < argc; i++) {
		struct dirent **files;
		int count = scandir(argv[i], &files, NULL, alphasort);

		for (int k = 0; k < count; k++) {
			auto_free char *path = xasprintf("%s/%s", argv[i], files[k]->d_name);

			if (files[k]->d_name[0] != '.') {
				int r = replay(path);

				printf("%s %d - %s\n", r ? "not ok" : "ok", ++n, files[k]->d_name);
				fflush(stdout);
				failed += r != 0;
			}
			free(files[k]);
		}
		if (count >= 0)
			free(files);
	}
	printf("1..%d\n", n);
	return failed || !n;
}
