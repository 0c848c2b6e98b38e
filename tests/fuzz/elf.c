/* SPDX-License-Identifier: MIT */
/* ELF files as programs and their mappings have them, and images of a vDSO: bounded answers, whatever they hold. */
#include "base/cleanup.h"
#include "elf/boundary.h"
#include "elf/header.h"
#include "elf/segments.h"
#include "elf/vdso.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void must(bool what)
{
	if (!what)
		abort();
}

static void ask_boundaries(int fd, size_t size)
{
	struct boundaries *b = boundaries_open(fd);
	uint64_t start = 0;

	if (!b)
		return;
	must(boundaries_mode(b) == CPU_MODE_32 || boundaries_mode(b) == CPU_MODE_64);
	for (uint64_t at = 0; at < size + 64; at++) {
		enum place p = boundaries_find(b, at, &start);

		must(p <= PLACE_UNKNOWN);
		if (p == PLACE_CODE || p == PLACE_TEXT)
			must(start <= at);
		boundaries_vaddr(b, at);
	}
	boundaries_find(b, UINT64_MAX, &start);
	boundaries_free(b);
}

static void ask_segments(int fd)
{
	struct elf_segments s;

	if (elf_segments_read(fd, &s) != 0)
		return;
	must(s.is_elf || s.n == 0);
	elf_segments_vaddr(&s, 0);
	elf_segments_vaddr(&s, UINT64_MAX);
	elf_segments_fini(&s);
}

static void ask_header(int fd)
{
	struct elf_header h;

	if (elf_header_read(fd, &h) != 0)
		return;
	must(strnlen(h.interpreter, sizeof(h.interpreter)) < sizeof(h.interpreter));
	must(strnlen(h.machine_name, sizeof(h.machine_name)) < sizeof(h.machine_name));
}

static void ask_vdso(const uint8_t *data, size_t size)
{
	struct vdso_facts f;

	if (vdso_decode(data, size, &f, NULL) != 0 || f.insn == VDSO_INSN_NONE)
		return;
	must(f.landing_pad <= size && f.fast_pad <= size);
	must(vdso_own_pad(&f, f.landing_pad) && vdso_pad(&f, f.fast_pad ? f.fast_pad : f.landing_pad));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_close int fd = memfd_create("elf", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	ask_header(fd);
	ask_segments(fd);
	ask_boundaries(fd, size);
	ask_vdso(data, size);
	return 0;
}
