/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The first entry of a site: what a classifier needs to know of it is sent while
 * it is there to be seen. Programs that live for a millisecond are gone later.
 */
#ifndef ET_KERNEL_LOOK_H
#define ET_KERNEL_LOOK_H

#include "kernel/maps.bpf.h"

#define PAGE_SHIFT 12
#define MINOR_BITS 20

/* What a look needs to know of the entry, on the stack of the program. */
struct entry {
	struct kernel_key key;
	__u64 ip, sp;
	__u64 bytes;
};

/* A walk from a file up to the root. */
struct walk {
	__u64 mnt, dentry;
	__u32 at, done;
};

#define WALK_STEPS 48

static long walk_up(__u32 index, void *ctx)
{
	struct walk *w = ctx;
	struct vfsmount *mnt = (void *)w->mnt;
	struct dentry *dentry = (void *)w->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct dentry *root = BPF_CORE_READ(mnt, mnt_root);
	struct kernel_file *r;
	__u32 zero = 0;
	long n;

	/* A file without a folder, as memfd_create(2) makes, is its own parent, but no mount's root. */
	if (dentry == root) {
		struct mount *m = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
		struct mount *up = BPF_CORE_READ(m, mnt_parent);

		if (up == m) {
			w->done = 1;
			return 1;
		}
		w->dentry = (__u64)BPF_CORE_READ(m, mnt_mountpoint);
		w->mnt = (__u64)up + bpf_core_field_offset(struct mount, mnt);
		return 0;
	}
	r = bpf_map_lookup_elem(&scratch, &zero);
	if (!r || w->at >= KERNEL_PATH)
		return 1;
	n = bpf_probe_read_kernel_str(&r->names[w->at & (KERNEL_PATH - 1)], KERNEL_NAME,
				      BPF_CORE_READ(dentry, d_name.name));
	if (n <= 0)
		return 1;
	w->at += n;
	w->dentry = (__u64)parent;
	w->done = dentry == parent;
	return w->done ? 1 : 0;
}

/* Sends where a file is, if that was not done lately. The file comes as a number, unchecked. */
__noinline int tell_file(__u64 at, __u32 pid, __u64 space)
{
	struct file *file = (void *)at;
	struct walk w = {0};
	struct file_id id = {0};
	struct kernel_file *r;
	struct inode *inode;
	__u32 one = 1, zero = 0;

	if (!file)
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	id.inode = BPF_CORE_READ(inode, i_ino);
	id.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	if (bpf_map_lookup_elem(&files, &id))
		return 0;
	r = bpf_map_lookup_elem(&scratch, &zero);
	if (!r)
		return 0;
	w.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	w.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	bpf_loop(WALK_STEPS, walk_up, &w, 0);
	r->head.type = RECORD_FILE;
	r->head.pid = pid;
	r->head.space = space;
	r->inode = id.inode;
	r->major = id.dev >> MINOR_BITS;
	r->minor = id.dev & ((1u << MINOR_BITS) - 1);
	r->n = w.at;
	r->cut = !w.done;
	r->deleted = BPF_CORE_READ(inode, i_nlink) == 0;
	r->unused = 0;
	if (bpf_ringbuf_output(&ring, r, sizeof(*r), wakeup()) != 0) {
		lose(&lost.records);
		return 0;
	}
	bpf_map_update_elem(&files, &id, &one, BPF_ANY);
	return 0;
}

/* Sends which program an address space belongs to. */
__noinline int tell_space(__u32 execed)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	__u64 space = BPF_CORE_READ(mm, context.ctx_id);
	struct file *exe = BPF_CORE_READ(mm, exe_file);
	struct kernel_space *r;
	__u32 pid = BPF_CORE_READ(task, tgid), one = 1;
	__u32 dev;

	tell_file((__u64)exe, pid, space);
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (!r) {
		lose(&lost.records);
		return 0;
	}
	dev = BPF_CORE_READ(exe, f_inode, i_sb, s_dev);
	r->head.type = RECORD_SPACE;
	r->head.pid = pid;
	r->head.space = space;
	r->inode = BPF_CORE_READ(exe, f_inode, i_ino);
	r->major = dev >> MINOR_BITS;
	r->minor = dev & ((1u << MINOR_BITS) - 1);
	r->cgroup = bpf_get_current_cgroup_id();
	r->image32 = BPF_CORE_READ(mm, context.flags) >> MM_CONTEXT_UPROBE_IA32 & 1;
	r->execed = execed;
	r->threads = BPF_CORE_READ(task, signal, nr_threads);
	r->uid = BPF_CORE_READ(task, cred, uid.val);
	BPF_CORE_READ_INTO(&r->comm, task, comm);
	bpf_ringbuf_submit(r, wakeup());
	bpf_map_update_elem(&spaces, &space, &one, BPF_ANY);
	return 0;
}

/* What is mapped somewhere; on the stack, as bpf_find_vma() wants it. */
struct found {
	struct kernel_mapping m;
	__u64 space;
	__u32 pid;
	__u32 unused;
};

static long on_mapping(struct task_struct *task, struct vm_area_struct *vma, void *ctx)
{
	struct found *found = ctx;
	struct file *file = vma->vm_file;
	__u64 flags = vma->vm_flags;
	struct mm_struct *mm = vma->vm_mm;
	__u64 start = vma->vm_start, end = vma->vm_end;

	found->m.start = start;
	found->m.end = end;
	found->m.exec = (flags & VM_EXEC) != 0;
	found->m.writable = (flags & (VM_WRITE | VM_SHARED)) != 0;
	if (file) {
		__u32 dev = file->f_inode->i_sb->s_dev;

		found->m.offset = (__u64)vma->vm_pgoff << PAGE_SHIFT;
		found->m.inode = file->f_inode->i_ino;
		found->m.major = dev >> MINOR_BITS;
		found->m.minor = dev & ((1u << MINOR_BITS) - 1);
		/* Read once more as a number: a pointer that the verifier knows cannot be handed on. */
		tell_file((__u64)BPF_CORE_READ(vma, vm_file), found->pid, found->space);
	} else if (start <= BPF_CORE_READ(mm, brk) && end >= BPF_CORE_READ(mm, start_brk)) {
		found->m.use = MAPPING_HEAP;
	} else if (start <= BPF_CORE_READ(mm, start_stack) && end >= BPF_CORE_READ(mm, start_stack)) {
		found->m.use = MAPPING_STACK;
	}
	return 0;
}

static __always_inline struct kernel_mapping *mapping(__u32 which)
{
	__u32 zero = 0;
	struct mapped *mine = bpf_map_lookup_elem(&mapped, &zero);

	return mine ? &mine->m[which & 1] : NULL;
}

/*
 * What is mapped at an address, into this CPU's mapping(which): of an instruction, its
 * last byte, as nothing need be mapped behind it. Returns 0, or an
 * error where there is nothing or just now a mapping changes.
 */
__noinline int find_mapping(__u64 at, __u64 space, __u32 which)
{
	struct kernel_mapping *to = mapping(which);
	struct task_struct *task = bpf_get_current_task_btf();
	struct found found = {.space = space, .pid = BPF_CORE_READ(task, tgid)};
	long rc = bpf_find_vma(task, at, on_mapping, &found, 0);

	if (to)
		*to = found.m;
	return rc;
}

/* The bytes before an address; not those on the page before, where that is not there. */
static __always_inline void read_tail(struct kernel_tail *t, __u64 end)
{
	__u32 n = end & (KERNEL_TAIL - 1);

	t->n = 0;
	if (bpf_probe_read_user(t->b, KERNEL_TAIL, (void *)(end - KERNEL_TAIL)) == 0)
		t->n = KERNEL_TAIL;
	else if ((end & 0xfff) < KERNEL_TAIL && n && bpf_probe_read_user(t->b, n, (void *)(end - n)) == 0)
		t->n = n;
}

/* Reads a piece of code. Returns where it jumps on at once; 1 where it does so by the pointer in *by. */
__noinline __u64 read_piece(struct kernel_piece *p, __u64 at, __u64 *by)
{
	__u32 skip = 0, word;

	if (!p || !by)
		return 0;
	*by = 0;
	p->at = at;
	p->n = 0;
	if (bpf_probe_read_user(p->b, KERNEL_CODE, (void *)at) != 0)
		return 0;
	p->n = KERNEL_CODE;
	/* endbr32 */
	if (p->b[0] == 0xf3 && p->b[1] == 0x0f && p->b[2] == 0x1e && p->b[3] == 0xfb)
		skip = 4;
	if (p->b[skip] == 0xeb)
		return (__u32)(at + skip + 2 + (__s8)p->b[skip + 1]);
	word = p->b[skip + 1] | p->b[skip + 2] << 8 | p->b[skip + 3] << 16 | (__u32)p->b[skip + 4] << 24;
	if (p->b[skip] == 0xe9)
		return (__u32)(at + skip + 5 + word);
	word = word >> 8 | (__u32)p->b[skip + 5] << 24;
	if (p->b[skip] == 0xff && p->b[skip + 1] == 0x25) {
		*by = word;
		return 1;
	}
	return 0;
}

/* The direct call that ends at ret, if one does: where it goes. */
static __always_inline __u64 call_target(__u64 ret)
{
	__s32 distance = 0;
	__u8 opcode = 0;

	if (bpf_probe_read_user(&opcode, 1, (void *)(ret - 5)) != 0 || opcode != 0xe8 ||
	    bpf_probe_read_user(&distance, 4, (void *)(ret - 4)) != 0)
		return 0;
	return (__u32)(ret + distance);
}

static __always_inline void fill_site(struct kernel_site *r, const struct entry *e, struct task_struct *task,
				      struct mm_struct *mm)
{
	bool pad = e->key.tag & (KEY_PAD | KEY_FAST_PAD);
	unsigned long work = BPF_CORE_READ(task, thread_info.syscall_work);

	r->head.type = RECORD_SITE;
	r->head.pid = BPF_CORE_READ(task, tgid);
	r->head.space = e->key.space;
	r->key = e->key;
	r->ip = e->ip;
	r->sp = e->sp;
	r->vdso_base = (__u64)BPF_CORE_READ(mm, context.vdso);
	r->filtered = 0;
	if (work >> bpf_core_enum_value(enum syscall_work_bit, SYSCALL_WORK_BIT_SECCOMP) & 1)
		r->filtered |= SITE_SECCOMP;
	if (work >> bpf_core_enum_value(enum syscall_work_bit, SYSCALL_WORK_BIT_SYSCALL_USER_DISPATCH) & 1)
		r->filtered |= SITE_DISPATCH;
	r->image64 = !(BPF_CORE_READ(mm, context.flags) >> MM_CONTEXT_UPROBE_IA32 & 1);
	read_tail(&r->code, e->ip);
	r->caller.n = 0;
	if (pad && !(e->key.tag & KEY_UNREAD))
		read_tail(&r->caller, e->key.addr);
}

/* A site at a landing pad whose return address is behind a direct call to target. */
__noinline int tell_called(const struct entry *e, __u64 target)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	struct kernel_mapping *m = mapping(0), *ret = mapping(1);
	struct kernel_called *r;
	__u64 by = 0;

	if (!e || !m || !ret)
		return 0;
	find_mapping(e->ip - 1, e->key.space, 0);
	find_mapping(e->key.addr - 1, e->key.space, 1);
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (!r) {
		lose(&lost.records);
		return 0;
	}
	fill_site(&r->site, e, task, mm);
	r->site.head.type = RECORD_CALLED;
	r->site.at_ip = *m;
	r->site.at_ret = *ret;
	for (__u32 i = 0; i < KERNEL_PIECES; i++)
		r->piece[i].at = 0;
	for (__u32 i = 0; i < KERNEL_PIECES && target; i++) {
		target = read_piece(&r->piece[i], target, &by);
		if (target != 1)
			continue;
		target = 0;
		if (++i < KERNEL_PIECES) {
			read_piece(&r->piece[i], by, &by);
			target = r->piece[i].b[0] | r->piece[i].b[1] << 8 | r->piece[i].b[2] << 16 |
				 (__u32)r->piece[i].b[3] << 24;
		}
	}
	bpf_ringbuf_submit(r, wakeup());
	return 0;
}

__noinline int tell_site(const struct entry *e)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	struct kernel_mapping *m = mapping(0), *ret = mapping(1);
	struct kernel_site *r;

	if (!e || !m || !ret)
		return 0;
	find_mapping(e->ip - 1, e->key.space, 0);
	__builtin_memset(ret, 0, sizeof(*ret));
	if (e->key.tag & (KEY_PAD | KEY_FAST_PAD) && !(e->key.tag & KEY_UNREAD))
		find_mapping(e->key.addr - 1, e->key.space, 1);
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (!r) {
		lose(&lost.records);
		return 0;
	}
	fill_site(r, e, task, mm);
	r->at_ip = *m;
	r->at_ret = *ret;
	bpf_ringbuf_submit(r, wakeup());
	return 0;
}

/* The same where far returns were found on the stack. */
__noinline int tell_thunk(const struct entry *e)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	struct kernel_mapping *m = mapping(0);
	struct kernel_thunk *r;
	struct far_slice *slice;
	__u32 zero = 0;

	slice = bpf_map_lookup_elem(&far_slices, &zero);
	if (!e || !m || !slice)
		return 0;
	/* Their files are told before the site is. */
	for (__u32 i = 0; i < KERNEL_FAR && i < slice->n; i++)
		find_mapping(slice->ret[i] - 1, e->key.space, 1);
	find_mapping(e->ip - 1, e->key.space, 0);
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (!r) {
		lose(&lost.records);
		return 0;
	}
	fill_site(&r->site, e, task, mm);
	r->site.head.type = RECORD_THUNK;
	r->site.at_ip = *m;
	r->code_n = 0;
	if (bpf_probe_read_user(r->code, KERNEL_CODE, (void *)(e->ip - KERNEL_CODE)) == 0)
		r->code_n = KERNEL_CODE;
	r->nfar = 0;
	for (__u32 i = 0; i < KERNEL_FAR; i++) {
		if (i >= slice->n)
			break;
		r->far[i].ret = slice->ret[i];
		r->far[i].depth = slice->depth[i];
		read_tail(&r->far[i].caller, slice->ret[i]);
		find_mapping(slice->ret[i] - 1, e->key.space, 0);
		r->far[i].at = *m;
		r->nfar = i + 1;
	}
	bpf_ringbuf_submit(r, wakeup());
	return 0;
}

#endif
