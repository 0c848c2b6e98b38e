; SPDX-License-Identifier: MIT
%include "support/ways.inc"

; long CODE(long nr), for any place: C copies it. Each makes one entry; the return
; address of the raw ones points right behind the instruction.
section .rodata
bits 32
%macro code_begin 1
global %1, %1_end
%1:
	push	ebx
	push	ebp
	mov	eax, [esp + 12]
%endmacro
%macro code_end 1
	pop	ebp
	pop	ebx
	ret
%1_end:
%endmacro

code_begin piece_int80
	int	0x80
	code_end piece_int80

code_begin piece_syscall32
	call	.here
.here:
	add	dword [esp], .back - .here
	push	ecx
	push	edx
	push	ebp
	mov	ebp, ecx
	syscall
.back:
	code_end piece_syscall32

code_begin piece_sysenter
	call	.here
.here:
	add	dword [esp], .back - .here
	push	ecx
	push	edx
	push	ebp
	mov	ebp, esp
	sysenter
.back:
	code_end piece_sysenter

extern codes_sysinfo
code_begin piece_vdso
	call	[codes_sysinfo]
	code_end piece_vdso

code_begin piece_far
	call	USER64:thunk
	code_end piece_far

section .text
bits 64
thunk:
	syscall
	retf
section .note.GNU-stack noalloc noexec nowrite progbits
