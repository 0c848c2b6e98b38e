; SPDX-License-Identifier: MIT
%include "support/ways.inc"
bits 32
section .text

; The kernel comes back to its landing pad, which pops ebp, edx, ecx and
; returns: so the return address goes below them, and ebp says where they are.
way_begin by_sysenter
	push	.back
	push	ecx
	push	edx
	push	ebp
	mov	ebp, esp
	sysenter
.back:
	way_end

; A private copy of the vDSO's function: the return address belongs to the call.
way_begin by_called_sysenter
	call	.enter
	way_end
.enter:
	push	ecx
	push	edx
	push	ebp
	mov	ebp, esp
	sysenter
section .note.GNU-stack noalloc noexec nowrite progbits
