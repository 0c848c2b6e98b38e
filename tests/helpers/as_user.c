/* SPDX-License-Identifier: MIT */
/* as_user UID COMMAND...: runs COMMAND as that user and group, with no other group and no capability. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned id = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;

	if (!id) {
		fputs("usage: as_user UID COMMAND...\n", stderr);
		return 125;
	}
	if (setgroups(0, NULL) != 0 || setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) {
		perror("as_user");
		return 125;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "as_user: %s: %s\n", argv[2], strerror(errno));
	return 127;
}
