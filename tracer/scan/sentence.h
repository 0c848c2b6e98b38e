/* SPDX-License-Identifier: MIT */
#ifndef ET_SCAN_SENTENCE_H
#define ET_SCAN_SENTENCE_H

#include "scan/result.h"

/* The answer to the question, in one sentence: what would booting with ia32_emulation=0 break? The caller frees. */
char *scan_sentence(const struct scan_result *r);

#endif
