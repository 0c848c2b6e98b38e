/* SPDX-License-Identifier: MIT */
/*
 * An unwind worker: packets in, stacks out, on the socket that is its
 * descriptor 0 and the only one that it has. It ends with the conversation.
 */
#include "base/helper.h"
#include "worker/serve.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* CPU time for one packet. A stack takes microseconds; one that takes this long is a trap. */
enum { PACKET_CPU_SECONDS = 2 };

struct worker {
	struct store store;
	struct answer answer;
	uint8_t packet[WIRE_PACKET_MAX];
};

static bool receive(struct worker *w, struct packet *p)
{
	ssize_t got = helper_receive(0, w->packet, sizeof(w->packet), &p->fd);

	p->bytes = w->packet;
	p->size = got > 0 ? (size_t)got : 0;
	return got > 0;
}

static bool hello(void)
{
	struct wire_hello msg = {
		.head = {WIRE_MAGIC, WIRE_VERSION, WIRE_HELLO, sizeof(msg), 0},
		.bits = 8 * WORD_SIZE,
	};

	return send(0, &msg, sizeof(msg), MSG_NOSIGNAL) == (ssize_t)sizeof(msg);
}

/* SIGPROF, whose default ends the worker, when one packet eats this much CPU time. */
static void limit_cpu(void)
{
	const struct itimerval timer = {.it_value.tv_sec = PACKET_CPU_SECONDS};

	setitimer(ITIMER_PROF, &timer, NULL);
}

int main(void)
{
	struct worker *w = calloc(1, sizeof(*w));
	struct packet p;
	unsigned served = 0;

	if (!w || !hello()) {
		fputs("This is the unwind worker of entrytrace(1), which starts it by itself.\n", stderr);
		return 2;
	}
	signal(SIGPROF, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (receive(w, &p)) {
		/* Renewed now and then only: a call per packet would cost more than a short stack. */
		if (served++ % 16 == 0)
			limit_cpu();
		int n = serve_packet(&w->store, &p, &w->answer);

		if (n < 0 || (n > 0 && send(0, &w->answer, (size_t)n, MSG_NOSIGNAL) < 0))
			return 1;
	}
	return 0;
}
