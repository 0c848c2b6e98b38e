/* SPDX-License-Identifier: MIT */
#include "trace/birth.h"

#include "base/cleanup.h"
#include "elf/segments.h"
#include "trace/inplace.h"
#include "trace/seccomp.h"
#include "trace/stop.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

struct thread *birth_expect(struct tracer *tr, pid_t tid)
{
	struct thread *t = threads_find(&tr->threads, tid);

	return t ? t : threads_add(&tr->threads, tid);
}

void birth_count(struct tracer *tr, const struct thread *t, bool process)
{
	struct image *image = &tr->tally.images[t->space->image];

	if (tr->phase == PHASE_KEEPING)
		return;
	image->threads++;
	if (process && t->space->image64 && tr->pass.skip_native)
		tally_blind(&tr->tally, "native-skipped", 1,
			    "64-bit programs whose native entries, made above 4 GiB, were not counted (--native=count counts them)");
	image->processes += process;
}

static struct space *copy_of(const struct space *space)
{
	struct space *copy = space_copy(space);

	inplace_copied(space, copy);
	return copy;
}

struct thread *birth_adopt(struct tracer *tr, struct thread *maker)
{
	unsigned long tid;
	struct thread *t;
	bool thread = maker->clone_flags & CLONE_THREAD;

	if (!stop_message(maker->tid, &tid))
		return NULL;
	t = birth_expect(tr, (pid_t)tid);
	if (t->adopted)
		return NULL;
	t->adopted = maker->announced = true;
	t->tgid = thread ? maker->tgid : t->tid;
	shared_note_family(tr->shared, t->tgid);
	if (maker->space) {
		if (!thread)
			inplace_made_child(maker);
		thread_set_space(t, maker->clone_flags & CLONE_VM ? space_ref(maker->space) : copy_of(maker->space));
		birth_count(tr, t, !thread);
	}
	/* It was made with registers that are not its own. */
	t->lent = maker->lent;
	t->own_regs = maker->own_regs;
	t->abi = maker->abi;
	seccomp_inherit(t, maker);
	return t->first_stop_seen ? t : NULL;
}

/* By what /proc says of a task whose maker cannot tell any more, or never could. */
static void adopt_by_proc(struct tracer *tr, struct thread *t)
{
	uint64_t tgid = 0, ppid = 0;
	struct thread *kin;

	t->adopted = true;
	if (procfs_status(t->tid, "Tgid", 10, &tgid) && (pid_t)tgid != t->tid) {
		t->tgid = (pid_t)tgid;
		kin = threads_find(&tr->threads, t->tgid);
		if (kin)
			seccomp_inherit(t, kin);
		if (kin && kin->space)
			thread_set_space(t, space_ref(kin->space));
	} else if (procfs_status(t->tid, "PPid", 10, &ppid)) {
		kin = threads_find(&tr->threads, (pid_t)ppid);
		if (kin)
			seccomp_inherit(t, kin);
		if (kin && kin->space)
			thread_set_space(t, copy_of(kin->space));
	}
	if (!t->space)
		birth_image(tr, t);
	shared_note_family(tr->shared, t->tgid);
	birth_count(tr, t, t->tgid == t->tid);
}

void birth_begin(struct tracer *tr, struct thread *t)
{
	threads_set_making(&tr->threads, t, ++tr->makings);
}

bool birth_unclaimed(struct tracer *tr, struct thread *t)
{
	struct thread *other;

	/* In the order in which they began. */
	DL_FOREACH2(tr->threads.makers, other, maker.next) {
		if (other == t)
			continue;
		if (other->making_since < t->unclaimed_at)
			return false;
		break;
	}
	adopt_by_proc(tr, t);
	return true;
}

/* What runs now, by /proc/PID/exe; "?" where that cannot be read. */
static uint32_t find_image(struct tracer *tr, pid_t pid, bool *image64)
{
	auto_free char *exe = procfs_link(pid, "exe");
	struct elf_segments segments = {.abi = ABIS};
	auto_close int fd = -1;
	char path[32];
	enum abi abi;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		elf_segments_read(fd, &segments);
	abi = segments.abi;
	elf_segments_fini(&segments);
	if (abi == ABIS) {
		/* A file that we may not read: its mode tells at least the width of its code. */
		struct user_regs_struct regs = {0};

		abi = ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0 && regs.cs == 0x33 ? ABI_X86_64
										       : ABI_I386;
		tally_blind(&tr->tally, "unreadable-image", 1,
			    "programs whose file may not be read: their memory is closed to the tracer too, and their entries are counted as unknown");
	}
	*image64 = abi != ABI_I386;
	return tally_image(&tr->tally, exe ? exe : "?", abi);
}

void birth_image(struct tracer *tr, struct thread *t)
{
	struct space *s = space_next(t->space);

	s->image = find_image(tr, t->tid, &s->image64);
	thread_set_space(t, s);
}

static void note_setid(struct tracer *tr, pid_t pid)
{
	struct stat st;
	char path[32];
	uint64_t euid = 0, nnp = 0;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (stat(path, &st) != 0 || !(st.st_mode & (S_ISUID | S_ISGID)))
		return;
	if ((st.st_mode & S_ISUID) && procfs_effective_uid(pid, &euid) && euid == st.st_uid &&
	    procfs_status(pid, "NoNewPrivs", 10, &nnp) && !nnp)
		return;
	tally_blind(&tr->tally, "set-user-id", 1,
		    "set-user-ID or set-group-ID programs that may have run without the privileges they have untraced; trace as root to keep them");
}

struct thread *birth_exec(struct tracer *tr, pid_t tid)
{
	unsigned long former;
	struct thread *t, *other, *next, *leader = threads_find(&tr->threads, tid);
	pid_t vfork_parent = leader ? leader->vfork.parent : 0;

	if (!stop_message(tid, &former))
		former = (unsigned long)tid;
	t = threads_find(&tr->threads, (pid_t)former);
	if (t && former != (unsigned long)tid)
		threads_rename(&tr->threads, t, tid);
	else if (!t)
		t = birth_expect(tr, tid);
	/* The kernel has ended all others of the process; not each one's end is reported. */
	if (t->space)
		DL_FOREACH_SAFE2(t->space->tasks, other, next, peer.next)
			if (other != t && other->tgid == t->tgid && other->adopted)
				threads_remove(&tr->threads, other);
	t->tgid = tid;
	t->vfork.parent = vfork_parent;
	t->adopted = t->first_stop_seen = true;
	t->restart.armed = false;
	t->lent = false;
	birth_image(tr, t);
	birth_count(tr, t, true);
	note_setid(tr, tid);
	return t;
}
