/* SPDX-License-Identifier: MIT */
/* Why an entry stopped, though it was wanted counted in the program itself. */
#ifndef ET_MODEL_REASON_H
#define ET_MODEL_REASON_H

enum stop_reason {
#define REASON(e, id, clause) REASON_##e,
#include "model/reasons.def"
#undef REASON
	STOP_REASONS
};

struct stop_reason_info {
	const char *id;     /* stable: JSON */
	const char *clause; /* for people, plural */
};

extern const struct stop_reason_info stop_reason_info[STOP_REASONS];

#endif
