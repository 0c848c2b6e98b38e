/* SPDX-License-Identifier: MIT */
/* noreader FD COMMAND...: runs COMMAND with FD a pipe whose reader has gone away, and SIGPIPE as by default. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int ends[2];

	if (argc < 3 || pipe(ends) != 0) {
		fputs("usage: noreader FD COMMAND...\n", stderr);
		return 125;
	}
	signal(SIGPIPE, SIG_DFL);
	close(ends[0]);
	dup2(ends[1], atoi(argv[1]));
	execvp(argv[2], argv + 2);
	printf("noreader: %s: %s\n", argv[2], strerror(errno));
	return 127;
}
