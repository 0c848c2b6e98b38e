; SPDX-License-Identifier: MIT
; For trampolines.c: some sites, and a jump straight to an instruction elsewhere.
bits 32
section .text
global trampoline_sites, trampoline_sites_end
%macro site 1+
	mov	eax, 20			; getpid
	int	0x80
	%1
	ret
	align	32, int3
%endmacro
	align	32, int3
trampoline_sites:			; 32 bytes each
	site	cmp eax, 0xfffff001
	site	nop
	site	test eax, eax
	site	times 12 nop
trampoline_sites_end:

; long trampoline_enter(long nr, unsigned long at): whatever pops and returns comes back.
global trampoline_enter:function, trampoline_back
extern trampoline_esp
trampoline_enter:
	push	ebx
	push	esi
	push	edi
	push	ebp
	mov	eax, [esp + 20]
	mov	edx, [esp + 24]
	mov	[trampoline_esp], esp
	times 24 push trampoline_back
	jmp	edx
trampoline_back:
	mov	esp, [trampoline_esp]
	pop	ebp
	pop	edi
	pop	esi
	pop	ebx
	ret
section .note.GNU-stack noalloc noexec nowrite progbits
