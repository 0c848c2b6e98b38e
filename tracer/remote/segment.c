/* SPDX-License-Identifier: MIT */
#include "remote/segment.h"

#include "tracee/procfs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

static int give_to(int id, pid_t pid)
{
	struct shmid_ds ds;
	uint64_t euid;

	if (!procfs_effective_uid(pid, &euid))
		return -ESRCH;
	if (euid == geteuid())
		return 0;
	if (shmctl(id, IPC_STAT, &ds) != 0)
		return -errno;
	ds.shm_perm.uid = (uid_t)euid;
	return shmctl(id, IPC_SET, &ds) == 0 ? 0 : -errno;
}

int segment_new(struct segment *s, size_t size, pid_t pid)
{
	int rc;

	s->map = NULL;
	s->id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0700);
	if (s->id < 0)
		return -errno;
	s->map = shmat(s->id, NULL, 0);
	rc = s->map == (void *)-1 ? -errno : give_to(s->id, pid);
	/* It lives as long as it is attached; Linux lets others attach it still. */
	shmctl(s->id, IPC_RMID, NULL);
	if (rc < 0) {
		if (s->map != (void *)-1)
			shmdt(s->map);
		s->map = NULL;
	}
	return rc;
}

void segment_close(struct segment *s)
{
	if (s->map)
		shmdt(s->map);
	s->map = NULL;
}
