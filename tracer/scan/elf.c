/* SPDX-License-Identifier: MIT */
#include "scan/elf.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "scan/hits.h"
#include "scan/judge.h"

#include <string.h>

static void take_facts(struct elf_facts *f, struct scan_file *out)
{
	out->kind = SCAN_ELF;
	out->abi = f->abi;
	out->type = f->type;
	out->machine = xstrdup(f->machine_name);
	out->interpreter = steal_ptr(f->interpreter);
	out->soname = steal_ptr(f->soname);
	out->needed = steal_ptr(f->needed);
	out->nneeded = f->nneeded;
	f->nneeded = 0;
	out->build_id = f->build_id[0] ? xstrdup(f->build_id) : NULL;
	out->fault = steal_ptr(f->fault);
}

void scan_elf(int fd, uint64_t size, struct scan_file *out)
{
	struct elf_facts facts;
	struct hits hits = {0};
	int rc = elf_facts_read(fd, size, &facts);

	take_facts(&facts, out);
	if (rc == 0 && facts.abi != ABIS) {
		rc = hits_find(fd, &facts, &hits);
		if (rc < 0 && !out->fault)
			out->fault = xasprintf("its code cannot be read: %s", strerror(-rc));
		if (hits.more && !out->fault)
			out->fault = xasprintf("more than %d places in it look like kernel entries: the rest is not listed",
					       SCAN_SITES_MAX);
		out->code_bytes = hits.bytes;
		judge_hits(fd, &facts, &hits, out);
		/* Only what is listed needs telling apart. */
		if (out->nsites)
			hits_digest(fd, &facts, out->content);
	}
	hits_fini(&hits);
	elf_facts_fini(&facts);
}
