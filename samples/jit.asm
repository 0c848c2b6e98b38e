; SPDX-License-Identifier: MIT
%include "support/ways.inc"

; long CODE(long nr), position-independent as to itself: C copies it to a page.
; Each has its entry, or the call that leads to it, at the same offset.
section .rodata
bits 32
global code_int80, code_int80_end, code_far_call, code_far_call_end, code_vdso, code_vdso_end
code_int80:
	mov	eax, [esp + 4]
	int	0x80
	ret
code_int80_end:

code_far_call:
	mov	eax, [esp + 4]
	call	USER64:thunk
	ret
code_far_call_end:

extern jit_sysinfo
code_vdso:
	mov	eax, [esp + 4]
	call	[jit_sysinfo]
	ret
code_vdso_end:

section .text
bits 64
thunk:
	syscall
	retf
section .note.GNU-stack noalloc noexec nowrite progbits
