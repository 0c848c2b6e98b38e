/* SPDX-License-Identifier: MIT */
#include "worker/space.h"

#include "worker/unwind.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Larger files have no unwind tables here: 32 bits of address space hold only so many. */
#define MODULE_MAX (512U << 20)

/* Makes room for slot i of a table of pointers. False when memory is out. */
static bool grow(void ***table, size_t *n, size_t i)
{
	if (i < *n)
		return true;
	void **more = realloc(*table, (i + 1) * sizeof(*more));

	if (!more)
		return false;
	memset(more + *n, 0, (i + 1 - *n) * sizeof(*more));
	*table = more;
	*n = i + 1;
	return true;
}

static struct module *module_slot(struct store *st, uint32_t id)
{
	if (id >= WIRE_MODULES_MAX || !grow((void ***)&st->modules, &st->nmodules, id))
		return NULL;
	if (!st->modules[id])
		st->modules[id] = calloc(1, sizeof(struct module));
	/* Images point into a module, so one is never replaced. */
	return st->modules[id] && !st->modules[id]->bytes ? st->modules[id] : NULL;
}

static void module_set(struct module *m, void *bytes, size_t size)
{
	m->bytes = bytes;
	m->size = size;
	m->is_elf = elf_read(&m->elf, m->bytes, m->size);
}

void store_module(struct store *st, uint32_t id, int fd)
{
	struct module *m = module_slot(st, id);
	off_t size = lseek(fd, 0, SEEK_END);

	if (m && size > 0 && (uint64_t)size <= MODULE_MAX) {
		void *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (bytes != MAP_FAILED)
			module_set(m, bytes, (size_t)size);
	}
	close(fd);
}

void store_module_bytes(struct store *st, uint32_t id, const void *bytes, size_t size)
{
	struct module *m = module_slot(st, id);

	if (!m || size == 0)
		return;
	void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return;
	memcpy(copy, bytes, size);
	module_set(m, copy, size);
}

static bool image_known(const struct space *s, const struct module *m, uint64_t bias)
{
	for (size_t i = 0; i < s->nimages; i++)
		if (s->images[i].module == m && s->images[i].bias == bias)
			return true;
	return false;
}

/* Every piece of code tells where its whole file lies. */
static void add_image(struct space *s, const struct store *st, const struct wire_map *map)
{
	struct module *m = map->module < st->nmodules ? st->modules[map->module] : NULL;
	uint64_t vaddr, lo, hi;

	if (!m || !m->is_elf || !elf_offset_to_vaddr(&m->elf, map->offset, &vaddr) ||
	    !elf_span(&m->elf, &lo, &hi) || image_known(s, m, map->start - vaddr))
		return;
	uint64_t bias = map->start - vaddr;

	s->images[s->nimages++] = (struct image){m, bias, lo + bias, hi + bias};
}

static void space_free(struct space *s)
{
	if (!s)
		return;
	unwind_forget(s);
	free(s->maps);
	free(s->images);
	free(s);
}

void store_space(struct store *st, uint32_t slot, const struct wire_map *maps, size_t n)
{
	if (slot >= WIRE_SPACES_MAX || n > WIRE_MAPS_MAX ||
	    !grow((void ***)&st->spaces, &st->nspaces, slot))
		return;
	space_free(st->spaces[slot]);
	struct space *s = st->spaces[slot] = calloc(1, sizeof(*s));

	if (!s)
		return;
	s->maps = calloc(n + 1, sizeof(*s->maps));
	s->images = calloc(n + 1, sizeof(*s->images));
	for (size_t i = 0; i < n && s->maps && s->images; i++) {
		if (maps[i].start >= maps[i].end ||
		    (s->nmaps && maps[i].start < s->maps[s->nmaps - 1].end))
			continue;
		s->maps[s->nmaps++] = maps[i];
		if (maps[i].exec)
			add_image(s, st, &maps[i]);
	}
}

struct space *store_find(struct store *st, uint32_t slot)
{
	return slot < st->nspaces ? st->spaces[slot] : NULL;
}

void store_fini(struct store *st)
{
	for (size_t i = 0; i < st->nspaces; i++)
		space_free(st->spaces[i]);
	for (size_t i = 0; i < st->nmodules; i++) {
		struct module *m = st->modules[i];

		if (m && m->bytes)
			munmap(m->bytes, m->size);
		if (m)
			cfi_fini(&m->cfi);
		if (m)
			starts_fini(&m->starts);
		free(m);
	}
	free(st->spaces);
	free(st->modules);
	*st = (struct store){0};
}

const struct wire_map *space_map(const struct space *s, uint64_t addr)
{
	size_t lo = 0, hi = s->nmaps;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->maps[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->nmaps && s->maps[lo].start <= addr ? &s->maps[lo] : NULL;
}

bool space_exec(const struct space *s, uint64_t addr)
{
	const struct wire_map *m = space_map(s, addr);

	return m && m->exec;
}

const struct image *space_image(const struct space *s, uint64_t addr)
{
	for (size_t i = 0; i < s->nimages; i++)
		if (addr >= s->images[i].lo && addr < s->images[i].hi)
			return &s->images[i];
	return NULL;
}

const struct cfi_entry *image_cfi(const struct image *im, uint64_t addr)
{
	struct module *m = im->module;

	if (!m->cfi_known) {
		m->cfi_known = true;
		cfi_read(&m->cfi, &m->elf, WORD_SIZE);
	}
	return cfi_find(&m->cfi, addr - im->bias);
}

uint64_t image_function(const struct image *im, uint64_t addr)
{
	const struct cfi_entry *e = image_cfi(im, addr);
	struct module *m = im->module;

	if (e)
		return e->start + im->bias;
	if (!m->starts_known) {
		m->starts_known = true;
		starts_read(&m->starts, &m->elf);
	}
	uint64_t start = starts_find(&m->starts, addr - im->bias);

	return start ? start + im->bias : 0;
}

bool space_read(const struct space *s, uint64_t addr, void *out, size_t n)
{
	const struct image *im = space_image(s, addr);

	return im && elf_load_bytes(&im->module->elf, addr - im->bias, out, n);
}
