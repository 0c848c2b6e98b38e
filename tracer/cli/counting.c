/* SPDX-License-Identifier: MIT */
#include "cli/counting.h"

#include "loops/loops.h"
#include "stub/form.h"

#include <errno.h>

/*
 * The kernel maps the 32-bit vDSO where mmap(2) puts things: downwards from 4
 * GiB, or, without a stack limit, upwards from about 0x2aa00000. Non-PIE
 * programs lie below: their own int 0x80 cannot be taken for one of ours.
 */
#define PASS_FROM 0x20000000u

const char *counting_choose(const struct config *cfg, struct filter_pass *pass)
{
	struct loops_options opt = {.cpu = -1, .chain = 1};
	struct loops l;
	struct stub_form form;
	const char *why = NULL;
	int rc;

	*pass = (struct filter_pass){.from = PASS_FROM};
	if (cfg->count == COUNT_STOP || cfg->npids)
		return NULL;
	rc = loops_start(&l, LOOPS_32, &opt, NULL);
	if (rc == -ENOEXEC)
		return "this kernel runs no 32-bit programs";
	if (rc < 0)
		return "no 32-bit program could be started to look at its vDSO";
	if (!l.page->vdso_call)
		why = "this kernel gives 32-bit programs no vDSO";
	else if (stub_recognise(l.page->vdso_code, sizeof(l.page->vdso_code), &form, &why) == 0) {
		pass->on = true;
		pass->offset = (uint16_t)((l.page->vdso_call + form.landing_pad) & 0xfff);
		why = NULL;
	}
	loops_stop(&l);
	return why;
}
