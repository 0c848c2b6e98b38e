/* SPDX-License-Identifier: MIT */
/*
 * Sends and receives in the forms that C libraries use, with an address and
 * without one (the fifth and sixth argument), by calls of their own and by
 * socketcall, each by the vDSO and by int 0x80 in turn. What arrives, from whom,
 * and the lengths that the kernel writes must be right; and all registers and
 * flags come back.
 */
#include "support/checked.h"

#include <linux/net.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <linux/un.h>

enum { HOT = 300, UNIX = 1, STREAM = 1, DATAGRAM = 2, DONT_WAIT = 0x40, PEEK = 2, EAGAIN_RESULT = -11 };

/* struct msghdr as the i386 kernel reads it. */
struct message {
	void *name;
	int namelen;
	const struct iovec *iov;
	unsigned long iovlen;
	void *control;
	unsigned long controllen;
	unsigned flags;
};

struct address {
	struct sockaddr_un un;
	long length;
};

struct ends {
	long pair[2], named[2];
	struct address at[2];
};

static struct way ways[2];
static const struct sample *sample;

static unsigned check(const char *what, long got, long wanted)
{
	return expect(sample, what, got, wanted);
}

/* A datagram socket with a name that the kernel chooses. */
static void named(const struct sample *s, long *fd, struct address *a)
{
	const unsigned short family = UNIX;
	int length = sizeof(a->un);

	*fd = sys3(__NR_socket, UNIX, DATAGRAM, 0);
	if (sys3(__NR_bind, *fd, &family, sizeof(family)) != 0 || sys3(__NR_getsockname, *fd, &a->un, &length) != 0)
		sample_fail(s, "no named socket", *fd);
	a->length = length;
}

static unsigned from_whom(const char *what, const struct sockaddr_un *got, int length, const struct address *wanted)
{
	unsigned differ = 0;

	for (long i = 0; i < wanted->length; i++)
		differ += ((const char *)got)[i] != ((const char *)&wanted->un)[i];
	return check(what, length, wanted->length) + check(what, (long)differ, 0);
}

static unsigned own_calls(const struct way *w, const struct ends *e)
{
	struct sockaddr_un from;
	int length = sizeof(from);
	char text[8] = "";
	unsigned wrong = 0;

	wrong += check("sendto, no address", checked6(w, __NR_sendto, e->pair[0], "ab", 2, 0, 0, 0), 2);
	wrong += check("recvfrom, peeking", checked6(w, __NR_recvfrom, e->pair[1], text, 8, PEEK, 0, 0), 2);
	wrong += check("recvfrom, no address", checked6(w, __NR_recvfrom, e->pair[1], text, 8, 0, 0, 0), 2);
	wrong += check("its text", text[0] << 8 | text[1], 'a' << 8 | 'b');
	/* No address, but a length: the kernel does not look at it. */
	wrong += check("sendto, a length alone", checked6(w, __NR_sendto, e->pair[0], "c", 1, 0, 0, 110), 1);
	wrong += check("recvfrom, a length alone", checked6(w, __NR_recvfrom, e->pair[1], text, 8, 0, 0, &length), 1);
	wrong += check("recvfrom of nothing", checked6(w, __NR_recvfrom, e->pair[1], text, 8, DONT_WAIT, 0, 0),
		       EAGAIN_RESULT);
	wrong += check("sendto an address", checked6(w, __NR_sendto, e->named[0], "xyz", 3, 0, &e->at[1].un,
						      e->at[1].length), 3);
	wrong += check("recvfrom an address", checked6(w, __NR_recvfrom, e->named[1], text, 8, 0, &from, &length), 3);
	wrong += from_whom("the sender", &from, length, &e->at[0]);
	wrong += check("sendto an address of no length",
		       checked6(w, __NR_sendto, e->named[0], "xyz", 3, 0, &e->at[1].un, 0), -107);
	wrong += check("sendto an address too long",
		       checked6(w, __NR_sendto, e->named[0], "xyz", 3, 0, &e->at[1].un, 4096), -22);
	return wrong;
}

static unsigned by_messages(const struct way *w, const struct ends *e)
{
	struct sockaddr_un from;
	char text[8] = "";
	const struct iovec out = {"12345", 5}, in = {text, 8};
	const struct message sent = {.name = (void *)&e->at[0].un, .namelen = (int)e->at[0].length, .iov = &out, .iovlen = 1};
	struct message received = {.name = &from, .namelen = sizeof(from), .iov = &in, .iovlen = 1};
	unsigned wrong = 0;

	wrong += check("sendmsg", checked3(w, __NR_sendmsg, e->named[1], &sent, 0), 5);
	wrong += check("recvmsg", checked3(w, __NR_recvmsg, e->named[0], &received, 0), 5);
	wrong += from_whom("the message's sender", &from, received.namelen, &e->at[1]);
	wrong += check("the message's text", text[4], '5');
	return wrong;
}

static long multiplexed(const struct way *w, long call, long a, long b, long c, long d, long e, long f)
{
	const long args[6] = {a, b, c, d, e, f};

	return checked2(w, __NR_socketcall, call, args);
}

static unsigned by_socketcall(const struct way *w, const struct ends *e)
{
	struct sockaddr_un from;
	int length = sizeof(from);
	char text[8] = "";
	unsigned wrong = 0;

	wrong += check("send", multiplexed(w, SYS_SEND, e->pair[1], (long)"qrs", 3, 0, 0, 0), 3);
	wrong += check("recv", multiplexed(w, SYS_RECV, e->pair[0], (long)text, 8, 0, 0, 0), 3);
	wrong += check("its text", text[2], 's');
	wrong += check("sendto by socketcall", multiplexed(w, SYS_SENDTO, e->named[1], (long)"t", 1, 0,
							    (long)&e->at[0].un, e->at[0].length), 1);
	wrong += check("recvfrom by socketcall",
		       multiplexed(w, SYS_RECVFROM, e->named[0], (long)text, 8, 0, (long)&from, (long)&length), 1);
	wrong += from_whom("the sender", &from, length, &e->at[1]);
	return wrong;
}

static unsigned options(const struct way *w, const struct ends *e)
{
	int value = 0, length = sizeof(value);
	unsigned wrong = 0;

	/* SOL_SOCKET, SO_TYPE: five arguments. */
	wrong += check("getsockopt", checked5(w, __NR_getsockopt, e->pair[0], 1, 3, &value, &length), 0);
	wrong += check("the socket's type", value, STREAM);
	value = 1;
	wrong += check("setsockopt", checked5(w, __NR_setsockopt, e->pair[0], 1, 9, &value, sizeof(value)), 0);
	wrong += check("setsockopt, too short", checked5(w, __NR_setsockopt, e->pair[0], 1, 9, &value, 1), -22);
	return wrong;
}

int sample_main(struct sample *s)
{
	unsigned wrong = 0, n = 0;
	struct ends e;
	int pair[2];

	sample = s;
	if (s->sysinfo)
		ways[n++] = way_vdso(s);
	ways[n++] = way_int80();
	if (sys4(__NR_socketpair, UNIX, STREAM, 0, pair) != 0)
		sample_skip(s, "this kernel has no sockets of the Unix family");
	e.pair[0] = pair[0];
	e.pair[1] = pair[1];
	named(s, &e.named[0], &e.at[0]);
	named(s, &e.named[1], &e.at[1]);
	/* What is used much a tracer may have changed by then. */
	for (unsigned i = 0; i < HOT * n; i++)
		checked0(&ways[i % n], __NR_getppid);
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < n; k++) {
			wrong += own_calls(&ways[k], &e);
			wrong += by_messages(&ways[k], &e);
			wrong += by_socketcall(&ways[k], &e);
			wrong += options(&ways[k], &e);
		}
	}
	return (wrong | check("a register or flag that changed", (long)checked_wrong, 0)) != 0;
}
