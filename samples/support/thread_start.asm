; SPDX-License-Identifier: MIT
bits 32
section .text

; long thread_clone(struct thread *t, void *stack_top, unsigned long flags)
; t->alive is t's first word, t->run its third, t->leave its fourth.
global thread_clone:function
thread_clone:
	push	ebx
	push	esi
	push	edi
	mov	edi, [esp + 16]		; t: also the word that the kernel clears
	mov	ecx, [esp + 20]
	mov	ebx, [esp + 24]
	xor	edx, edx
	xor	esi, esi
	mov	eax, 120		; clone
	int	0x80
	test	eax, eax
	jz	.child
	pop	edi
	pop	esi
	pop	ebx
	ret
.child:
	xor	ebp, ebp
	sub	esp, 12
	push	edi
	call	[edi + 8]
	call	[edi + 12]
	xor	ebx, ebx
	mov	eax, 1			; exit: this thread only
	int	0x80
	ud2
section .note.GNU-stack noalloc noexec nowrite progbits
