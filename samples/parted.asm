; SPDX-License-Identifier: MIT
; The same code in two pages of its own, to be mapped by parted.c.
bits 32

section .pages progbits alloc exec nowrite align=4096
global page_one, page_two
page_one:
	call	ecx			; __kernel_vsyscall; the number is in eax
	ret
	times	4096 - ($ - page_one) int3
page_two:
	call	ecx
	ret
	times	4096 - ($ - page_two) int3
section .note.GNU-stack noalloc noexec nowrite progbits
