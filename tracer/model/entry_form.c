/* SPDX-License-Identifier: MIT */
#include "model/entry_form.h"

const struct entry_form_info entry_form_info[ENTRY_FORMS] = {
#define FORM(e, id, needs, meaning) [FORM_##e] = {id, needs, meaning},
#include "model/entry_forms.def"
#undef FORM
};
