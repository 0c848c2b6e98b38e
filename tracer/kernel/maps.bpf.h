/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* The tables of the program in the kernel, and what it is told before it is loaded. */
#ifndef ET_KERNEL_MAPS_H
#define ET_KERNEL_MAPS_H

#include "kernel/types.bpf.h"

#include "kernel/abi.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

const volatile struct kernel_params params;

/* Which half of the tables is counted into: changed from outside. */
volatile __u32 epoch;
struct kernel_losses lost;
/* Calls so far that change what is mapped, for kernels that count no such changes. */
__u64 mapping_calls;
/* Expected restarts on the whole machine: mostly none, and then no entry need ask. */
volatile __s64 restarts_expected;

/* For each epoch and CPU KERNEL_SLOTS; sized when it is loaded. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kernel_slot);
} slots SEC(".maps");

/* What the slots had no room for. */
struct counts {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct kernel_key);
	__type(value, __u64);
};
struct counts counts0 SEC(".maps");
struct counts counts1 SEC(".maps");

/* The processes that are followed, unless all are. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct kernel_process);
} processes SEC(".maps");

/* What has been told already; what falls out of them is told again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u32);
} spaces SEC(".maps");

struct file_id {
	__u64 inode;
	__u64 dev;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct file_id);
	__type(value, __u32);
} files SEC(".maps");

/* Tasks whose next entry may be a restart. */
struct restart {
	__u64 sp;
	__s32 nr;
	__u32 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct restart);
} restarts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, KERNEL_RING);
} ring SEC(".maps");

/* How many keys each half of the table has; set back from outside. */
volatile __u64 keys[KERNEL_EPOCHS];

/* Those outside come by themselves often enough, unless something runs full. */
static __always_inline __u64 wakeup(void)
{
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > KERNEL_RING / 4 ||
			       keys[epoch & 1] > KERNEL_COUNTS_MANY
		       ? BPF_RB_FORCE_WAKEUP
		       : BPF_RB_NO_WAKEUP;
}

/* A path under way. Nothing else runs on a CPU while it is built. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kernel_file);
} scratch SEC(".maps");

/* How far up the stack a far return is looked for, in bytes: as the tracer does. */
#define FAR_SLICE 512

struct far_slice {
	__u32 word[FAR_SLICE / 4];
	/* what was found in it */
	__u64 ret[KERNEL_FAR];
	__u32 depth[KERNEL_FAR];
	__u32 n;
	__u32 unused;
};

/* What was looked up, for the site and for who called it: the stack is too small for both. */
struct mapped {
	struct kernel_mapping m[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mapped);
} mapped SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct far_slice);
} far_slices SEC(".maps");

static __always_inline void lose(__u64 *counter)
{
	__sync_fetch_and_add(counter, 1);
}

/* Of arch/x86/include/asm/segment.h, and of a Xen PV guest. */
static __always_inline bool cs_is_32bit(__u32 cs)
{
	return cs == 0x23 || cs == 0xe023;
}

static __always_inline bool image_is_i386(const struct mm_struct *mm)
{
	return mm->context.flags >> MM_CONTEXT_UPROBE_IA32 & 1;
}

#endif
