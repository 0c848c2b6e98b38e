/* SPDX-License-Identifier: MIT */
#include "host/hypervisor.h"

#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#define HYPERVISOR_BIT (1u << 31) /* CPUID.1:ECX; hypervisors set it, hardware never */
#define HYPERVISOR_LEAF 0x40000000u

static const struct {
	const char *signature, *name;
} known[] = {
	{"KVMKVMKVM", "KVM"}, {"TCGTCGTCGTCG", "TCG"}, {"Microsoft Hv", "Hyper-V"}, {"VMwareVMware", "VMware"},
	{"XenVMMXenVMM", "Xen"}, {"bhyve bhyve ", "bhyve"}, {"VBoxVBoxVBox", "VirtualBox"},
};

void hypervisor_from_signature(const char signature[12], char *buf, size_t size)
{
	char text[13] = "";

	memcpy(text, signature, 12);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(text, known[i].signature) == 0) {
			snprintf(buf, size, "%s", known[i].name);
			return;
		}
	}
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	snprintf(buf, size, "%s", *text ? text : "unknown");
}

void hypervisor_name(char *buf, size_t size)
{
	unsigned a, b, c, d;
	char signature[12];

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & HYPERVISOR_BIT)) {
		snprintf(buf, size, "none");
		return;
	}
	__cpuid(HYPERVISOR_LEAF, a, b, c, d);
	memcpy(signature, &b, 4);
	memcpy(signature + 4, &c, 4);
	memcpy(signature + 8, &d, 4);
	hypervisor_from_signature(signature, buf, size);
}
