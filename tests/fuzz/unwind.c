/* SPDX-License-Identifier: MIT */
/*
 * The unwind worker. The first byte chooses: wire packets, each behind its
 * length in two bytes; or an ELF file to unwind in, behind a head that says
 * where the code stands and what its stack holds.
 */
#include "fuzz.h"
#include "worker/serve.h"
#include "worker/unwind.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CODE_AT 0x10000000u
#define CODE_SIZE 0x1000000u
#define STACK_AT 0x7ff00000u

struct head {
	uint16_t slice_len;
	uint16_t bp; /* distances from the stack's start */
	uint32_t ip; /* distance from the code's start */
	uint64_t offset; /* of the mapping in the file */
};

static struct answer *answer_room(void)
{
	static struct answer room;

	return &room;
}

static void unwind_in_elf(const uint8_t *data, size_t size)
{
	struct store st = {0};
	struct head h;
	struct answer *a = answer_room();

	if (size < sizeof(h))
		return;
	memcpy(&h, data, sizeof(h));
	data += sizeof(h);
	size -= sizeof(h);
	size_t len = h.slice_len < size ? h.slice_len : size;
	const struct wire_map map = {
		.start = CODE_AT,
		.end = CODE_AT + CODE_SIZE,
		.offset = h.offset & ~(uint64_t)0xfff,
		.module = 0,
		.exec = 1,
	};
	struct wire_sample s = {
		.max_frames = WIRE_FRAMES_MAX,
		.slice_at = STACK_AT,
		.slice_len = (uint32_t)len,
		.ip_is_return = 1,
	};

	for (unsigned i = 0; i < WIRE_REGS; i++)
		s.regs[i] = STACK_AT + h.bp;
	s.regs[WIRE_SP] = STACK_AT;
	s.regs[WIRE_IP] = CODE_AT + h.ip % CODE_SIZE;
	store_module_bytes(&st, 0, data + len, size - len);
	store_space(&st, 0, &map, 1);
	unwind_sample(store_find(&st, 0), &s, data, &a->stack, a->frames);
	/* Whatever comes in, what goes out keeps to the protocol. */
	if (a->stack.nframes > WIRE_FRAMES_MAX || a->stack.end >= WIRE_ENDS)
		abort();
	store_fini(&st);
}

/* A MODULE packet gets what is left of the input as its file. */
static int file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	return fd;
}

static void serve(const uint8_t *data, size_t size)
{
	struct store st = {0};
	int rc = 0;

	while (size >= 2 && rc >= 0) {
		uint16_t len;
		struct wire_head head = {0};

		memcpy(&len, data, sizeof(len));
		data += 2;
		size -= 2;
		if (len > size)
			len = (uint16_t)size;
		if (len >= sizeof(head))
			memcpy(&head, data, sizeof(head));
		struct packet p = {data, len, -1};

		if (head.type == WIRE_MODULE)
			p.fd = file_of(data + len, size - len);
		/* A filter that is accepted would lock the test in. */
		if (head.type != WIRE_FILTER)
			rc = serve_packet(&st, &p, answer_room());
		data += len;
		size -= len;
	}
	store_fini(&st);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & 1)
		serve(data + 1, size - 1);
	else
		unwind_in_elf(data + 1, size - 1);
	return 0;
}
