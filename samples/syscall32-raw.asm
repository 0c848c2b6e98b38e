; SPDX-License-Identifier: MIT
%include "support/ways.inc"
bits 32
section .text

; The kernel comes back to its landing pad, which pops ebp, edx, ecx and
; returns: so the return address goes below them. The instruction overwrites
; ecx, so ebp carries it, and the kernel reads ebp itself from the stack.
way_begin by_syscall32
	push	.back
	push	ecx
	push	edx
	push	ebp
	mov	ebp, ecx
	syscall
.back:
	way_end

; A private copy of the vDSO's function: the return address belongs to the call.
way_begin by_called_syscall32
	call	.enter
	way_end
.enter:
	push	ecx
	push	edx
	push	ebp
	mov	ebp, ecx
	syscall
section .note.GNU-stack noalloc noexec nowrite progbits
