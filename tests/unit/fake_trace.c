/* SPDX-License-Identifier: MIT */
#include "fake_trace.h"

#include "base/vec.h"

#include <stdarg.h>
#include <stdlib.h>

static char *dup(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void set_command(struct trace *t, ...)
{
	va_list ap;
	const char *word;
	size_t n = 0;

	va_start(ap, t);
	while ((word = va_arg(ap, const char *)))
		*vec_push(t->command, n) = xstrdup(word);
	va_end(ap);
	vec_push(t->command, n);
}

static struct site *add_site(struct trace *t, enum entry_path path, uint32_t image, const char *module,
			     uint64_t offset, const char *function, const char *source)
{
	struct site *s = vec_push(t->sites, t->nsites);

	s->path = path;
	s->image = image;
	s->module = dup(module);
	s->offset = offset;
	s->instruction = dup(entry_path_info[path].instruction);
	s->function = dup(function);
	s->source = dup(source);
	return s;
}

static void add_call(struct trace *t, struct site *s, enum abi abi, int64_t nr, const char *name, uint64_t entries)
{
	*vec_push(s->calls, s->ncalls) = (struct call_count){abi, nr, dup(name), entries};
	s->entries += entries;
	t->entries += entries;
	t->images[s->image].entries += entries;
}

static void add_image(struct trace *t, const char *exe, enum abi abi, uint64_t processes, uint64_t threads)
{
	*vec_push(t->images, t->nimages) = (struct image){
		.exe = dup(exe), .abi = abi, .processes = processes, .threads = threads};
}

static void add_fact(struct trace *t, const char *key, const char *value)
{
	*vec_push(t->host.facts, t->host.nfacts) = (struct host_fact){dup(key), dup(value)};
}

static void add_blind_spot(struct trace *t, const char *kind, uint64_t count, const char *note)
{
	*vec_push(t->blind_spots, t->nblind_spots) = (struct blind_spot){dup(kind), count, dup(note)};
}

static struct stack *add_stack(struct site *s, uint64_t entries, uint64_t samples, enum stack_end end)
{
	struct stack *to = vec_push(s->stacks, s->nstacks);

	to->entries = entries;
	to->samples = samples;
	to->end = end;
	return to;
}

static struct frame *add_frame(struct stack *s, const char *module, uint64_t offset, const char *function,
			       const char *source)
{
	struct frame *f = vec_push(s->frames, s->nframes);

	f->module = dup(module);
	f->offset = offset;
	f->function = dup(function);
	f->source = dup(source);
	return f;
}

static void add_start(struct stack *s)
{
	add_frame(s, "/home/me/app32", 0x1100, "main", "app.cc:80");
	add_frame(s, "/usr/lib/i386-linux-gnu/libc.so.6", 0x232d5, NULL, NULL);
	add_frame(s, "/home/me/app32", 0x1050, "_start+0x21", NULL);
}

struct trace fake_trace_small(void)
{
	struct trace t = {.exit_kind = EXIT_CODE, .wall_seconds = 14.256, .cpu_user = 1.31, .cpu_system = 9.07};

	set_command(&t, "./loop32", "900000", NULL);
	add_fact(&t, "cpu", "AMD EPYC 9R14");
	add_fact(&t, "kernel", "6.18.0");
	add_fact(&t, "mitigations.spectre_v2", "Mitigation: Enhanced / Automatic IBRS");
	add_fact(&t, "mitigations.retbleed", "Not affected");
	add_image(&t, "/home/me/loop32", ABI_I386, 1, 1);
	struct site *s = add_site(&t, PATH_INT80, 0, "/home/me/loop32", 0x1a3f, "do_getppid", "loop.c:12");
	add_call(&t, s, ABI_I386, 64, "getppid", 900000);
	s = add_site(&t, PATH_INT80, 0, "/usr/lib/i386-linux-gnu/ld-linux.so.2", 0x1d2c4, "__mmap+0x44", NULL);
	add_call(&t, s, ABI_I386, 192, "mmap2", 21);
	add_call(&t, s, ABI_I386, 125, "mprotect", 9);
	s = add_site(&t, PATH_VDSO_SYSCALL, 0, "/usr/lib/i386-linux-gnu/libc.so.6", 0xe8a71, "__write+0x21", NULL);
	add_call(&t, s, ABI_I386, 4, "write", 100152);
	return t;
}

struct trace fake_trace_big(void)
{
	struct trace t = {.exit_kind = EXIT_SIGNAL, .exit_value = 11, .wall_seconds = 0.0873, .cpu_user = 0.0121,
			  .cpu_system = 0.0512};

	t.partial = dup("interrupted, and 2 processes still run");
	set_command(&t, "/opt/a folder with a very long name/busybox-i386-static", "sh", "-c",
		    "for i in 1 2 3; do cat /etc/passwd | wc -l; done\nkill -SEGV $$", NULL);
	add_image(&t, "/opt/a folder with a very long name/and/another/busybox-i386-static", ABI_I386, 9, 9);
	add_image(&t, "/usr/bin/wc", ABI_X86_64, 3, 3);
	add_image(&t, "/tmp/\033[31mevil\nname\xff\xe2\x80\xaetxt", ABI_I386, 1, 17);
	t.images[0].in_place = 8;
	t.images[0].stops[REASON_FIRST] = 210;
	t.images[0].stops[REASON_SIGNAL] = 12;
	t.images[0].stops[REASON_FOLLOWED] = 35;
	t.images[0].rerouted = 1200;
	t.images[2].in_place = 0;
	t.images[2].stops[REASON_IMAGE] = 1;
	t.images[2].by_stops = dup("a syscall instruction in /tmp/\033[31mevil+0x1234");
	add_image(&t, "/opt/wow/h\u00f6st", ABI_X86_64, 1, 1);

	struct site *s = add_site(&t, PATH_INT80, 0, t.images[0].exe, 0x8f12a, "__syscall_cp_asm+0x1c", NULL);
	add_call(&t, s, ABI_I386, 3, "read", 812);
	add_call(&t, s, ABI_I386, 4, "write", 401);
	add_call(&t, s, ABI_I386, 5, "open", 80);
	add_call(&t, s, ABI_I386, 6, "close", 79);
	add_call(&t, s, ABI_I386, 114, "wait4", 33);
	add_call(&t, s, ABI_I386, 175, "rt_sigprocmask", 31);
	add_call(&t, s, ABI_I386, 2, "fork", 9);
	add_call(&t, s, ABI_I386, 9999, NULL, 1);
	s = add_site(&t, PATH_SYSCALL64, 1, "/usr/lib/x86_64-linux-gnu/libc.so.6", 0x10e5a0, "read",
		     "../sysdeps/unix/sysv/linux/read.c:26");
	add_call(&t, s, ABI_X86_64, 0, "read", 1200);
	s = add_site(&t, PATH_VDSO_SYSENTER, 0, "/usr/lib/i386-linux-gnu/libstdc++.so.6.0.30", 0x8f0, NULL, NULL);
	add_call(&t, s, ABI_I386, 240, "futex", 2400000);
	s = add_site(&t, PATH_FAR_CALL, 3, "/opt/wow/thunks/of/some/depth/in/the/tree/wow64thunk.so", 0x1010,
		     "std::vector<std::pair<unsigned int, std::string>>::_M_realloc_insert<unsigned int const&>",
		     "/build/wow/src/thunks/very/deep/below/thunk_table.cpp:1204");
	s->entered_at = dup("/opt/wow/thunks/of/some/depth/in/the/tree/wow64thunk64.so+0x4f2");
	add_call(&t, s, ABI_X86_64, 39, "getpid", 40000);
	s = add_site(&t, PATH_RESTART, 0, t.images[0].exe, 0x4411, "sleepaux", NULL);
	add_call(&t, s, ABI_I386, 0, "restart_syscall", 1);
	s = add_site(&t, PATH_UNKNOWN, 2, "[anon]", 0x7, NULL, NULL);
	add_call(&t, s, ABI_I386, -1, NULL, 3);
	s = add_site(&t, PATH_INT80, 2, t.images[2].exe, 0x33, "f\033]0;owned\007", "a,\"b\".c:3");
	add_call(&t, s, ABI_I386, 20, "getpid", 3);
	add_blind_spot(&t, "seccomp-filter", 2,
		       "The program installed a seccomp filter of its own; entries that it answers itself are not seen.");
	add_blind_spot(&t, "nested-ptrace", 0, "A process asked to trace another, which was refused.");
	return t;
}

struct trace fake_trace_empty(void)
{
	struct trace t = {.exit_kind = EXIT_NONE};

	set_command(&t, "/bin/true", NULL);
	return t;
}

struct trace fake_trace_native(void)
{
	struct trace t = {.exit_kind = EXIT_CODE, .wall_seconds = 0.0128, .cpu_user = 0.001, .cpu_system = 0.004};

	set_command(&t, "ls", NULL);
	add_image(&t, "/usr/bin/ls", ABI_X86_64, 1, 1);
	struct site *s = add_site(&t, PATH_SYSCALL64, 0, "/usr/lib/x86_64-linux-gnu/libc.so.6", 0x10e5a0, "write", NULL);
	add_call(&t, s, ABI_X86_64, 1, "write", 12);
	return t;
}

static struct priced price(double v, double half)
{
	return (struct priced){true, v, {v - half, v + half}};
}

static struct priced times(struct priced p, double n)
{
	return (struct priced){p.known, p.value * n, {p.ci95.lo * n, p.ci95.hi * n}};
}

static struct site_cost cost(struct priced each, double native, uint64_t entries)
{
	struct priced added = {each.known, each.value - native, {each.ci95.lo - native, each.ci95.hi - native}};

	return (struct site_cost){each, added, times(added, (double)entries), times(each, (double)entries)};
}

struct estimate fake_estimate(const struct trace *t)
{
	const double native = 381;
	const struct priced each[ENTRY_PATHS] = {
		[PATH_INT80] = price(17412.7, 96.2), [PATH_VDSO_SYSENTER] = price(1305, 0),
		[PATH_VDSO_SYSCALL] = price(508.31, 2.2), [PATH_RESTART] = price(17412.7, 96.2),
		[PATH_FAR_CALL] = price(611.9, 14.4), [PATH_SYSCALL64] = price(native, 1.1),
	};
	struct estimate e = {
		.have_table = true, .matches_host = true, .age_seconds = 11000,
		.clock = xstrdup("tsc"),
		.calibration = xstrdup("/home/me/.local/state/entrytrace/calibration.json"),
		.cpu_seconds = t->cpu_user + t->cpu_system, .hz = 3.62e9,
	};
	struct path_total total[ENTRY_PATHS];
	double saved = 0;

	trace_path_totals(t, total);
	e.sites = xcalloc(t->nsites, sizeof(*e.sites));
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		e.paths[p] = cost(each[p], native, total[p].entries);
	for (size_t i = 0; i < t->nsites; i++) {
		e.sites[i] = cost(each[t->sites[i].path], native, t->sites[i].entries);
		saved += e.sites[i].added.known ? e.sites[i].added.value : 0;
	}
	e.images = xcalloc(t->nimages + 1, sizeof(*e.images));
	for (size_t i = 0; i < t->nimages; i++)
		e.images[i].added.known = true;
	for (size_t i = 0; i < t->nsites; i++) {
		struct image_cost *c = &e.images[t->sites[i].image];

		c->added.known &= e.sites[i].added.known;
		c->added.value += e.sites[i].added.value;
		if (t->sites[i].path == PATH_INT80)
			c->saved[SCENARIO_VDSO].value += 16107.7 * (double)t->sites[i].entries;
		c->saved[SCENARIO_VDSO].known = c->added.known;
		c->saved[SCENARIO_NATIVE_64BIT] = c->added;
	}
	const double factor[SCENARIOS] = {
		[SCENARIO_NATIVE_64BIT] = 1, [SCENARIO_VDSO] = 0.984, [SCENARIO_FAR_CALL_THUNK] = -0.031};
	for (unsigned i = 0; i < SCENARIOS; i++) {
		struct priced c = price(saved * factor[i], saved * 0.0061);

		e.what_if[i] = (struct what_if){(enum scenario)i, c, times(c, 1 / e.hz),
						times(c, 1 / e.hz / e.cpu_seconds), total[PATH_UNKNOWN].entries};
	}
	return e;
}

void fake_estimate_fini(struct estimate *e)
{
	estimate_fini(e);
}

struct trace fake_trace_stacks(void)
{
	struct trace t = {.exit_kind = EXIT_CODE, .wall_seconds = 0.5, .cpu_user = 0.1, .cpu_system = 0.2};
	struct site *s;
	struct stack *k;

	set_command(&t, "./app32", NULL);
	add_image(&t, "/home/me/app32", ABI_I386, 1, 2);

	s = add_site(&t, PATH_VDSO_SYSCALL, 0, "/usr/lib/i386-linux-gnu/libc.so.6", 0xe0aa5, "getppid+0x5", NULL);
	add_call(&t, s, ABI_I386, 64, "getppid", 1000);
	/* Two that look the same for people: from two lines of one function. */
	for (unsigned i = 0; i < 2; i++) {
		k = add_stack(s, i ? 250 : 600, 40, STACK_WHOLE);
		add_frame(k, "[vdso]", 0x5e9, "__kernel_vsyscall+0x9", NULL);
		add_frame(k, "/usr/lib/i386-linux-gnu/libc.so.6", 0xe0aac, "getppid+0xc", NULL);
		add_frame(k, "/home/me/app32", 0x1210 + i * 16, "ns::draw<int; char>::operator()", "draw.h:9")->inlined = true;
		add_frame(k, "/home/me/app32", 0x1210 + i * 16, "render", i ? "app.cc:41" : "app.cc:40");
		add_start(k);
	}
	k = add_stack(s, 100, 9, STACK_WHOLE);
	add_frame(k, "/home/me/app32", 0x1333, "handler", NULL);
	add_frame(k, "[vdso]", 0x610, "__kernel_rt_sigreturn", NULL);
	add_frame(k, "/home/me/app32", 0x1400, "spin", NULL)->kind = FRAME_SIGNAL;
	add_start(k);
	k = add_stack(s, 30, 3, STACK_CUT_LOST);
	add_frame(k, "/opt/stripped", 0x8049abc, NULL, NULL)->guessed = true;
	k = add_stack(s, 20, 2, STACK_NONE);

	s = add_site(&t, PATH_FAR_CALL, 0, "/home/me/app32", 0x2000, "thunk32", NULL);
	add_call(&t, s, ABI_X86_64, 110, "getppid", 64);
	k = add_stack(s, 60, 60, STACK_WHOLE);
	add_frame(k, "/home/me/app32", 0x2102, "thunk64", NULL);
	add_frame(k, "/home/me/app32", 0x2007, NULL, NULL)->kind = FRAME_FAR_CALL;
	add_frame(k, "/home/me/app32", 0x2007, "thunk32+0x7", NULL);
	add_start(k);
	k = add_stack(s, 4, 4, STACK_CUT_SLICE);
	add_frame(k, NULL, 0xdeadbeef, NULL, NULL);
	add_frame(k, "[anon]", 0x10, "evil\nname\033[31m", NULL)->guessed = true;
	return t;
}
