/* SPDX-License-Identifier: MIT */
/*
 * Helper processes at the other end of a SOCK_SEQPACKET socket pair: packets, each
 * of which may carry a descriptor, and the helper's end.
 */
#ifndef ET_BASE_HELPER_H
#define ET_BASE_HELPER_H

#include <stddef.h>
#include <sys/types.h>

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

/* Kills the helper, waits for it, closes *sock and makes it -1; nothing when it is that already. */
void helper_end(pid_t pid, int *sock);

#endif
