/* SPDX-License-Identifier: MIT */
/* What a reader says, taken for what a broken one might: what is understood packs and reads as the same again. */
#include "fuzz.h"
#include "scan/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scan_file f = {0}, again = {0};
	static struct wire_packet packet;
	struct wire_head head;
	size_t next = 0;

	if (!wire_head(data, size, &head))
		return 0;
	if (head.kind == WIRE_FILE && wire_unpack_file(data, size, &f)) {
		wire_pack_file(head.id, &f, &packet);
		if (!wire_unpack_file(packet.bytes, packet.n, &again) || again.kind != f.kind ||
		    again.nneeded > f.nneeded)
			abort();
	} else if (head.kind == WIRE_SITES && wire_unpack_sites(data, size, &f)) {
		while (next < f.nsites) {
			wire_pack_sites(head.id, &f, &next, &packet);
			if (!wire_unpack_sites(packet.bytes, packet.n, &again))
				abort();
		}
		if (again.nsites != f.nsites)
			abort();
	}
	scan_file_fini(&f);
	scan_file_fini(&again);
	return 0;
}
