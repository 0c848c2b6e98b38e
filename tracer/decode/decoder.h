/* SPDX-License-Identifier: MIT */
/* For this folder only: how Zydis is set up for each mode. */
#ifndef ET_DECODE_DECODER_H
#define ET_DECODE_DECODER_H

#include "decode/insn.h"

#include <Zydis/Zydis.h>
#include <stdbool.h>
#include <stdint.h>

ZydisDecoder decoder_of(enum cpu_mode mode);

/*
 * Is it what compilers write for programs? Data and text that are read as code soon
 * show something that is not.
 */
bool decoder_is_plain(const ZydisDecodedInstruction *zi, const uint8_t *bytes);

#endif
