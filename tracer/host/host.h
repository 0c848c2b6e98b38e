/* SPDX-License-Identifier: MIT */
/*
 * What decides the price of a kernel entry on a machine: the facts that a
 * trace records and that a calibration must share with the host.
 */
#ifndef ET_HOST_HOST_H
#define ET_HOST_HOST_H

#include "model/trace.h"

/*
 * Reads the facts of this machine into out, to be freed by host_fini(). A fact
 * that cannot be read is "unknown", never left out, so that two hosts always
 * compare key by key. Takes a millisecond: the vDSO's entry instruction is
 * found by running a 32-bit program.
 *
 * Keys: cpu vendor family model stepping microcode kernel hypervisor fred
 * clocksource vdso_entry seccomp mitigations.* (the files of
 * /sys/devices/system/cpu/vulnerabilities).
 */
void host_read(struct host *out);

#endif
