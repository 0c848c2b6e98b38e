; SPDX-License-Identifier: MIT
; A library in one of several layouts, for layout.c: see there, and local.mk.
;   TEXTREL   its code has addresses in it, which the loader writes: DT_TEXTREL
;   DATA      words that look like entry instructions stand among its code, never run
;   HOLE      much memory behind what is in its file
bits 32
global lib_int80:function, lib_vdso:function, lib_sum:function
section .text
lib_int80:				; long lib_int80(long nr)
	mov	eax, [esp + 4]
	int	0x80
	cmp	eax, 0xfffff001
	ret
	align	16, int3
lib_vdso:				; long lib_vdso(long nr)
	mov	eax, [esp + 4]
	call	[gs:0x10]
	ret
	align	16, int3
lib_sum:				; unsigned lib_sum(void): 0, 1, 2 ... by call; with DATA the words below are added and taken off
%ifdef TEXTREL
	mov	eax, [lib_count]
	inc	dword [lib_count]
	ret
%else
	call	.here
.here:
	pop	ecx
	mov	eax, 0
%ifdef DATA
	xor	edx, edx
.next:
	add	eax, [ecx + lib_words - .here + edx * 4]
	sub	eax, [ecx + lib_words - .here + edx * 4]
	inc	edx
	cmp	edx, LIB_WORDS
	jb	.next
%endif
	ret
%endif

%ifdef DATA
	align	4
lib_words:
	db	0x0f, 0x05, 0x0f, 0x34, 0xcd, 0x80, 0x0f, 0x05
	times	8 db 0xff, 0x0f, 0x05, 0xff
	times	8 db 0x0f, 0x34, 0xc3, 0x90
	db	0x00, 0x00, 0x00, 0x0f, 0x05, 0x00, 0x00, 0x00
LIB_WORDS equ ($ - lib_words) / 4
%endif

section .data
lib_count: dd	0
%ifdef HOLE
section .bss
	resb	0x40000
%endif
%ifdef EXECSTACK
section .note.GNU-stack noalloc exec nowrite progbits
%else
section .note.GNU-stack noalloc noexec nowrite progbits
%endif
