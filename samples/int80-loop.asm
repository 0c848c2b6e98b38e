; SPDX-License-Identifier: MIT
bits 32
section .text

; void loop_getpid(unsigned times, unsigned *made)
global loop_getpid:function
loop_getpid:
	push	ebx
	push	esi
	mov	ebx, [esp + 12]
	mov	esi, [esp + 16]
	test	ebx, ebx
	jz	.done
.again:
	inc	dword [esi]
	mov	eax, 20			; getpid
	int	0x80
	dec	ebx
	jnz	.again
.done:
	pop	esi
	pop	ebx
	ret

; long call_number(long nr, unsigned *made)
global call_number:function
call_number:
	mov	edx, [esp + 8]
	inc	dword [edx]
	mov	eax, [esp + 4]
	int	0x80
	ret
section .note.GNU-stack noalloc noexec nowrite progbits
