/* SPDX-License-Identifier: MIT */
#include "scan/system.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/*
 * What holds files of this machine: whatever is on a block device or a folder of its
 * own. The rest is the kernel's, in memory, or somebody else's.
 */
static const char *const kinds[] = {
	"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "reiserfs", "zfs", "bcachefs", "overlay",
	"squashfs", "erofs", "iso9660", "udf", "vfat", "exfat", "ntfs", "ntfs3", "nilfs2", "rootfs",
};

static bool is_local(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

/* mountinfo writes blanks and the like as octal, proc(5). */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && strspn(s + 1, "01234567") >= 3) {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/*
 * 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
 * The same device is listed where it is first mounted: files are known by inode anyway.
 */
void mounts_read(FILE *in, struct mounts *out)
{
	auto_free char *line = NULL;
	size_t room = 0;

	*out = (struct mounts){0};
	while (getline(&line, &room, in) > 0) {
		char *dash = strstr(line, " - "), *save = NULL, *word = NULL, *kind;

		if (!dash)
			continue;
		*dash = '\0';
		kind = dash + 3;
		kind[strcspn(kind, " \n")] = '\0';
		word = strtok_r(line, " ", &save);
		for (unsigned i = 0; i < 4 && word; i++)
			word = strtok_r(NULL, " ", &save);
		if (!word || !is_local(kind))
			continue;
		unescape(word);
		*vec_push(out->list, out->n) = xstrdup(word);
	}
}

void mounts_fini(struct mounts *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->list[i]);
	free(m->list);
	*m = (struct mounts){0};
}
