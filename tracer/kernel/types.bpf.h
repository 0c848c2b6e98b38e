/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What of the kernel's own types is read. Only names matter: libbpf finds each
 * member in the running kernel's BTF, wherever it lies there.
 */
#ifndef ET_KERNEL_TYPES_H
#define ET_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 uint8_t;
typedef __u16 uint16_t;
typedef __u32 uint32_t;
typedef __s32 int32_t;
typedef __u64 uint64_t;
typedef __s64 int64_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

/* include/uapi/linux/bpf.h */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_F_MMAPABLE = 1 << 10 };
enum { BPF_RB_AVAIL_DATA = 0 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long bx, cx, ax, orig_ax, ip, cs, sp;
};

struct thread_info {
	unsigned long syscall_work;
	__u32 status;
};

/* include/linux/thread_info.h: what is done beside a call; the numbers are asked of the kernel. */
enum syscall_work_bit {
	SYSCALL_WORK_BIT_SECCOMP = 0,
	SYSCALL_WORK_BIT_SYSCALL_USER_DISPATCH = 5,
};

struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned long i_ino;
	unsigned int i_nlink;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
};

struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags, vm_pgoff;
	struct file *vm_file;
	struct mm_struct *vm_mm;
};

struct vdso_image {
	unsigned long size;
};

typedef struct {
	__u64 ctx_id;
	unsigned long flags;
	void *vdso;
	const struct vdso_image *vdso_image;
} mm_context_t;

struct mm_struct {
	mm_context_t context;
	struct file *exe_file;
	unsigned long start_brk, brk, start_stack;
};

/* A number that each change of the mappings makes another: a plain one in Linux 6.4, a seqcount since 6.14. */
struct mm_struct___number {
	int mm_lock_seq;
};

struct seqcount {
	unsigned int sequence;
};

struct mm_struct___seqcount {
	struct seqcount mm_lock_seq;
};

typedef struct {
	__s32 counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
	__s32 nr_threads;
	__s32 group_exit_code;
	__u64 utime, stime;
};

typedef struct {
	__u32 val;
} kuid_t;

struct sigaction {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct cred {
	kuid_t uid;
};

struct task_struct {
	struct thread_info thread_info;
	struct mm_struct *mm;
	__s32 pid, tgid;
	struct task_struct *group_leader;
	struct signal_struct *signal;
	const struct cred *cred;
	__s32 exit_code;
	__u64 utime, stime;
	char comm[16];
};

#pragma clang attribute pop

/* arch/x86/include/asm/thread_info.h: a call by the i386 table is being answered. */
#define TS_COMPAT 2u
/* arch/x86/include/asm/mmu.h: the number of a bit in context.flags, set by exec of an i386 program. */
#define MM_CONTEXT_UPROBE_IA32 0u
#define VM_WRITE 2u
#define VM_EXEC 4u
#define VM_SHARED 8u

#endif
