/* SPDX-License-Identifier: MIT */
#ifndef ET_HOST_HYPERVISOR_H
#define ET_HOST_HYPERVISOR_H

#include <stddef.h>

/* "none", a well-known name such as "KVM" or "TCG", or the signature itself, made printable. */
void hypervisor_name(char *buf, size_t size);

/* The same from a signature (12 bytes of CPUID leaf 0x40000000: ebx, ecx, edx). */
void hypervisor_from_signature(const char signature[12], char *buf, size_t size);

#endif
