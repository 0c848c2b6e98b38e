/* SPDX-License-Identifier: MIT */
/*
 * Shows the vDSO as glibc uses it, `call *%gs:0x10` in libc.so (or in the
 * static program, when built so): getppid, which the C library itself never
 * calls. Its loader's and its own other calls are not claimed, so the account
 * covers the named rows only.
 */
#include "support/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

int main(int argc, char **argv)
{
	enum entry_path vdso = truth_vdso_path(getauxval(AT_SYSINFO));
	unsigned long rounds = 1000;
	char text[4096] = "";

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--truth") != 0)
			rounds = strtoul(argv[i], NULL, 10);
	if (vdso == PATH_UNKNOWN) {
		fputs("this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	for (unsigned long i = 0; i < rounds; i++) {
		truth_add(vdso, ABI_I386, SYS_getppid);
		getppid();
	}
	if (argc > 1 && strcmp(argv[1], "--truth") == 0)
		truth_print(text, sizeof(text), "rows");
	printf("%lu rounds done\n%s", rounds, text);
	return 0;
}
