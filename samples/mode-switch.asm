; SPDX-License-Identifier: MIT
%include "support/ways.inc"
section .text

; There: by far jump. Back: by a far jump through memory, the only kind that
; 64-bit code has; "dword" keeps NASM from a REX.W prefix, which AMD's CPUs
; ignore and Intel's take for a 64-bit offset.
bits 32
way_begin by_far_jump
	jmp	USER64:.code64
.back:
	way_end
bits 64
.code64:
	to_x86_64
	syscall
	jmp	dword far [abs by_far_jump_back]

; There: by retf, which leaves the 64-bit selector below the stack pointer.
bits 32
way_begin by_far_return
	push	USER64
	push	.code64
	retf
.back:
	way_end
bits 64
.code64:
	to_x86_64
	syscall
	push	USER32
	push	.back
	retfq				; slots of 64 bits here

; There: by iret. From compatibility mode it pops eip, cs and eflags only.
bits 32
way_begin by_interrupt_return
	pushfd
	push	USER64
	push	.code64
	iretd
.back:
	way_end
bits 64
.code64:
	to_x86_64
	syscall
	push	USER32
	push	.back
	retfq

section .data
by_far_jump_back:
	dd	by_far_jump.back
	dw	USER32
section .note.GNU-stack noalloc noexec nowrite progbits
