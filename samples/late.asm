; SPDX-License-Identifier: MIT
%include "support/ways.inc"

; long CODE(long nr), for any place: C copies it. The return address of the raw
; ones points right behind the instruction, as hand-written code has it.
section .rodata
bits 32
%macro code_begin 1
global %1, %1_insn, %1_end
%1_insn equ %1.insn
%1:
	push	ebx
	push	ebp
	mov	eax, [esp + 12]
%endmacro
%macro code_end 0
	pop	ebp
	pop	ebx
	ret
%endmacro

code_begin late_syscall
	call	.here
.here:
	add	dword [esp], .back - .here
	push	ecx
	push	edx
	push	ebp
	mov	ebp, ecx
.insn:
	syscall
.back:
	code_end
late_syscall_end:

code_begin late_sysenter
	call	.here
.here:
	add	dword [esp], .back - .here
	push	ecx
	push	edx
	push	ebp
	mov	ebp, esp
.insn:
	sysenter
.back:
	code_end
late_sysenter_end:

code_begin late_int80
.insn:
	int	0x80
	code_end
late_int80_end:
section .note.GNU-stack noalloc noexec nowrite progbits
