/* SPDX-License-Identifier: MIT */
#include "scan/content.h"

#include <string.h>

static const struct {
	enum content content;
	unsigned at, n;
	const char *magic;
} magics[] = {
	{CONTENT_ELF, 0, 4, "\177ELF"},
	{CONTENT_SCRIPT, 0, 2, "#!"},
	{CONTENT_PE, 0, 2, "MZ"},
	{CONTENT_ARCHIVE, 0, 8, "!<arch>\n"},
	{CONTENT_ARCHIVE, 0, 4, "\xed\xab\xee\xdb"},   /* rpm */
	{CONTENT_ARCHIVE, 257, 5, "ustar"},
	{CONTENT_ARCHIVE, 0, 4, "PK\003\004"},         /* zip */
	{CONTENT_ARCHIVE, 0, 6, "070701"},             /* cpio */
	{CONTENT_ARCHIVE, 0, 6, "070702"},
	{CONTENT_ARCHIVE, 0, 3, "\037\213\010"},       /* gzip */
	{CONTENT_ARCHIVE, 0, 6, "\375" "7zXZ\0"},
	{CONTENT_ARCHIVE, 0, 3, "BZh"},
	{CONTENT_ARCHIVE, 0, 4, "\x28\xb5\x2f\xfd"},   /* zstd */
	{CONTENT_ARCHIVE, 0, 4, "\x04\x22\x4d\x18"},   /* lz4 */
};

enum content content_of(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (n >= magics[i].at + magics[i].n &&
		    memcmp(bytes + magics[i].at, magics[i].magic, magics[i].n) == 0)
			return magics[i].content;
	return CONTENT_OTHER;
}
