; SPDX-License-Identifier: MIT
%include "support/ways.inc"
bits 32
section .text
; A call with a 64-bit number from a 32-bit program, through 64-bit code of its own.
way_begin by_far_call
	call	USER64:thunk
	way_end
bits 64
thunk:
	to_x86_64
	syscall
	retf
section .note.GNU-stack noalloc noexec nowrite progbits
