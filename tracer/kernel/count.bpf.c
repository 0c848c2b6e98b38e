// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Counts entries into the kernel, in the kernel. At each entry the count for its
 * key (abi.h) is looked for in a small cache of this CPU; what has no room there
 * goes to a table. Both exist twice, for two epochs: those outside turn to the
 * other, wait until no CPU can be in here any more, and read what nobody changes.
 */
#include "kernel/look.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define X32_BIT 0x40000000

#define MIX 0x9e3779b97f4a7c15ull

/* Of all but aux. */
static __always_inline __u32 hash_of(const struct kernel_key *k)
{
	__u64 h = (k->addr ^ k->space << 20) * MIX;

	h ^= ((__u64)(__u32)k->nr << 32 | k->tag) * 0xc2b2ae3d27d4eb4full;
	h *= MIX;
	return h >> 40;
}

static __always_inline bool alike(const struct kernel_key *a, const struct kernel_key *b)
{
	return a->space == b->space && a->addr == b->addr && a->nr == b->nr && a->tag == b->tag;
}

/*
 * How often has the address space changed? What was found out of a mapping holds
 * until then. An odd seqcount is a change under way.
 */
static __always_inline __u64 changes(struct mm_struct *mm)
{
	struct mm_struct___seqcount *seqcount = (void *)mm;
	struct mm_struct___number *number = (void *)mm;

	if (bpf_core_field_exists(seqcount->mm_lock_seq.sequence))
		return seqcount->mm_lock_seq.sequence;
	if (bpf_core_field_exists(number->mm_lock_seq))
		return (__u64)(__u32)number->mm_lock_seq << 1;
	return mapping_calls << 1;
}

static __always_inline bool counts_changes(void)
{
	return bpf_core_field_exists(((struct mm_struct___seqcount *)0)->mm_lock_seq.sequence) ||
	       bpf_core_field_exists(((struct mm_struct___number *)0)->mm_lock_seq);
}

/* Puts n entries into the table. True when the key is new there. */
__noinline int table_add(const struct kernel_key *from, __u64 n, __u32 e)
{
	struct kernel_key key;
	__u64 *count;

	if (!from)
		return 0;
	/* Until Linux 6.2 a key must lie on the stack. */
	key = *from;
	count = e ? bpf_map_lookup_elem(&counts1, &key) : bpf_map_lookup_elem(&counts0, &key);
	if (count) {
		__sync_fetch_and_add(count, n);
		return 0;
	}
	if ((e ? bpf_map_update_elem(&counts1, &key, &n, BPF_NOEXIST)
	       : bpf_map_update_elem(&counts0, &key, &n, BPF_NOEXIST)) == 0) {
		__sync_fetch_and_add(&keys[e & 1], 1);
		return 1;
	}
	/* Another CPU was first; or there is no room. */
	count = e ? bpf_map_lookup_elem(&counts1, &key) : bpf_map_lookup_elem(&counts0, &key);
	if (count)
		__sync_fetch_and_add(count, n);
	else
		__sync_fetch_and_add(&lost.counts, n);
	return 0;
}

static __always_inline bool wanted(struct task_struct *task)
{
	if (!params.whole_machine) {
		__u32 tgid = task->tgid;
		struct kernel_process *p = bpf_map_lookup_elem(&processes, &tgid);

		return p && p->running;
	}
	if (params.uid != ~0u && params.uid != task->cred->uid.val)
		return false;
	return !params.cgroup || bpf_get_current_ancestor_cgroup_id(params.cgroup_level) == params.cgroup;
}

/* May a far call end at ret? 9A and six bytes, or FF /3 with an operand of up to five more. */
__noinline int far_candidate(struct entry *e, __u32 ret, __u32 depth)
{
	struct far_slice *slice;
	__u32 zero = 0;
	__u8 code[8] = {0};
	__u32 n;

	if (!e || ret < 4096 || bpf_probe_read_user(code, 7, (void *)((__u64)ret - 7)) != 0)
		return 0;
	if (code[0] != 0x9a && code[0] != 0xff && code[1] != 0xff && code[2] != 0xff && code[3] != 0xff &&
	    code[4] != 0xff && code[5] != 0xff)
		return 0;
	slice = bpf_map_lookup_elem(&far_slices, &zero);
	if (!slice || slice->n >= KERNEL_FAR)
		return 0;
	n = slice->n;
	slice->ret[n & (KERNEL_FAR - 1)] = ret;
	slice->depth[n & (KERNEL_FAR - 1)] = depth;
	slice->n = n + 1;
	e->key.aux = (e->key.aux ^ ret ^ (__u64)depth << 32) * 0x9e3779b97f4a7c15ull;
	return 0;
}

static __always_inline void scan_far(struct entry *e, const struct far_slice *slice, __u32 depth)
{
	for (__u32 i = 0; i + 1 < FAR_SLICE / 4; i++)
		if (cs_is_32bit(slice->word[i + 1] & 0xffff) && depth + i * 4 < FAR_SLICE)
			far_candidate(e, slice->word[i], depth + i * 4);
}

/*
 * Far returns on the stack: two words, the second of which is a 32-bit code
 * segment. Which of them counts is decided outside. A page that the program made
 * room on, and has not touched yet, is not there to be read; the next one may be.
 */
__noinline int find_far(struct entry *e)
{
	struct far_slice *slice;
	__u32 zero = 0, rest;

	if (!e)
		return 0;
	slice = bpf_map_lookup_elem(&far_slices, &zero);
	if (!slice)
		return 0;
	slice->n = 0;
	if (bpf_probe_read_user(slice->word, sizeof(slice->word), (void *)e->sp) == 0) {
		scan_far(e, slice, 0);
		return 0;
	}
	rest = -e->sp & 0xfff;
	if (rest >= FAR_SLICE)
		return 0;
	__builtin_memset(slice->word, 0, sizeof(slice->word));
	bpf_probe_read_user(slice->word, rest & (FAR_SLICE - 4), (void *)e->sp);
	scan_far(e, slice, 0);
	if (bpf_probe_read_user(slice->word, sizeof(slice->word), (void *)(e->sp + rest)) == 0)
		scan_far(e, slice, rest);
	return 0;
}

static __always_inline void forget_restart(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	if (bpf_map_delete_elem(&restarts, &tid) == 0)
		__sync_fetch_and_add(&restarts_expected, -1);
}

/* Is this entry the restart that was expected of its task? Asked once. */
__noinline int take_restart(__u64 sp, __s32 nr, __u32 pad)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct restart *r = bpf_map_lookup_elem(&restarts, &tid);
	bool is;

	if (!r)
		return 0;
	is = pad && r->sp == sp && r->nr == nr;
	forget_restart();
	return is;
}

static __always_inline void expect_restart(__u64 sp, __s32 nr)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct restart r = {.sp = sp, .nr = nr}, *old = bpf_map_lookup_elem(&restarts, &tid);

	if (old)
		*old = r;
	else if (bpf_map_update_elem(&restarts, &tid, &r, BPF_ANY) == 0)
		__sync_fetch_and_add(&restarts_expected, 1);
	else
		lose(&lost.restarts);
}

/* struct sigcontext_32 of arch/x86/include/uapi/asm/sigcontext.h: part of the kernel's ABI. */
struct sigcontext32 {
	__u32 gs, fs, es, ds;
	__u32 di, si, bp, sp, bx, dx, cx, ax;
	__u32 trapno, err, ip, cs;
};
#define RT_SIGCONTEXT (3 * 4 + 128 + 5 * 4)
#define NR32_SIGRETURN 119
#define NR32_RT_SIGRETURN 173

static __always_inline bool is_pad(const struct mm_struct *mm, __u64 ip)
{
	__u64 off = ip - (__u64)mm->context.vdso;

	return params.has_vdso && (off == params.pad || off == params.fast_pad);
}

/* A return from a handler: does its frame lead back onto the vDSO's int 0x80? */
__noinline int look_at_frame(__u64 sp, __u32 rt)
{
	struct mm_struct *mm = bpf_get_current_task_btf()->mm;
	struct sigcontext32 sc;

	if (bpf_probe_read_user(&sc, sizeof(sc), (void *)(sp + (rt ? RT_SIGCONTEXT : 0))) != 0)
		return 0;
	if (cs_is_32bit(sc.cs & 0xffff) && is_pad(mm, (__u64)sc.ip + 2))
		expect_restart(sc.sp, sc.ax);
	return 0;
}

/* A slot for a key that is not in the cache; what was there goes to the table. */
static __always_inline int miss(const struct entry *e, __u32 index, __u64 seq, __u32 stable)
{
	struct kernel_slot *slot;
	__u64 target = 0;
	/* The half that the index lies in. */
	__u32 now = index / KERNEL_SLOTS & 1;
	__u64 space = e->key.space;

	if (!bpf_map_lookup_elem(&spaces, &space))
		tell_space(0);
	/* In the table with nothing, so that this is the only time it is new. */
	if (table_add(&e->key, 0, now)) {
		if (e->key.tag & (KEY_PAD | KEY_FAST_PAD) && !(e->key.tag & KEY_UNREAD))
			target = call_target(e->key.addr);
		if (e->key.tag & KEY_THUNK)
			tell_thunk(e);
		else if (target)
			tell_called(e, target);
		else
			tell_site(e);
	}
	slot = bpf_map_lookup_elem(&slots, &index);
	if (!slot)
		return 0;
	if (slot->epoch == now + 1 && slot->count)
		table_add(&slot->key, slot->count, now);
	slot->key = e->key;
	slot->bytes = e->bytes;
	slot->seq = seq;
	slot->stable = stable;
	slot->count = 1;
	slot->epoch = now + 1;
	return 0;
}

/* Counts in a slot if it has the very key; what made the key holds anew. */
static __always_inline bool renew(const struct entry *e, __u32 index, __u64 seq, __u32 stable)
{
	struct kernel_slot *slot = bpf_map_lookup_elem(&slots, &index);

	if (!slot || slot->epoch != (index / KERNEL_SLOTS & 1) + 1 || !alike(&slot->key, &e->key) ||
	    slot->key.aux != e->key.aux)
		return false;
	slot->seq = seq;
	slot->stable = stable;
	slot->bytes = e->bytes;
	slot->count++;
	return true;
}

/* What is mapped at the site, and the code before it: is it what a slot was made for? */
__noinline int slow(struct entry *e, __u32 index)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	struct kernel_mapping *m = mapping(0);
	bool stable;
	__u64 seq;

	if (!e || !m || !wanted(task))
		return 0;
	seq = changes(mm);
	e->bytes = 0;
	if (e->key.tag & KEY_THUNK)
		find_far(e);
	else if (e->key.tag & (KEY_PAD | KEY_FAST_PAD) && !(e->key.tag & KEY_UNREAD))
		bpf_probe_read_user(&e->bytes, 8, (void *)(e->key.addr - 8));
	if (find_mapping(e->key.addr - 1, e->key.space, 0) != 0)
		seq = 1; /* not to be trusted a second time */
	e->key.aux ^= (((m->start * MIX ^ m->inode) * MIX ^ m->offset) * MIX ^ e->bytes) * MIX;
	stable = m->inode && !m->writable;
	if (renew(e, index, seq, stable) || renew(e, index ^ 1, seq, stable))
		return 0;
	return miss(e, index ^ 1, seq, stable);
}

/* The slot of a key like this one; *index is where it would be. */
static __always_inline struct kernel_slot *find_slot(const struct kernel_key *key, __u32 now, __u32 *index)
{
	struct kernel_slot *slot;
	__u32 i = hash_of(key) & (KERNEL_SLOTS - 1);

	i += (bpf_get_smp_processor_id() * KERNEL_EPOCHS + now) * KERNEL_SLOTS;
	*index = i;
	slot = bpf_map_lookup_elem(&slots, index);
	if (slot && alike(&slot->key, key) && slot->epoch == now + 1)
		return slot;
	*index = i ^ 1;
	slot = bpf_map_lookup_elem(&slots, index);
	return slot && alike(&slot->key, key) && slot->epoch == now + 1 ? slot : NULL;
}

/* A landing pad: who called? */
static __always_inline __u32 read_caller(struct kernel_key *key, __u64 sp, bool own)
{
	__u32 ret = 0;

	if (bpf_probe_read_user(&ret, 4, (void *)(sp + (own ? params.pad_ret : params.fast_pad_ret))) != 0) {
		lose(&lost.unread);
		key->addr = 0;
		return KEY_UNREAD;
	}
	key->addr = ret;
	return 0;
}

/* Is what the slot was made for still so? */
static __always_inline bool holds(const struct kernel_slot *slot, const struct kernel_key *key, __u64 seq, bool pad)
{
	__u64 bytes = 0;

	if (slot->seq != seq || seq & 1)
		return false;
	if (!pad || slot->stable)
		return true;
	bpf_probe_read_user(&bytes, 8, (void *)(key->addr - 8));
	return bytes == slot->bytes;
}

/* munmap, mmap2 and old mmap, mremap, mprotect, remap_file_pages, pkey_mprotect, shmat: arch/x86/entry/syscalls. */
static __always_inline bool maps(__s32 nr, bool compat)
{
	return compat ? nr == 90 || nr == 91 || nr == 192 || nr == 163 || nr == 125 || nr == 257 || nr == 380 ||
				nr == 397 || nr == 117
		      : nr == 9 || nr == 10 || nr == 11 || nr == 25 || nr == 30 || nr == 216 || nr == 329;
}

static __always_inline int count_entry(struct pt_regs *regs, __s32 nr, __u32 tag)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct mm_struct *mm = task->mm;
	__u64 ip = regs->ip, sp = regs->sp, off;
	struct kernel_key key;
	struct kernel_slot *slot;
	bool compat = task->thread_info.status & TS_COMPAT, thunk, pad = false;
	__u32 now, index;

	/* Whoever calls from 32-bit code has a stack below 4 GiB. */
	thunk = !compat && (sp <= 0xffffffffu || image_is_i386(mm));
	if (params.whole_machine && !compat && !thunk && !(nr > 0 && nr & X32_BIT))
		return 0;
	tag |= regs->cs & KEY_CS;
	key.space = mm->context.ctx_id;
	key.addr = ip;
	key.aux = 0;
	key.nr = nr;
	if (compat) {
		tag |= KEY_COMPAT;
		off = ip - (__u64)mm->context.vdso;
		if (params.has_vdso && cs_is_32bit(tag & KEY_CS) &&
		    (off == params.pad || off == params.fast_pad)) {
			pad = true;
			tag |= off == params.pad ? KEY_PAD : KEY_FAST_PAD;
			tag |= read_caller(&key, sp, off == params.pad);
		}
	} else if (thunk) {
		tag |= KEY_THUNK;
	}
	if (restarts_expected > 0 && take_restart(sp, nr, pad))
		tag |= KEY_RESTART;
	if (compat && (nr == NR32_SIGRETURN || nr == NR32_RT_SIGRETURN))
		look_at_frame(sp, nr == NR32_RT_SIGRETURN);
	if (!counts_changes() && maps(nr, compat))
		__sync_fetch_and_add(&mapping_calls, 1);
	key.tag = tag;
	now = epoch & 1;
	slot = find_slot(&key, now, &index);
	if (!thunk && slot && holds(slot, &key, changes(mm), pad && !(tag & KEY_UNREAD))) {
		slot->count++;
		return 0;
	}

	struct entry e = {.key = key, .ip = ip, .sp = sp};

	return slow(&e, index);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(count_enter, struct pt_regs *regs, long id)
{
	return count_entry(regs, (__s32)id, 0);
}

#include "kernel/life.bpf.h"
