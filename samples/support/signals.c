/* SPDX-License-Identifier: MIT */
#include "support/signals.h"

/* What the kernel takes for rt_sigaction(2), the same order on both architectures. */
struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	unsigned char mask[8];
};

static const struct sample *skip_sample;
static const char *skip_text;

void signal_handle(const struct sample *s, int sig, void *handler, unsigned long flags)
{
	struct kernel_sigaction action = {.handler = handler, .flags = flags};
	long got;

#ifdef __x86_64__
	/* Demanded by the kernel; never reached. */
	action.flags |= SA_RESTORER;
	action.restorer = handler;
#endif
	got = sys4(__NR_rt_sigaction, sig, &action, 0, sizeof(action.mask));
	if (got != 0)
		sample_fail(s, "rt_sigaction", got);
}

static void on_refusal(int sig)
{
	(void)sig;
	sample_skip(skip_sample, skip_text);
}

void refused_skips(const struct sample *s, const char *text)
{
	skip_sample = s;
	skip_text = text;
	signal_handle(s, SIGILL, (void *)on_refusal, 0);
	signal_handle(s, SIGSEGV, (void *)on_refusal, 0);
}

void refused_is_fatal(const struct sample *s)
{
	signal_handle(s, SIGILL, NULL, 0);
	signal_handle(s, SIGSEGV, NULL, 0);
}
