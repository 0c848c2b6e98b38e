/* SPDX-License-Identifier: MIT */
/* What every fuzz target defines: libFuzzer calls it, and so does replay.c. */
#ifndef ET_TESTS_FUZZ_H
#define ET_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
