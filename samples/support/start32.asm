; SPDX-License-Identifier: MIT
; Program entry without libc: hands the initial stack to C, aligned as the ABI wants it.
bits 32
extern sample_start
global _start
section .text
_start:
	mov	eax, esp
	xor	ebp, ebp
	and	esp, -16
	sub	esp, 12
	push	eax
	call	sample_start
section .note.GNU-stack noalloc noexec nowrite progbits
