/* SPDX-License-Identifier: MIT */
#include "model/scenario.h"

const struct scenario_info scenario_info[SCENARIOS] = {
	[SCENARIO_NATIVE_64BIT] = {"native-64bit", "rebuilt as x86-64"},
	[SCENARIO_VDSO] = {"vdso", "int 0x80 via the vDSO"},
	[SCENARIO_FAR_CALL_THUNK] = {"far-call-thunk", "behind a far-call thunk"},
};
