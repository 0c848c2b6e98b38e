/* SPDX-License-Identifier: MIT */
#include "stub/internal.h"
#include "stub/pattern.h"
#include "tracee/memory.h"

#include <errno.h>
#include <string.h>

int stub_patch_site(struct stub_image *im, pid_t tid, uint32_t ip, uint32_t nr, void *counter)
{
	struct pages *p = im->pages;
	struct stub_site site = {
		.page_at = p->at + STUB_PAGE * (1 + p->nsites),
		.slot_at = p->code.target.table_at + (STUB_SLOTS + p->nsites) * (uint32_t)sizeof(struct stub_slot),
		.nr = nr,
		.back_at = ip,
		.pad_offset = p->code.target.pad_offset,
	};
	struct code_tail tail;
	uint8_t to_page[5];
	int rc;

	tracee_read_tail(tid, taddr(ip), CODE_TAIL_MAX, &tail);
	if (!stub_pattern(tail.b, tail.n, nr))
		return -ENOTSUP;
	if (p->nsites == STUB_SITES)
		return -ENOSPC;
	rc = stub_site_build(p->map + (site.page_at - p->at), &site);
	if (rc < 0)
		return rc;
	stub_jump(to_page, ip - PATTERN_SIZE, site.enter);
	rc = stub_poke(tid, ip - PATTERN_SIZE, to_page, sizeof(to_page));
	if (rc < 0)
		return rc;
	p->site[p->nsites] = site;
	p->site_counter[p->nsites] = counter;
	p->site_patched[p->nsites] = true;
	p->nsites++;
	return 0;
}

/* Does the jump to a site's page still stand where it was put? 0 or 1, or -EPERM where that cannot be seen. */
static int still_there(const struct stub_site *site, pid_t tid, uint64_t at)
{
	uint8_t jump[5], there[5];

	stub_jump(jump, at, site->enter);
	errno = 0;
	if (tracee_read(tid, taddr(at), there, sizeof(there)) != sizeof(there))
		return errno == EPERM ? -EPERM : 0;
	return memcmp(there, jump, sizeof(jump)) == 0;
}

int stub_unpatch(struct stub_image *im, pid_t tid, uint64_t start, uint64_t end)
{
	struct pages *p = im->pages;
	int rc = 0;

	for (unsigned i = 0; i < p->nsites; i++) {
		const struct stub_site *site = &p->site[i];
		uint64_t at = site->back_at - PATTERN_SIZE;
		uint8_t mov[PATTERN_MOV] = {0xb8};

		if (!p->site_patched[i] || at >= end || at + PATTERN_SIZE <= start)
			continue;
		memcpy(mov + 1, &site->nr, sizeof(site->nr));
		int there = still_there(site, tid, at);

		if (there < 0 || (there && stub_poke(tid, at, mov, sizeof(mov)) != 0))
			rc = -EPERM;
		else if (p->refs == 1) /* copies that fork made share the page, and keep it */
			p->site_patched[i] = false;
	}
	return rc;
}

bool stub_site_entered(const struct stub_image *im, uint64_t ip)
{
	for (unsigned i = 0; i < im->pages->nsites; i++)
		if (ip == im->pages->site[i].entered_ip)
			return true;
	return false;
}
