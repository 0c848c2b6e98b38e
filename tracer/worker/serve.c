/* SPDX-License-Identifier: MIT */
#include "worker/serve.h"

#include "worker/unwind.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int lock_in(const uint8_t *code, size_t size)
{
	struct sock_filter filter[WIRE_FILTER_MAX];

	if (size % sizeof(filter[0]) != 0 || size > sizeof(filter))
		return -1;
	memcpy(filter, code, size);
	struct sock_fprog prog = {
		.len = (unsigned short)(size / sizeof(filter[0])),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) != 0)
		return -1;
	return 0;
}

static int take_module(struct store *st, const struct packet *p)
{
	struct wire_module msg;

	if (p->size != sizeof(msg) || p->fd < 0)
		return -1;
	memcpy(&msg, p->bytes, sizeof(msg));
	store_module(st, msg.module, p->fd);
	return 0;
}

static int take_space(struct store *st, const struct packet *p)
{
	struct wire_space msg;
	struct wire_map maps[WIRE_MAPS_MAX];

	if (p->size < sizeof(msg))
		return -1;
	memcpy(&msg, p->bytes, sizeof(msg));
	if (msg.nmaps > WIRE_MAPS_MAX || p->size != sizeof(msg) + msg.nmaps * sizeof(maps[0]))
		return -1;
	memcpy(maps, p->bytes + sizeof(msg), msg.nmaps * sizeof(maps[0]));
	store_space(st, msg.space, maps, msg.nmaps);
	return 0;
}

static int answer_sample(struct store *st, const struct packet *p, struct answer *out)
{
	struct wire_sample msg;

	if (p->size < sizeof(msg))
		return -1;
	memcpy(&msg, p->bytes, sizeof(msg));
	if (msg.slice_len > WIRE_SLICE_MAX || p->size != sizeof(msg) + msg.slice_len)
		return -1;
	struct space *space = store_find(st, msg.space);

	if (!space)
		return -1;
	unwind_sample(space, &msg, p->bytes + sizeof(msg), &out->stack, out->frames);
	size_t size = sizeof(out->stack) + out->stack.nframes * sizeof(out->frames[0]);

	out->stack.head = (struct wire_head){
		.magic = WIRE_MAGIC,
		.version = WIRE_VERSION,
		.type = WIRE_STACK,
		.size = (uint32_t)size,
	};
	return (int)size;
}

int serve_packet(struct store *st, const struct packet *p, struct answer *out)
{
	struct wire_head head;
	int rc = -1;

	if (p->size >= sizeof(head)) {
		memcpy(&head, p->bytes, sizeof(head));
		if (head.magic == WIRE_MAGIC && head.version == WIRE_VERSION && head.size == p->size) {
			switch (head.type) {
			case WIRE_FILTER:
				rc = lock_in(p->bytes + sizeof(head), p->size - sizeof(head));
				break;
			case WIRE_MODULE:
				return take_module(st, p);
			case WIRE_SPACE:
				rc = take_space(st, p);
				break;
			case WIRE_SAMPLE:
				rc = answer_sample(st, p, out);
				break;
			default:
				break;
			}
		}
	}
	if (p->fd >= 0)
		close(p->fd);
	return rc;
}
