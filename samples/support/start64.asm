; SPDX-License-Identifier: MIT
; Program entry without libc: hands the initial stack to C, aligned as the ABI wants it.
bits 64
default rel
extern sample_start
global _start
section .text
_start:
	mov	rdi, rsp
	xor	ebp, ebp
	and	rsp, -16
	call	sample_start
section .note.GNU-stack noalloc noexec nowrite progbits
