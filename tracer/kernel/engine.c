/* SPDX-License-Identifier: MIT */
#include "kernel/internal.h"

#include "kernel/count.skel.h"
#include "kernel/explain.h"
#include "tracee/procfs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* So many are fetched at once. */
#define BATCH 1024u

struct kernel_engine {
	struct count_bpf *bpf;
	struct ring_buffer *ring;
	struct kernel_slot *slots; /* mapped */
	size_t slots_size;
	unsigned cpus;
	struct kernel_book book;
	bool whole_machine;
	bool started;
};

static int on_record(void *ctx, void *data, size_t size)
{
	book_record(ctx, data, size);
	return 0;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

static void give_params(struct kernel_engine *k, const struct kernel_options *opt)
{
	volatile struct kernel_params *p = &k->bpf->rodata->params;
	const struct vdso_facts *v = opt->vdso;

	p->whole_machine = opt->whole_machine;
	p->uid = opt->uid;
	p->cgroup = opt->cgroup;
	p->cgroup_level = opt->cgroup_level;
	p->has_vdso = v->insn != VDSO_INSN_NONE;
	p->pad = v->landing_pad;
	p->pad_ret = v->ret_offset;
	p->fast_pad = v->fast_pad ? v->fast_pad : v->landing_pad;
	p->fast_pad_ret = v->fast_pad ? v->fast_ret_offset : v->ret_offset;
}

/* With functions: what becomes of an interrupted call is asked of the kernel's function, else at each exit. */
static int load(struct kernel_engine *k, const struct kernel_options *opt, bool functions)
{
	int rc;

	k->bpf = count_bpf__open();
	if (!k->bpf)
		return -errno;
	give_params(k, opt);
	bpf_program__set_autoload(k->bpf->progs.on_signal, functions);
	bpf_program__set_autoload(k->bpf->progs.on_result, !functions);
	bpf_program__set_autoload(k->bpf->progs.on_deliver, !functions);
	bpf_map__set_max_entries(k->bpf->maps.slots, k->cpus * KERNEL_EPOCHS * KERNEL_SLOTS);
	bpf_map__set_max_entries(k->bpf->maps.counts0, KERNEL_COUNTS);
	bpf_map__set_max_entries(k->bpf->maps.counts1, KERNEL_COUNTS);
	rc = count_bpf__load(k->bpf);
	if (rc != 0) {
		count_bpf__destroy(k->bpf);
		k->bpf = NULL;
	}
	return rc;
}

int kernel_open(const struct kernel_options *opt, struct kernel_engine **out, struct err *err)
{
	struct kernel_engine *k = xcalloc(1, sizeof(*k));
	int rc;

	k->cpus = (unsigned)libbpf_num_possible_cpus();
	k->whole_machine = opt->whole_machine;
	k->book = (struct kernel_book){.vdso = opt->vdso, .tally = opt->tally, .modules = opt->modules,
				       .programs = opt->programs};
	libbpf_set_print(quiet);
	rc = load(k, opt, true);
	if (rc != 0)
		rc = load(k, opt, false);
	if (rc != 0) {
		kernel_free(k);
		return explain_load(rc, err);
	}
	k->book.spaces_fd = bpf_map__fd(k->bpf->maps.spaces);
	k->book.files_fd = bpf_map__fd(k->bpf->maps.files);
	k->ring = ring_buffer__new(bpf_map__fd(k->bpf->maps.ring), on_record, &k->book, NULL);
	k->slots_size = (size_t)k->cpus * KERNEL_EPOCHS * KERNEL_SLOTS * sizeof(struct kernel_slot);
	k->slots = mmap(NULL, k->slots_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			bpf_map__fd(k->bpf->maps.slots), 0);
	if (!k->ring || k->slots == MAP_FAILED) {
		rc = -errno;
		k->slots = NULL;
		kernel_free(k);
		return err_set(err, rc, "cannot map the counters of the kernel's program: %s", strerror(-rc));
	}
	*out = k;
	return 0;
}

int kernel_follow(struct kernel_engine *k, pid_t pid, bool running, struct err *err)
{
	struct kernel_process p = {.running = running};
	uint32_t key = (uint32_t)pid;

	if (bpf_map__update_elem(k->bpf->maps.processes, &key, sizeof(key), &p, sizeof(p), BPF_ANY) != 0)
		return err_set(err, -errno, "cannot follow process %d in the kernel: %s", (int)pid,
			       strerror(errno));
	return 0;
}

int kernel_start(struct kernel_engine *k, struct err *err)
{
	int rc = count_bpf__attach(k->bpf);

	if (rc != 0)
		return explain_load(rc, err);
	k->started = true;
	return 0;
}

int kernel_fd(const struct kernel_engine *k)
{
	return ring_buffer__epoll_fd(k->ring);
}

void kernel_read(struct kernel_engine *k)
{
	ring_buffer__consume(k->ring);
}

bool kernel_crowded(const struct kernel_engine *k)
{
	return k->bpf->bss->keys[k->bpf->bss->epoch & 1] > KERNEL_COUNTS_MANY;
}

/* Until no CPU can be in the program any more with what it read before. */
static void wait_for_all(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
		usleep(50000);
}

static void collect_slots(struct kernel_engine *k, uint32_t epoch)
{
	for (unsigned cpu = 0; cpu < k->cpus; cpu++) {
		struct kernel_slot *s = k->slots + ((size_t)cpu * KERNEL_EPOCHS + epoch) * KERNEL_SLOTS;

		for (unsigned i = 0; i < KERNEL_SLOTS; i++) {
			if (s[i].epoch == epoch + 1 && s[i].count)
				place_count(&k->book, &s[i].key, s[i].count);
			s[i].epoch = 0;
			s[i].count = 0;
		}
	}
}

static void collect_table(struct kernel_engine *k, uint32_t epoch)
{
	int fd = bpf_map__fd(epoch ? k->bpf->maps.counts1 : k->bpf->maps.counts0);
	struct kernel_key *keys = xcalloc(BATCH, sizeof(*keys));
	uint64_t *counts = xcalloc(BATCH, sizeof(*counts));
	uint32_t n, batch = 0;
	bool first = true;
	int rc = 0;

	while (rc == 0) {
		n = BATCH;
		rc = bpf_map_lookup_and_delete_batch(fd, first ? NULL : &batch, &batch, keys, counts, &n, NULL);
		first = false;
		if (rc != 0 && errno != ENOENT)
			break;
		for (uint32_t i = 0; i < n; i++)
			if (counts[i])
				place_count(&k->book, &keys[i], counts[i]);
	}
	k->bpf->bss->keys[epoch] = 0;
	free(keys);
	free(counts);
}

static void collect_epoch(struct kernel_engine *k, uint32_t epoch)
{
	wait_for_all();
	kernel_read(k);
	collect_slots(k, epoch);
	collect_table(k, epoch);
}

void kernel_collect(struct kernel_engine *k)
{
	uint32_t epoch = k->bpf->bss->epoch & 1;

	__atomic_store_n(&k->bpf->bss->epoch, epoch ^ 1, __ATOMIC_RELEASE);
	collect_epoch(k, epoch);
	book_tidy(&k->book);
}

uint64_t kernel_lost(const struct kernel_engine *k)
{
	return k->bpf->bss->lost.counts + k->bpf->bss->lost.records;
}

void kernel_cpu_of_images(struct kernel_engine *k, double *seconds, size_t n)
{
	struct kernel_known_space *s, *next;

	HASH_ITER(hh, k->book.spaces, s, next) {
		double user, system;

		if (s->pid <= 0 || s->ignored || s->image >= n || !procfs_cpu(s->pid, &user, &system))
			continue;
		/* Of what ran before the first look nothing is known. */
		if (s->cpu > 0 && user + system > s->cpu)
			seconds[s->image] += user + system - s->cpu;
		s->cpu = user + system;
	}
}

static void note_losses(struct kernel_engine *k)
{
	const struct kernel_losses lost = k->bpf->bss->lost;
	const struct {
		uint64_t n;
		const char *kind, *note;
	} spots[] = {
		{lost.counts, "kernel-counts-lost",
		 "entries that the kernel's program saw and had no room to count"},
		{lost.records, "kernel-records-lost",
		 "messages of the kernel's program that found no room: sites and programs that could not be named from there"},
		{k->book.unplaced, "kernel-sites-lost",
		 "entries whose site could not be looked at; they are counted as unknown"},
		{lost.unread, "kernel-stack-unread",
		 "entries through the vDSO whose stack could not be read in the kernel; they are counted, without their caller"},
		{lost.processes, "kernel-processes-lost", "processes that could not be followed: the table is full"},
		{lost.restarts, "kernel-restarts-lost",
		 "interrupted calls whose restart may be counted as another call: the table is full"},
	};

	if (k->book.filtered & SITE_SECCOMP)
		tally_blind(k->book.tally, "seccomp-filter", 0,
			    "seccomp filters of the programs' own: calls that they answer with ERRNO, TRAP, KILL or USER_NOTIF never reach the count");
	if (k->book.filtered & SITE_DISPATCH)
		tally_blind(k->book.tally, "syscall-user-dispatch", 0,
			    "calls that Syscall User Dispatch turned into SIGSYS before they could be counted");
	if (k->book.crowded)
		tally_blind(k->book.tally, "sites-merged", 0,
			    "sites beyond the hundred thousandth, which are counted together as [other sites]");
	for (size_t i = 0; i < sizeof(spots) / sizeof(spots[0]); i++)
		if (spots[i].n)
			tally_blind(k->book.tally, spots[i].kind, spots[i].n, spots[i].note);
}

void kernel_stop(struct kernel_engine *k)
{
	uint32_t epoch = k->bpf->bss->epoch & 1;

	count_bpf__detach(k->bpf);
	collect_epoch(k, epoch ^ 1);
	collect_epoch(k, epoch);
	note_losses(k);
	for (size_t i = 0; i < k->book.tally->nimages; i++)
		k->book.tally->images[i].in_kernel = true;
	k->started = false;
}

void kernel_free(struct kernel_engine *k)
{
	if (!k)
		return;
	if (k->slots)
		munmap(k->slots, k->slots_size);
	ring_buffer__free(k->ring);
	count_bpf__destroy(k->bpf);
	book_fini(&k->book);
	free(k);
}

unsigned kernel_alive(const struct kernel_engine *k, unsigned limit)
{
	int fd = bpf_map__fd(k->bpf->maps.processes);
	uint32_t key, next;
	unsigned n = 0;

	for (int rc = bpf_map_get_next_key(fd, NULL, &next); rc == 0 && n < limit;
	     key = next, rc = bpf_map_get_next_key(fd, &key, &next))
		n++;
	return n;
}

void kernel_kill(const struct kernel_engine *k)
{
	int fd = bpf_map__fd(k->bpf->maps.processes);
	uint32_t pid, next;

	for (int rc = bpf_map_get_next_key(fd, NULL, &next); rc == 0; pid = next, rc = bpf_map_get_next_key(fd, &pid, &next))
		kill((pid_t)next, SIGKILL);
}

bool kernel_status(const struct kernel_engine *k, pid_t pid, int *status)
{
	struct kernel_ended *e;

	HASH_FIND_INT(k->book.ended, &pid, e);
	if (e)
		*status = e->status;
	return e;
}

bool kernel_began(const struct kernel_engine *k)
{
	return k->book.began;
}

void kernel_cpu(const struct kernel_engine *k, double *user, double *system)
{
	*user = (double)k->book.user_ns * 1e-9;
	*system = (double)k->book.system_ns * 1e-9;
}
