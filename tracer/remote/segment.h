/* SPDX-License-Identifier: MIT */
/*
 * Memory that the tracer shares with a program. It is a System V segment: it needs
 * no descriptor, of the program's or of anybody's, cannot be made shorter under
 * its readers, and is gone with the last who has it attached (shmctl(2), IPC_RMID).
 */
#ifndef ET_REMOTE_SEGMENT_H
#define ET_REMOTE_SEGMENT_H

#include <stddef.h>
#include <sys/types.h>

struct segment {
	int id;    /* for shmat(2), as long as somebody has it */
	void *map; /* here, writable; zeros at first */
};

/* For tasks of process pid, too, whoever it runs as. Returns 0 or a negative errno. */
int segment_new(struct segment *s, size_t size, pid_t pid);
void segment_close(struct segment *s);

#endif
