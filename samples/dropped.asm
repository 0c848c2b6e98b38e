; SPDX-License-Identifier: MIT
; A page of code with one site of each kind, to be mapped by dropped.c.
bits 32
section .pages progbits alloc exec nowrite align=4096
global dropped_page, dropped_int80, dropped_number, dropped_vdso, dropped_end
dropped_page:
dropped_int80:
	mov	eax, 64			; getppid
dropped_number equ $ - 4
	int	0x80
	cmp	eax, 0xfffff001
	ret
	align	32, int3
dropped_vdso:
	mov	eax, 64
	call	ecx			; __kernel_vsyscall
	ret
	times	4096 - ($ - dropped_page) int3
dropped_end:
section .note.GNU-stack noalloc noexec nowrite progbits
