; SPDX-License-Identifier: MIT
; For moved64.c and vdso-map64.c: 64-bit and 32-bit code that is copied to pages, and the
; way from 64-bit code into 32-bit code and back.
%include "support/ways.inc"
default rel
section .rodata
global piece64_syscall, piece64_syscall_end, piece64_int80, piece64_int80_end
global piece64_compat, piece64_compat_end, piece64_vdso, piece64_vdso_end
bits 64
piece64_syscall:			; long CODE(long nr)
	mov	rax, rdi
	syscall
	ret
piece64_syscall_end:
piece64_int80:
	push	rbx
	mov	rax, rdi
	int	0x80
	pop	rbx
	ret
piece64_int80_end:
bits 32
piece64_compat:				; for enter32: the number is in eax
	int	0x80
	retf
piece64_compat_end:
piece64_vdso:				; __kernel_vsyscall is in esi
	call	esi
	retf
piece64_vdso_end:

; long enter32(long nr, void *code, void *stack_top, unsigned long esi): all but nr below 4 GiB.
section .text
bits 64
global enter32:function
enter32:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[saved], rsp
	mov	eax, edi
	mov	[target], esi
	mov	rsp, rdx
	mov	esi, ecx
	xor	ebx, ebx
	xor	edi, edi
	xor	ebp, ebp
	xor	edx, edx
	xor	ecx, ecx
	mov	r12d, DATA32
	mov	ds, r12d
	mov	es, r12d
	call	far dword [target]
	mov	rsp, [saved]
	movsxd	rax, eax
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret
section .data
target:	dd	0
	dw	USER32
section .bss
saved:	resq	1
section .note.GNU-stack noalloc noexec nowrite progbits
