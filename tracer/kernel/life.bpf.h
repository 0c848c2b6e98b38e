/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/* Births and ends of processes, and what becomes of interrupted calls. Included by count.bpf.c. */
#ifndef ET_KERNEL_LIFE_H
#define ET_KERNEL_LIFE_H

#include "kernel/look.bpf.h"

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 tgid = parent->tgid, child_tgid = child->tgid;
	struct mm_struct *mm = parent->mm, *child_mm = child->mm;
	struct kernel_process *p, fresh = {.running = 1};
	struct kernel_fork *r;
	__u64 space;
	__u32 one = 1;

	if (!mm || !child_mm)
		return 0;
	if (params.whole_machine) {
		if (!image_is_i386(mm))
			return 0;
	} else {
		p = bpf_map_lookup_elem(&processes, &tgid);
		if (!p)
			return 0;
		fresh.running = p->running;
		if (tgid != child_tgid && bpf_map_update_elem(&processes, &child_tgid, &fresh, BPF_ANY) != 0)
			lose(&lost.processes);
		if (!p->running)
			return 0;
	}
	space = mm->context.ctx_id;
	if (!bpf_map_lookup_elem(&spaces, &space))
		return 0;
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (!r) {
		lose(&lost.records);
		return 0;
	}
	r->head.type = RECORD_FORK;
	r->head.pid = tgid;
	r->head.space = space;
	r->child_space = child_mm->context.ctx_id;
	r->child = child_tgid;
	r->thread = tgid == child_tgid;
	space = r->child_space;
	bpf_ringbuf_submit(r, wakeup());
	bpf_map_update_elem(&spaces, &space, &one, BPF_ANY);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task)
{
	__u32 tgid = task->tgid;
	struct mm_struct *mm = task->mm;
	struct kernel_process *p;

	if (!mm)
		return 0;
	if (params.whole_machine) {
		if (!image_is_i386(mm) || !wanted(task))
			return 0;
	} else {
		p = bpf_map_lookup_elem(&processes, &tgid);
		if (!p)
			return 0;
		p->running = 1;
	}
	return tell_space(1);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u32 tgid = task->tgid;
	struct kernel_end *r;

	if (restarts_expected > 0)
		forget_restart();
	if (task->signal->live.counter)
		return 0;
	if (params.whole_machine)
		return 0;
	if (!bpf_map_lookup_elem(&processes, &tgid))
		return 0;
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (r) {
		r->head.type = RECORD_END;
		r->head.pid = tgid;
		r->head.space = 0;
		r->exit_code = task->signal->group_exit_code ?: task->exit_code;
		r->user_ns = task->signal->utime + task->utime;
		r->system_ns = task->signal->stime + task->stime;
		bpf_ringbuf_submit(r, BPF_RB_FORCE_WAKEUP);
	} else {
		lose(&lost.records);
	}
	bpf_map_delete_elem(&processes, &tgid);
	return 0;
}

/*
 * On the way out of the kernel with a signal, or with nothing but a false alarm:
 * the call will be made again when the instruction pointer was moved back onto
 * the vDSO's int 0x80. A handler, if one runs, finds that in its frame.
 */
SEC("fexit/arch_do_signal_or_restart")
int BPF_PROG(on_signal, struct pt_regs *regs)
{
	struct mm_struct *mm = bpf_get_current_task_btf()->mm;

	if (mm && cs_is_32bit(regs->cs & KEY_CS) && is_pad(mm, regs->ip + 2))
		expect_restart(regs->sp, (__s32)regs->ax);
	return 0;
}

/*
 * Where functions of the kernel cannot be attached to, the same from two sides:
 * what a call leaves with says that it will be made again, unless a handler
 * runs, whose frame tells.
 */
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516

SEC("tp_btf/sys_exit")
int BPF_PROG(on_result, struct pt_regs *regs, long ret)
{
	struct mm_struct *mm;

	if (ret > -ERESTARTSYS || ret < -ERESTART_RESTARTBLOCK)
		return 0;
	mm = bpf_get_current_task_btf()->mm;
	/* restart_syscall has number 0 on i386. */
	if (mm && cs_is_32bit(regs->cs & KEY_CS) && is_pad(mm, regs->ip))
		expect_restart(regs->sp, ret == -ERESTART_RESTARTBLOCK ? 0 : (__s32)regs->orig_ax);
	return 0;
}

SEC("tp_btf/signal_deliver")
int BPF_PROG(on_deliver, int sig, void *info, struct k_sigaction *ka)
{
	/* SIG_DFL is 0, SIG_IGN 1. */
	if (restarts_expected > 0 && (__u64)ka->sa.sa_handler > 1)
		forget_restart();
	return 0;
}

#endif
