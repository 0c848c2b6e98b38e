/* SPDX-License-Identifier: MIT */
/* By which instruction a place in a file enters the kernel. */
#ifndef ET_MODEL_ENTRY_FORM_H
#define ET_MODEL_ENTRY_FORM_H

#include <stdbool.h>

enum entry_form {
#define FORM(e, id, needs, meaning) FORM_##e,
#include "model/entry_forms.def"
#undef FORM
	ENTRY_FORMS, /* how many there are */
};

struct entry_form_info {
	const char *id;      /* stable: text, JSON */
	bool needs_ia32;     /* does not work where the kernel has IA32 emulation off */
	const char *meaning; /* one line for people */
};

extern const struct entry_form_info entry_form_info[ENTRY_FORMS];

#endif
