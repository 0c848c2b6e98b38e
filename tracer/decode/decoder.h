/* SPDX-License-Identifier: MIT */
/* For this folder only: how Zydis is set up for each mode. */
#ifndef ET_DECODE_DECODER_H
#define ET_DECODE_DECODER_H

#include "decode/insn.h"

#include <Zydis/Zydis.h>

ZydisDecoder decoder_of(enum cpu_mode mode);

#endif
