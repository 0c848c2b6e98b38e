/* SPDX-License-Identifier: MIT */
/*
 * Helper processes at the other end of a SOCK_SEQPACKET socket pair: packets, each
 * of which may carry a descriptor, and the helper's end.
 */
#ifndef ET_BASE_HELPER_H
#define ET_BASE_HELPER_H

#include <stddef.h>
#include <sys/types.h>

struct helper {
	pid_t pid;
	int pidfd;
	int sock; /* -1: there is no helper */
};

/*
 * Sends a packet of two parts, of which the second may be empty, with a descriptor
 * unless fd is -1. flags are sendmsg()'s. Returns 0 or a negative errno; no SIGPIPE.
 */
int helper_send(int sock, const void *a, size_t na, const void *b, size_t nb, int fd, int flags);

/*
 * Waits for a packet. Returns its length; 0 or less at the end of the conversation,
 * or for a packet that buf has no room for. *fd is its descriptor, close-on-exec and
 * the caller's from then on, or -1 when none came along.
 */
ssize_t helper_receive(int sock, void *buf, size_t size, int *fd);

/*
 * Forks. In the parent, fills h and returns 0; in the child, returns 1, and
 * h->sock is the child's end, which it keeps as its only tie to the parent.
 * Every signal is blocked there: a program that signals all that it may (kill(-1,
 * N)) is to end no helper. Returns a negative errno on failure.
 */
int helper_fork(struct helper *h);

/*
 * In the child: its end of the conversation becomes descriptor 0, and all others are
 * closed. Returns 0 or a negative errno.
 */
int helper_keep_only(int sock);

/*
 * Kills the helper, waits for it and makes h->sock -1; nothing when it is that
 * already. The helper may have died long ago, and been waited for by somebody
 * else: its number, which may be another's by then, is not used.
 */
void helper_end(struct helper *h);

#endif
