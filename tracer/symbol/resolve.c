/* SPDX-License-Identifier: MIT */
#include "symbol/resolve.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "symbol/demangle.h"
#include "symbol/wire.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <string.h>
#include <sys/stat.h>

struct resolver {
	Dwfl_Callbacks callbacks; /* libdwfl keeps a pointer to them */
	Dwfl *dwfl;
	Dwfl_Module *mod;
	char *debuginfo_path; /* NULL: libdwfl's default, /usr/lib/debug and beside the file */
};

static int no_elf(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, char **file,
		  Elf **elf)
{
	(void)mod, (void)data, (void)name, (void)base, (void)file, (void)elf;
	return -1;
}

/* A FIFO, for one: opening it would wait for somebody to write to it. */
static bool is_no_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* Is what libdwfl would try beside the file, or where an absolute name says, no regular file? */
static bool leads_astray(const char *file, const char *link)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	int folder = slash ? (int)(slash - file) + 1 : 0;
	auto_free char *invented = xasprintf("%s.debug", slash ? slash + 1 : file ? file : "");
	const char *names[] = {link ? link : invented, slash ? slash + 1 : file ? file : ""};
	static const char *const below[] = {"", ".debug/"};

	if (link && link[0] == '/')
		return is_no_file(link);
	for (size_t i = 0; i < 4; i++) {
		auto_free char *path = xasprintf("%.*s%s%s", folder, file ? file : "", below[i / 2], names[i % 2]);

		if (is_no_file(path))
			return true;
	}
	return false;
}

/* The standard finder goes by build-id, then by .gnu_debuglink. */
static int find_debuginfo(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, const char *file,
			  const char *link, GElf_Word crc, char **found)
{
	if (leads_astray(file, link))
		return -1;
	return dwfl_standard_find_debuginfo(mod, data, name, base, file, link, crc, found);
}

struct resolver *resolver_open(const char *path, int fd)
{
	struct resolver *r = xcalloc(1, sizeof(*r));

	r->callbacks = (Dwfl_Callbacks){
		.find_elf = no_elf,
		.find_debuginfo = find_debuginfo,
		.section_address = dwfl_offline_section_address,
		.debuginfo_path = &r->debuginfo_path,
	};
	r->dwfl = dwfl_begin(&r->callbacks);
	if (!r->dwfl) {
		close(fd);
		return r;
	}
	dwfl_report_begin(r->dwfl);
	/* Base 0 over the file's own p_vaddr: module addresses are linked addresses. */
	r->mod = dwfl_report_elf(r->dwfl, path, path, fd, 0, true);
	dwfl_report_end(r->dwfl, NULL, NULL);
	if (!r->mod)
		close(fd); /* only a success consumes it */
	return r;
}

void resolver_close(struct resolver *r)
{
	if (r && r->dwfl)
		dwfl_end(r->dwfl);
	free(r);
}

static char *source_text(const char *file, int line)
{
	if (!file)
		return NULL;
	return line > 0 ? xasprintf("%s:%d", file, line) : xstrdup(file);
}

/* The linkage name, from which the full name can be made, else the plain one. */
static const char *die_name(Dwarf_Die *die)
{
	Dwarf_Attribute mem;
	Dwarf_Attribute *attr = dwarf_attr_integrate(die, DW_AT_linkage_name, &mem);

	if (!attr)
		attr = dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &mem);
	if (!attr)
		attr = dwarf_attr_integrate(die, DW_AT_name, &mem);
	return attr ? dwarf_formstring(attr) : NULL;
}

/* Where an inlined function was called from. */
static char *call_site(Dwarf_Die *cu, Dwarf_Die *inlined)
{
	Dwarf_Files *files;
	size_t nfiles;
	Dwarf_Attribute mem;
	Dwarf_Word file = 0, line = 0;

	if (dwarf_getsrcfiles(cu, &files, &nfiles) != 0 ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &mem), &file) != 0 ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &mem), &line) != 0 ||
	    file >= nfiles)
		return NULL;
	return source_text(dwarf_filesrc(files, file, NULL, NULL), (int)line);
}

static bool die_is_function(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

/* Adds the functions of the DWARF scopes around vaddr; true when there was one. */
static bool lookup_dwarf(struct resolver *r, uint64_t vaddr, struct symbol_info *out)
{
	Dwarf_Addr bias;
	Dwarf_Die *cu = dwfl_module_addrdie(r->mod, vaddr, &bias);
	auto_free Dwarf_Die *inner = NULL;
	auto_free Dwarf_Die *scopes = NULL;

	if (!cu || dwarf_getscopes(cu, vaddr - bias, &inner) <= 0)
		return false;
	/*
	 * Around an inlined function, dwarf_getscopes() lists where it was written.
	 * What counts here is where it was put: the parents of its DIE.
	 */
	int n = dwarf_getscopes_die(&inner[0], &scopes);
	char *source = NULL;

	for (int i = 0; i < n && out->nframes < SYMBOL_FRAMES_MAX; i++) {
		if (!die_is_function(&scopes[i]))
			continue;
		struct symbol_frame *f = vec_push(out->frames, out->nframes);
		const char *name = die_name(&scopes[i]);

		f->function = name ? demangle(name) : NULL;
		f->source = steal_ptr(source);
		if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram)
			break;
		f->inlined = true;
		source = call_site(cu, &scopes[i]);
	}
	free(source);
	return out->nframes > 0;
}

/* The nearest ELF symbol, with the distance to it. */
static char *elf_symbol(struct resolver *r, uint64_t vaddr)
{
	GElf_Off offset = 0;
	GElf_Sym sym;
	const char *name = dwfl_module_addrinfo(r->mod, vaddr, &offset, &sym, NULL, NULL, NULL);

	if (!name || !*name)
		return NULL;
	auto_free char *plain = demangle(name);

	if (offset == 0)
		return steal_ptr(plain);
	return xasprintf("%s+0x%llx", plain, (unsigned long long)offset);
}

static char *line_at(struct resolver *r, uint64_t vaddr)
{
	Dwfl_Line *line = dwfl_module_getsrc(r->mod, vaddr);
	int lineno = 0;

	if (!line)
		return NULL;
	const char *file = dwfl_lineinfo(line, NULL, &lineno, NULL, NULL, NULL);

	return source_text(file, lineno);
}

void resolver_lookup(struct resolver *r, uint64_t vaddr, struct symbol_info *out)
{
	if (!r->mod)
		return;
	bool dwarf = lookup_dwarf(r, vaddr, out);

	if (!dwarf)
		vec_push(out->frames, out->nframes);
	struct symbol_frame *first = &out->frames[0];

	first->source = line_at(r, vaddr);
	if (!first->function)
		first->function = elf_symbol(r, vaddr);
	if (!first->function && !first->source && out->nframes == 1)
		symbol_info_fini(out);
}
