/* SPDX-License-Identifier: MIT */
#include "cli/kernel_vdso.h"

#include "loops/loops.h"
#include "tracee/space.h"

void kernel_vdso_look(struct vdso_facts *facts, struct modules *modules)
{
	struct loops_options opt = {.cpu = -1, .chain = 1};
	struct space *space;
	const struct map *map;
	struct loops l;

	*facts = (struct vdso_facts){0};
	if (loops_start(&l, LOOPS_32, &opt, NULL) != 0)
		return;
	space = space_new();
	space_find_vdso(space, l.pid);
	*facts = space->vdso;
	map = maps_by_name(space_maps(space, l.pid), "[vdso]");
	if (map)
		modules_get(modules, l.pid, map);
	space_unref(space);
	loops_stop(&l);
}
