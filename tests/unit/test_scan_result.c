/* SPDX-License-Identifier: MIT */
/* What follows from the files: verdicts, the sentence, joined traces; what starts programs; what readers say. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/needs_ia32.h"
#include "sandbox/sandbox.h"
#include "scan/idset.h"
#include "scan/join.h"
#include "scan/sentence.h"
#include "scan/system.h"
#include "scan/verdict.h"
#include "scan/wire.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct scan_file elf_file(const char *path, enum abi abi, enum elf_type type)
{
	return (struct scan_file){
		.path = xstrdup(path),
		.kind = SCAN_ELF,
		.abi = abi,
		.type = type,
		.machine = xstrdup(abi < ABIS ? abi_name[abi] : "AArch64"),
	};
}

static void add_site(struct scan_file *f, enum entry_form form, enum scan_sure sure, uint64_t vaddr)
{
	*vec_push(f->sites, f->nsites) = (struct scan_site){.form = form, .sure = sure, .vaddr = vaddr, .nr = -1};
	f->count[form][sure]++;
}

static void needs(struct scan_file *f, const char *library)
{
	*vec_push(f->needed, f->nneeded) = xstrdup(library);
}

static const struct own {
	const char *what;
	enum abi abi;
	enum elf_type type;
	enum entry_form form;
	enum scan_sure sure;
	bool has_site;
	enum scan_verdict verdict;
	const char *why;
} own[] = {
	{"an i386 program", ABI_I386, ELF_TYPE_PIE, 0, 0, false, NEEDS_YES, "is an i386 executable"},
	{"an i386 library", ABI_I386, ELF_TYPE_LIBRARY, FORM_VDSO, 0, true, NEEDS_YES, "is an i386 library"},
	{"a 64-bit program", ABI_X86_64, ELF_TYPE_PIE, 0, 0, false, NEEDS_NO, "is x86-64"},
	{"with int 0x80", ABI_X86_64, ELF_TYPE_PIE, FORM_INT80_64, SURE_INSTRUCTION, true, NEEDS_YES,
	 "is x86-64 with int 0x80 at 0x1234"},
	{"with sysenter", ABI_X86_64, ELF_TYPE_PIE, FORM_SYSENTER, SURE_INSTRUCTION, true, NEEDS_YES, "sysenter at 0x1234"},
	{"with what may be one", ABI_X86_64, ELF_TYPE_PIE, FORM_INT80_64, SURE_POSSIBLE, true, NEEDS_UNKNOWN,
	 "with what may be int 0x80"},
	{"with the bytes in data", ABI_X86_64, ELF_TYPE_PIE, FORM_INT80_64, SURE_DATA, true, NEEDS_NO, "is x86-64"},
	{"with far calls", ABI_X86_64, ELF_TYPE_PIE, FORM_FAR_CALL, SURE_INSTRUCTION, true, NEEDS_NO, "by far calls"},
	{"x32", ABI_X32, ELF_TYPE_PIE, 0, 0, false, NEEDS_NO, "x32"},
	{"another machine's", ABIS, ELF_TYPE_PIE, 0, 0, false, NEEDS_NO, "is for AArch64"},
};

static void files_speak_for_themselves(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(own); i++) {
		const struct own *o = &own[i];
		struct scan_file f = elf_file("/x", o->abi, o->type);

		if (o->has_site)
			add_site(&f, o->form, o->sure, 0x1234);
		verdict_of_file(&f);
		if (f.verdict != o->verdict || !strstr(f.why, o->why))
			fail_msg("%s: %s, %s", o->what, scan_verdict_name[f.verdict], f.why);
		scan_file_fini(&f);
	}
}

/* a loads libb, which loads libc, which has an int 0x80; d loads an i386 file of the same name. */
static void a_library_counts_for_who_loads_it(void **state)
{
	struct scan_result r = {0};
	struct scan_file f[] = {
		elf_file("/bin/a", ABI_X86_64, ELF_TYPE_PIE), elf_file("/lib/libb.so.1.2", ABI_X86_64, ELF_TYPE_LIBRARY),
		elf_file("/lib/libc.so.1.2", ABI_X86_64, ELF_TYPE_LIBRARY), elf_file("/bin/d", ABI_X86_64, ELF_TYPE_PIE),
		elf_file("/lib/libd.so", ABI_I386, ELF_TYPE_LIBRARY),
	};

	(void)state;
	needs(&f[0], "libb.so.1");
	f[1].soname = xstrdup("libb.so.1");
	needs(&f[1], "libc.so.1");
	f[2].soname = xstrdup("libc.so.1");
	add_site(&f[2], FORM_INT80_64, SURE_INSTRUCTION, 0x10);
	needs(&f[3], "libd.so");
	for (size_t i = 0; i < COUNT(f); i++)
		scan_result_add(&r, &f[i]);
	scan_conclude(&r);
	assert_int_equal(r.of_verdict[NEEDS_YES], 4);
	assert_int_equal(r.programs[NEEDS_YES], 1);
	assert_string_equal(r.files[0].path, "/bin/a");
	assert_string_equal(r.files[0].why,
			    "loads libb.so.1.2, which loads libc.so.1.2, which is x86-64 with int 0x80 at 0x10");
	assert_string_equal(r.files[4].path, "/bin/d");
	auto_free char *s = scan_sentence(&r);

	assert_string_equal(s, "Booting with ia32_emulation=0 would break 1 program: a.");
	scan_result_fini(&r);
}

static void a_script_is_what_it_names(void **state)
{
	struct scan_file files[] = {
		elf_file("/no/such/sh32", ABI_I386, ELF_TYPE_PIE),
		{.path = xstrdup("/s"), .kind = SCAN_SCRIPT, .abi = ABIS, .interpreter = xstrdup("/no/such/sh32")},
		{.path = xstrdup("/t"), .kind = SCAN_SCRIPT, .abi = ABIS, .interpreter = xstrdup("/no/such/sh")},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		verdict_of_file(&files[i]);
	verdicts_by_interpreters(files, COUNT(files));
	assert_int_equal(files[1].verdict, NEEDS_YES);
	assert_string_equal(files[1].why, "is a script for /no/such/sh32, which is an i386 executable");
	assert_int_equal(files[2].verdict, NEEDS_UNKNOWN);
	for (size_t i = 0; i < COUNT(files); i++)
		scan_file_fini(&files[i]);
}

static void what_ran_is_joined(void **state)
{
	struct scan_result r = {0};
	struct scan_file f = elf_file("/no/such/prog", ABI_I386, ELF_TYPE_PIE), g;
	const struct ran_site ran[] = {
		{"/no/such/prog", NULL, 0x100, "int80", 5}, {"/elsewhere/prog", "aabb", 0x100, "int80", 7},
		{"/no/such/prog", NULL, 0x300, "int80", 2}, {"[anon]", NULL, 0x10, "int80", 1},
		{"[vdso]", NULL, 0x10, "restart", 1}, {"/no/such/prog", NULL, 0x400, "syscall64", 9},
	};

	(void)state;
	f.build_id = xstrdup("aabb");
	add_site(&f, FORM_INT80, SURE_INSTRUCTION, 0x100);
	add_site(&f, FORM_INT80, SURE_INSTRUCTION, 0x200);
	g = elf_file("/other", ABI_I386, ELF_TYPE_PIE);
	scan_result_add(&r, &g);
	scan_result_add(&r, &f);
	scan_conclude(&r);
	scan_join(&r, ran, COUNT(ran));
	assert_int_equal(r.files[0].sites[0].ran, 12);
	assert_int_equal(r.files[0].sites[1].ran, 0);
	assert_int_equal(r.nunseen, 2);
	assert_int_equal(r.unseen[0].entries, 2);
	assert_true(r.unseen[0].scanned);
	assert_string_equal(r.unseen[1].module, "[anon]");
	assert_false(r.unseen[1].scanned);
	scan_result_fini(&r);
}

/* --- a trace --- */

static void a_trace_says_which_of_its_programs_need_it(void **state)
{
	char exe[] = "/x";
	struct call_count native = {.abi = ABI_X86_64, .nr = 39, .entries = 1}, pasted = {.abi = ABI_I386, .nr = 20};
	struct image images[] = {{.exe = exe, .abi = ABI_X86_64}, {.exe = exe, .abi = ABI_X86_64}};
	struct blind_spot spot = {0};
	struct site sites[] = {
		{.path = PATH_SYSCALL64, .image = 0, .calls = &native, .ncalls = 1},
		{.path = PATH_INT80_64, .image = 1, .calls = &pasted, .ncalls = 1},
	};
	struct trace t = {.images = images, .nimages = 2, .sites = sites, .nsites = 2};

	(void)state;
	assert_false(image_needs_ia32(&t, 0));
	assert_true(image_needs_ia32(&t, 1));
	assert_int_equal(trace_needs_ia32(&t), IA32_NEEDED);
	t.nimages = t.nsites = 1;
	assert_int_equal(trace_needs_ia32(&t), IA32_NOT_NEEDED);
	t.blind_spots = &spot;
	t.nblind_spots = 1;
	assert_int_equal(trace_needs_ia32(&t), IA32_UNKNOWN);
	images[0].abi = ABI_I386;
	assert_int_equal(trace_needs_ia32(&t), IA32_NEEDED);
}

/* --- the system's lists --- */

static FILE *lines(const char *text)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(f);
	return f;
}

static void mounts_are_the_local_ones(void **state)
{
	auto_fclose FILE *in = lines("22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
				     "23 22 0:4 / /proc rw - proc proc rw\n"
				     "24 22 0:40 / /net rw - nfs4 server:/x rw\n"
				     "25 22 8:2 / /a\\040b rw - xfs /dev/sdb rw\n"
				     "nonsense\n");
	struct mounts m;

	(void)state;
	mounts_read(in, &m);
	assert_int_equal(m.n, 2);
	assert_string_equal(m.list[0], "/");
	assert_string_equal(m.list[1], "/a b");
	mounts_fini(&m);
}

static void what_starts_programs_is_read(void **state)
{
	struct starters s = {0};
	auto_fclose FILE *unit = lines("[Service]\nExecStartPre=-/bin/a x\nExecStart=@/bin/b b\n# ExecStart=/bin/no\n");
	auto_fclose FILE *cron = lines("SHELL=/bin/sh\n17 * * * * root cd / && /bin/c\n@daily root /bin/d --x\n");
	auto_fclose FILE *own_cron = lines("*/5 * * * * /bin/e\n");
	auto_fclose FILE *binfmt = lines("enabled\ninterpreter /bin/f\nflags: OC\n");
	static const char *const expected[] = {"/bin/a", "/bin/b", "/", "/bin/c", "/bin/d", "/bin/e", "/bin/f"};

	(void)state;
	starters_of_unit(unit, "x.service", &s);
	starters_of_crontab(cron, "/etc/crontab", true, &s);
	starters_of_crontab(own_cron, "joe", false, &s);
	starters_of_binfmt(binfmt, "f", &s);
	assert_int_equal(s.n, COUNT(expected));
	for (size_t i = 0; i < s.n; i++)
		assert_string_equal(s.list[i].program, expected[i]);
	assert_string_equal(s.list[0].by, "unit x.service");
	assert_string_equal(s.list[6].by, "binfmt_misc f");
	starters_fini(&s);
}

/* --- the lock --- */

/* What a reader may not: open a file, write elsewhere than to its spool. */
static int try_in_lock(void)
{
	auto_close int spool = memfd_create("spool", MFD_CLOEXEC);
	char byte = 0;

	if (spool < 0 || dup2(spool, SANDBOX_SCAN_SPOOL) < 0 || sandbox_enter(SANDBOX_SCAN) < 0)
		return 1;
	if (open("/dev/null", O_RDONLY) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
		return 2;
	if (pwrite(STDERR_FILENO, &byte, 1, 0) >= 0 || write(SANDBOX_SCAN_SPOOL, &byte, 1) >= 0)
		return 3;
	if (pwrite(SANDBOX_SCAN_SPOOL, &byte, 1, 0) != 1 || ftruncate(SANDBOX_SCAN_SPOOL, 0) != 0)
		return 4;
	return 0;
}

static void a_reader_is_locked_in(void **state)
{
	pid_t pid;
	int status;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* it needs calls that a reader may not make */
#endif
	if (getenv("ET_VALGRIND"))
		skip(); /* so does valgrind */
	pid = fork();
	if (pid == 0)
		_exit(try_in_lock());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- small parts --- */

static void ids_are_kept_once(void **state)
{
	struct idset s = {0};

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (uint64_t i = 1; i < 5000; i++)
			if (idset_add(&s, i % 7, i) != (round == 0))
				fail_msg("%u: %lu", round, (unsigned long)i);
	assert_true(idset_add(&s, 0, 0));
	assert_true(idset_add(&s, 0, 0));
	idset_fini(&s);
}

static void what_a_reader_says_arrives(void **state)
{
	static struct wire_packet p;
	struct scan_file f = elf_file("/x", ABI_I386, ELF_TYPE_LIBRARY), got = {0};
	size_t next = 0;
	unsigned packets = 0;

	(void)state;
	f.member = xstrdup("usr/lib/x.so");
	f.soname = xstrdup("x.so");
	needs(&f, "libc.so.6");
	for (unsigned i = 0; i < 5000; i++) {
		add_site(&f, FORM_VDSO, SURE_INSTRUCTION, i);
		f.sites[i].function = xasprintf("function_%u", i);
		f.sites[i].nr = i;
	}
	wire_pack_file(7, &f, &p);
	assert_true(wire_unpack_file(p.bytes, p.n, &got));
	/* Each cut of it is noticed. */
	for (size_t n = sizeof(struct wire_head); n < p.n; n++) {
		struct scan_file cut = {0};

		assert_false(wire_unpack_file(p.bytes, n, &cut));
		scan_file_fini(&cut);
	}
	while (next < f.nsites) {
		wire_pack_sites(7, &f, &next, &p);
		assert_true(wire_unpack_sites(p.bytes, p.n, &got));
		packets++;
	}
	assert_in_range(packets, 2, 20);
	assert_string_equal(got.member, f.member);
	assert_string_equal(got.soname, "x.so");
	assert_null(got.interpreter);
	assert_string_equal(got.needed[0], "libc.so.6");
	assert_int_equal(got.count[FORM_VDSO][SURE_INSTRUCTION], 5000);
	assert_int_equal(got.nsites, 5000);
	assert_string_equal(got.sites[4999].function, "function_4999");
	assert_int_equal(got.sites[4999].nr, 4999);
	scan_file_fini(&f);
	scan_file_fini(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_speak_for_themselves),
		cmocka_unit_test(a_library_counts_for_who_loads_it),
		cmocka_unit_test(a_script_is_what_it_names),
		cmocka_unit_test(what_ran_is_joined),
		cmocka_unit_test(a_trace_says_which_of_its_programs_need_it),
		cmocka_unit_test(mounts_are_the_local_ones),
		cmocka_unit_test(what_starts_programs_is_read),
		cmocka_unit_test(a_reader_is_locked_in),
		cmocka_unit_test(ids_are_kept_once),
		cmocka_unit_test(what_a_reader_says_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
