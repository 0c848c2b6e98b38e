/* SPDX-License-Identifier: MIT */
/* One file through the scan's readers: images made by hand, whole, cut and lying; and archives that are bombs. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "elf/facts.h"
#include "scan/reader.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

/* What a reader told, added up. */
struct heard {
	struct scan_file last;
	unsigned files;
};

static void found(void *ctx, struct scan_file *f)
{
	struct heard *h = ctx;

	scan_file_fini(&h->last);
	h->last = *f;
	*f = (struct scan_file){0};
	h->files++;
}

static void read_bytes(const void *bytes, size_t n, struct heard *h)
{
	auto_close int fd = memfd_create("file", MFD_CLOEXEC);
	auto_close int spool = memfd_create("spool", MFD_CLOEXEC);
	struct reader r = {.found = found, .ctx = h, .spool = spool};

	*h = (struct heard){0};
	assert_int_equal(write(fd, bytes, n), n);
	reader_read(&r, fd);
}

/* An executable of two segments, the second over the first; code at 0x100. */
struct image {
	Elf32_Ehdr eh;
	Elf32_Phdr ph[2];
	uint8_t room[0x100 - sizeof(Elf32_Ehdr) - 2 * sizeof(Elf32_Phdr)];
	uint8_t code[0x100];
	Elf32_Shdr sh[4];
};

static struct image image_of(const uint8_t *code, size_t n)
{
	struct image i = {
		.eh = {
			.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
			.e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
			.e_entry = 0x8048100, .e_ehsize = sizeof(Elf32_Ehdr),
			.e_phoff = offsetof(struct image, ph), .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 2,
		},
		.ph = {
			{.p_type = PT_LOAD, .p_offset = 0x100, .p_filesz = 0x100, .p_memsz = 0x100,
			 .p_vaddr = 0x8048100, .p_flags = PF_R | PF_X},
			{.p_type = PT_LOAD, .p_offset = 0x100, .p_filesz = 0x80, .p_memsz = 0x80,
			 .p_vaddr = 0x9048100, .p_flags = PF_R | PF_X},
		},
	};

	memset(i.code, 0xc3, sizeof(i.code));
	memcpy(i.code, code, n);
	return i;
}

static const uint8_t getpid_code[] = {0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3};

static void a_bare_program_is_followed_from_its_entry(void **state)
{
	struct image i = image_of(getpid_code, sizeof(getpid_code));
	struct heard h;

	(void)state;
	read_bytes(&i, sizeof(i), &h);
	assert_int_equal(h.files, 1);
	assert_int_equal(h.last.kind, SCAN_ELF);
	assert_int_equal(h.last.abi, ABI_I386);
	assert_int_equal(h.last.nsites, 1); /* the overlapping segment adds none */
	assert_int_equal(h.last.sites[0].form, FORM_INT80);
	assert_int_equal(h.last.sites[0].sure, SURE_INSTRUCTION);
	assert_int_equal(h.last.sites[0].vaddr, 0x8048105);
	assert_int_equal(h.last.sites[0].offset, 0x105);
	assert_int_equal(h.last.sites[0].nr, 20);
	assert_int_equal(h.last.code_bytes, 0x100);
	assert_null(h.last.fault);
	scan_file_fini(&h.last);
}

static void a_cut_file_gives_what_it_has(void **state)
{
	struct image i = image_of(getpid_code, sizeof(getpid_code));
	struct heard h;

	(void)state;
	for (size_t n = 4; n < sizeof(i); n++) {
		read_bytes(&i, n, &h);
		assert_int_equal(h.files, 1);
		if (n < 0x200)
			assert_non_null(h.last.fault);
		if (n >= 0x108)
			assert_int_equal(h.last.nsites, 1);
		scan_file_fini(&h.last);
	}
}

static void a_table_of_2_31_sections_is_refused(void **state)
{
	struct image i = image_of(getpid_code, sizeof(getpid_code));
	const char *why;
	struct heard h;

	(void)state;
	i.eh.e_shoff = offsetof(struct image, sh);
	i.eh.e_shentsize = sizeof(Elf32_Shdr);
	i.eh.e_shnum = 0;
	i.sh[0].sh_size = 1u << 31;
	read_bytes(&i, sizeof(i), &h);
	/* Its segments are good, and so is what they hold. */
	assert_int_equal(h.last.nsites, 1);
	scan_file_fini(&h.last);
	/* Where only the sections could say, that they lie is told. */
	i.eh.e_phnum = 0;
	read_bytes(&i, sizeof(i), &h);
	assert_non_null(strstr(h.last.fault, "more sections than are believable"));
	scan_file_fini(&h.last);
	auto_close int fd = memfd_create("file", MFD_CLOEXEC);

	assert_int_equal(write(fd, &i, sizeof(i)), sizeof(i));
	assert_false(elf_sections_sane(fd, sizeof(i), &why));
}

/* Data in code that declares nothing: reached by nothing, so no instruction. */
static void what_nothing_leads_to_is_possible_at_most(void **state)
{
	uint8_t code[64] = {0xc3};
	struct image i;
	struct heard h;

	(void)state;
	memcpy(code + 32, getpid_code, sizeof(getpid_code));
	i = image_of(code, sizeof(code));
	read_bytes(&i, sizeof(i), &h);
	assert_int_equal(h.last.nsites, 1);
	assert_int_equal(h.last.sites[0].sure, SURE_POSSIBLE);
	scan_file_fini(&h.last);
}

static void other_files_are_told_by_their_content(void **state)
{
	static const char script[] = "#! /usr/bin/env -S python3 -I\n", text[] = "just text\n";
	uint8_t pe[0x80] = {'M', 'Z'};
	struct heard h;

	(void)state;
	read_bytes(script, sizeof(script) - 1, &h);
	assert_int_equal(h.last.kind, SCAN_SCRIPT);
	assert_string_equal(h.last.interpreter, "python3");
	scan_file_fini(&h.last);
	read_bytes(text, sizeof(text) - 1, &h);
	assert_int_equal(h.files, 0);
	read_bytes(pe, sizeof(pe), &h); /* a DOS program */
	assert_int_equal(h.files, 0);
	pe[0x3c] = 0x40;
	memcpy(pe + 0x40, "PE\0\0\x4c\x01", 6);
	read_bytes(pe, sizeof(pe), &h);
	assert_int_equal(h.last.kind, SCAN_PE);
	assert_int_equal(h.last.abi, ABI_I386);
	scan_file_fini(&h.last);
}

/* --- archives --- */

/* A tar header for a member of size bytes. */
static void tar_header(uint8_t block[512], const char *name, unsigned long long size)
{
	unsigned sum = 0;

	memset(block, 0, 512);
	snprintf((char *)block, 100, "%s", name);
	memcpy(block + 100, "0000644", 8);
	memcpy(block + 108, "0000000", 8);
	memcpy(block + 116, "0000000", 8);
	snprintf((char *)block + 124, 12, "%011llo", size);
	memcpy(block + 136, "00000000000", 12);
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	for (unsigned i = 0; i < 512; i++)
		sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
}

/* gzip of what gives() makes, chunk by chunk. Returns the size; *out is the caller's. */
static size_t gzip_zeros(const uint8_t head[512], size_t zeros, uint8_t **out)
{
	static uint8_t none[1 << 20];
	size_t room = zeros / 500 + 65536;
	z_stream z = {0};

	*out = xcalloc(1, room);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = *out;
	z.avail_out = (uInt)room;
	z.next_in = (Bytef *)(uintptr_t)head;
	z.avail_in = 512;
	assert_int_equal(deflate(&z, Z_NO_FLUSH), Z_OK);
	for (size_t left = zeros; left; left -= z.avail_in ? 0 : sizeof(none)) {
		z.next_in = none;
		z.avail_in = sizeof(none);
		assert_int_equal(deflate(&z, Z_NO_FLUSH), Z_OK);
		assert_int_equal(z.avail_in, 0);
	}
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void a_bomb_is_given_up(void **state)
{
	uint8_t head[512];
	auto_free uint8_t *packed = NULL;
	struct heard h;
	size_t n;

	(void)state;
	tar_header(head, "zeros", 1ull << 30);
	n = gzip_zeros(head, 1u << 30, &packed);
	read_bytes(packed, n, &h);
	assert_int_equal(h.files, 1);
	assert_int_equal(h.last.kind, SCAN_ARCHIVE);
	assert_non_null(strstr(h.last.fault, "250 times its size"));
	scan_file_fini(&h.last);
}

static void members_are_named(void **state)
{
	struct image i = image_of(getpid_code, sizeof(getpid_code));
	size_t padded = (sizeof(i) + 511) / 512 * 512, n = 512 + padded + 1024;
	auto_free uint8_t *tar = xcalloc(1, n);
	auto_free uint8_t *outer = xcalloc(1, 512 + n + 1024);
	struct heard h;

	(void)state;
	tar_header(tar, "usr/bin/prog", sizeof(i));
	memcpy(tar + 512, &i, sizeof(i));
	read_bytes(tar, n, &h);
	assert_int_equal(h.files, 1);
	assert_string_equal(h.last.member, "usr/bin/prog");
	assert_int_equal(h.last.nsites, 1);
	scan_file_fini(&h.last);
	tar_header(outer, "layer.tar", n);
	memcpy(outer + 512, tar, n);
	read_bytes(outer, 512 + n + 1024, &h);
	assert_int_equal(h.files, 1);
	assert_string_equal(h.last.member, "layer.tar!usr/bin/prog");
	scan_file_fini(&h.last);
	/* Cut in its member. */
	read_bytes(tar, 512 + 100, &h);
	assert_non_null(h.last.fault);
	scan_file_fini(&h.last);
}

static void archives_too_deep_are_left(void **state)
{
	size_t n = 1024;
	uint8_t *tar = xcalloc(1, n);
	struct heard h;

	(void)state;
	for (unsigned depth = 0; depth < 8; depth++) {
		uint8_t *outer = xcalloc(1, 512 + n + 1024);

		tar_header(outer, "inner", n);
		memcpy(outer + 512, tar, n);
		if (!depth)
			tar_header(outer + 512, "empty", 0);
		free(tar);
		tar = outer;
		n += 1536;
	}
	read_bytes(tar, n, &h);
	assert_int_equal(h.files, 1);
	assert_non_null(strstr(h.last.fault, "nested too deep"));
	scan_file_fini(&h.last);
	free(tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_program_is_followed_from_its_entry),
		cmocka_unit_test(a_cut_file_gives_what_it_has),
		cmocka_unit_test(a_table_of_2_31_sections_is_refused),
		cmocka_unit_test(what_nothing_leads_to_is_possible_at_most),
		cmocka_unit_test(other_files_are_told_by_their_content),
		cmocka_unit_test(a_bomb_is_given_up),
		cmocka_unit_test(members_are_named),
		cmocka_unit_test(archives_too_deep_are_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
