; SPDX-License-Identifier: MIT
; For dispatch.c: code in a range of its own, from which calls are not dispatched, and a
; site outside of it.
bits 32
section .exempt progbits alloc exec nowrite align=4096
global exempt_begin, exempt_end
global exempt_call:function, exempt_return:function
exempt_begin:
; long exempt_call(void)
exempt_call:
	mov	eax, 64			; getppid
	int	0x80
	cmp	eax, 0xfffff001
	ret
; What the handler returns through.
exempt_return:
	pop	eax
	mov	eax, 119		; sigreturn
	int	0x80
	ud2
	times	4096 - ($ - exempt_begin) int3
exempt_end:

section .text
; long dispatched_call(void), and where the kernel says that it was made.
global dispatched_call:function, dispatched_ip
	align	16, int3
dispatched_call:
	mov	eax, 64			; getppid
	int	0x80
dispatched_ip:
	cmp	eax, 0xfffff001
	ret
	align	16, int3
section .note.GNU-stack noalloc noexec nowrite progbits
