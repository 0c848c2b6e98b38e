; SPDX-License-Identifier: MIT
%include "support/ways.inc"
section .text

; Runs 32-bit code: %1 is called with the rounds in edi, the counter's address in ebx.
%macro host_function 2
bits 64
global %1:function
%1:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	r12, rsp		; 32-bit code cannot hold the upper half; but it leaves r12 alone
	mov	ebx, edx
	mov	esp, esi
	mov	ecx, DATA32		; 64-bit code does without; 32-bit code does not
	mov	ds, ecx
	mov	es, ecx
	call	dword far [abs %%there]	; "dword": no REX.W, which would push 8-byte words
	mov	rsp, r12
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret
section .data
%%there:
	dd	%2
	dw	USER32
section .text
%endmacro

host_function run_guest, guest
host_function run_guest_int80, guest_int80

bits 32
guest:
	test	edi, edi
	jz	.done
.again:
	inc	dword [ebx]
	mov	eax, 110		; getppid in the x86-64 table
	call	USER64:thunk
	dec	edi
	jnz	.again
.done:
	retf

guest_int80:
	test	edi, edi
	jz	.done
.again:
	inc	dword [ebx]
	mov	eax, 64			; getppid in the i386 table
	int	0x80
	dec	edi
	jnz	.again
.done:
	retf

bits 64
thunk:
	syscall
	retf
section .note.GNU-stack noalloc noexec nowrite progbits
