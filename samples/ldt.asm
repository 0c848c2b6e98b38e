; SPDX-License-Identifier: MIT
; Code that ldt.c copies to where a segment with a base reaches it: the number is in eax.
bits 32
section .rodata
global ldt_int80, ldt_vdso, ldt_end
ldt_int80:
	int	0x80
	retf
	align	16, int3
extern ldt_sysinfo
ldt_vdso:
	call	[ldt_sysinfo]		; as an offset in that segment
	retf
ldt_end:

section .text
; long ldt_call(long nr, const struct far *to), ldt_jump the same: by a far call, and by a far jump.
global ldt_call:function, ldt_jump:function
ldt_call:
	push	ebx
	mov	eax, [esp + 8]
	mov	edx, [esp + 12]
	call	far [edx]
	pop	ebx
	ret
ldt_jump:
	push	ebx
	mov	eax, [esp + 8]
	mov	edx, [esp + 12]
	push	cs
	push	.back
	jmp	far [edx]
.back:
	pop	ebx
	ret
section .note.GNU-stack noalloc noexec nowrite progbits
