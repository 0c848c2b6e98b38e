; SPDX-License-Identifier: MIT
; Calls that come back twice, or somewhere else, each by an int 0x80 of its own.
bits 32
section .text

; long maker_vfork(void): as C libraries have it, since the child uses the same stack.
global maker_vfork:function
maker_vfork:
	pop	ecx
	mov	eax, 190		; vfork
	int	0x80
	push	ecx
	ret

; long maker_clone(const struct made *m, void *stack_top, unsigned long flags)
; long maker_clone3(const struct made *m, const void *args, size_t size)
; The child calls m's first word with m as its argument, and exits with what it returns.
%macro child 0
	test	eax, eax
	jz	made
	pop	edi
	pop	esi
	pop	ebx
	ret
%endmacro
global maker_clone:function
maker_clone:
	push	ebx
	push	esi
	push	edi
	mov	edi, [esp + 16]
	mov	ecx, [esp + 20]
	mov	ebx, [esp + 24]
	xor	edx, edx
	xor	esi, esi
	mov	eax, 120		; clone
	int	0x80
	child

global maker_clone3:function
maker_clone3:
	push	ebx
	push	esi
	push	edi
	mov	edi, [esp + 16]
	mov	ebx, [esp + 20]
	mov	ecx, [esp + 24]
	mov	eax, 435		; clone3
	int	0x80
	child

; long maker_clone_vdso(const struct made *m, void *stack_top, unsigned long flags, unsigned long sysinfo)
; The child comes back on its own stack, where __kernel_vsyscall pops what is prepared here.
global maker_clone_vdso:function
maker_clone_vdso:
	push	ebx
	push	esi
	push	edi
	mov	edi, [esp + 16]
	mov	ecx, [esp + 20]
	sub	ecx, 16
	mov	dword [ecx], 0		; ebp
	mov	dword [ecx + 4], 0	; edx
	mov	dword [ecx + 8], 0	; ecx
	mov	dword [ecx + 12], .back
	mov	ebx, [esp + 24]
	xor	edx, edx
	xor	esi, esi
	mov	eax, 120		; clone
	call	[esp + 28]
.back:
	child

made:
	xor	ebp, ebp
	and	esp, -16
	sub	esp, 12
	push	edi
	call	[edi]
	mov	ebx, eax
	mov	eax, 1			; exit: its account is kept by who made it
	int	0x80
	ud2

; What a program may give as sa_restorer.
global maker_sigreturn:function, maker_rt_sigreturn:function
maker_sigreturn:
	pop	eax
	mov	eax, 119		; sigreturn
	int	0x80
	ud2
maker_rt_sigreturn:
	mov	eax, 173		; rt_sigreturn
	int	0x80
	ud2
section .note.GNU-stack noalloc noexec nowrite progbits
