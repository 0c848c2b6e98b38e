; SPDX-License-Identifier: MIT
%include "support/ways.inc"
section .text

; Both enter by the same 64-bit syscall instruction: only the stack tells them
; apart. What lies on top of it is the 64-bit code's own way back.
bits 64
global enter_from_64bit_code:function
enter_from_64bit_code:
	to_x86_64
	syscall
	ret

bits 32
way_begin thunk_getpid
	call	USER64:.enter
	way_end
bits 64
.enter:
	call	enter_from_64bit_code
	retf

bits 32
way_begin jump_getppid
	jmp	USER64:.enter
.back:
	way_end
bits 64
.enter:
	call	enter_from_64bit_code
	jmp	dword far [abs back]

; The way in that only AMD's CPUs have in 32-bit code.
bits 32
way_begin raw_getuid
	push	.back
	push	ecx
	push	edx
	push	ebp
	mov	ebp, ecx
	syscall
.back:
	way_end

section .data
back:
	dd	jump_getppid.back
	dw	USER32
section .note.GNU-stack noalloc noexec nowrite progbits
