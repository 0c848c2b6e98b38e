/* SPDX-License-Identifier: MIT */
#include "launch/filter.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

static const uint32_t tables[] = {SCMP_ARCH_X86, SCMP_ARCH_X86_64, SCMP_ARCH_X32};

static int build(scmp_filter_ctx ctx)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && rc >= 0; i++) {
		rc = seccomp_arch_add(ctx, tables[i]);
		if (rc == -EEXIST)
			rc = 0;
	}
	if (rc >= 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRACE(0));
	/* A filter must not switch on speculation limits that the program runs without. */
	if (rc >= 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_SSB, 1);
	/* The kernel's own errno, not libseccomp's summary of it. */
	if (rc >= 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_API_SYSRAWRC, 1);
	if (rc >= 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0);
	return rc;
}

int filter_install(struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRACE(0));
	int rc = ctx ? build(ctx) : -ENOMEM;

	if (rc >= 0)
		rc = seccomp_load(ctx);
	if (rc == -EACCES) {
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 1);
		if (rc >= 0)
			rc = seccomp_load(ctx);
	}
	if (ctx)
		seccomp_release(ctx);
	if (rc < 0)
		return err_set(err, rc,
			       "cannot install the seccomp filter: %s; is seccomp denied here (a container's profile), or the kernel built without CONFIG_SECCOMP_FILTER?",
			       strerror(-rc));
	return 0;
}
