/* SPDX-License-Identifier: MIT */
#include "scan/small.h"

#include "base/err.h"

#include <string.h>
#include <unistd.h>

/* Microsoft's PE format, "MS-DOS Stub" and "COFF File Header". */
#define PE_OFFSET_AT 0x3c
#define PE_I386 0x14c
#define PE_AMD64 0x8664

/* What Linux reads of a script's first line, BINPRM_BUF_SIZE. */
#define FIRST_LINE 256

bool scan_pe(int fd, uint64_t size, struct scan_file *out)
{
	uint8_t head[6];
	uint32_t at;
	uint16_t machine;

	if (pread(fd, &at, sizeof(at), PE_OFFSET_AT) != sizeof(at) || at > size || size - at < sizeof(head) ||
	    pread(fd, head, sizeof(head), at) != sizeof(head) || memcmp(head, "PE\0\0", 4) != 0)
		return false;
	memcpy(&machine, head + 4, sizeof(machine));
	out->kind = SCAN_PE;
	out->abi = machine == PE_I386 ? ABI_I386 : machine == PE_AMD64 ? ABI_X86_64 : ABIS;
	out->machine = xstrdup(machine == PE_I386 ? "i386 Windows" : machine == PE_AMD64 ? "x86-64 Windows" :
											      "Windows");
	return true;
}

/* As the kernel does it (binfmt_script): blanks, the interpreter, blanks, one argument. env is looked through. */
bool scan_script(int fd, uint64_t size, struct scan_file *out)
{
	char line[FIRST_LINE + 1] = {0}, *word, *rest;
	ssize_t n = pread(fd, line, FIRST_LINE, 0);
	const char *base;

	(void)size;
	if (n < 3)
		return false;
	line[strcspn(line, "\n")] = '\0';
	word = line + 2;
	word += strspn(word, " \t");
	rest = word + strcspn(word, " \t\r");
	if (*rest)
		*rest++ = '\0';
	rest += strspn(rest, " \t");
	if (word[0] != '/')
		return false;
	base = strrchr(word, '/') + 1;
	if (strcmp(base, "env") == 0) {
		/* "env -S python3 -I", "env python3" */
		while (*rest == '-') {
			rest += strcspn(rest, " \t");
			rest += strspn(rest, " \t");
		}
		rest[strcspn(rest, " \t\r")] = '\0';
		if (*rest)
			word = rest;
	}
	out->kind = SCAN_SCRIPT;
	out->abi = ABIS;
	out->interpreter = xstrdup(word);
	return true;
}
