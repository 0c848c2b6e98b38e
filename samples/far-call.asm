; SPDX-License-Identifier: MIT
%include "support/ways.inc"
section .text

bits 64
thunk:
	to_x86_64
	syscall
	retf				; pops eip and cs, 32 bits each

deep_thunk:
	push	rbx
	push	rbp
	sub	rsp, 64
	to_x86_64
	syscall
	add	rsp, 64
	pop	rbp
	pop	rbx
	retf

bits 32
way_begin by_far_call
	call	USER64:thunk
	way_end

way_begin by_far_call_memory
	call	far [target]
	way_end

way_begin by_deep_far_call
	call	USER64:deep_thunk
	way_end

section .data
target:
	dd	thunk
	dw	USER64
section .note.GNU-stack noalloc noexec nowrite progbits
