/* SPDX-License-Identifier: MIT */
#ifndef ET_CLASSIFY_FAR_CALL_H
#define ET_CLASSIFY_FAR_CALL_H

#include "decode/insn.h"
#include "model/evidence.h"

/*
 * Is the far return that was found on the stack the one that leads back from
 * this 64-bit syscall? True when a far call ends at the return address and
 * nothing known speaks against it; *call is that instruction. *proven when the
 * code from the call's target to the syscall was followed and moves the stack
 * pointer by exactly the distance found. A slot that is only left over from an
 * earlier call is refused where the code between is known.
 */
bool far_call_behind(const struct evidence *ev, struct insn *call, bool *proven);

#endif
