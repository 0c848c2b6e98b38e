; SPDX-License-Identifier: MIT
; One entry with every register known before it and looked at behind it.
bits 32
section .text

; void checked_enter(struct registers *r, const void *code)
; Calls code with the registers of r, in their order there: eax, ebx, ecx, edx,
; esi, edi, ebp, eflags; and puts there what they hold behind the call.
global checked_enter:function
checked_enter:
	push	ebx
	push	esi
	push	edi
	push	ebp
	push	dword [esp + 24]	; code
	push	dword [esp + 24]	; r
	mov	eax, [esp]
	mov	ebx, [eax + 4]
	mov	ecx, [eax + 8]
	mov	edx, [eax + 12]
	mov	esi, [eax + 16]
	mov	edi, [eax + 20]
	mov	ebp, [eax + 24]
	push	dword [eax + 28]
	mov	eax, [eax]
	popfd
	call	[esp + 4]
	pushfd
	cld
	push	eax
	mov	eax, [esp + 8]
	mov	[eax + 4], ebx
	mov	[eax + 8], ecx
	mov	[eax + 12], edx
	mov	[eax + 16], esi
	mov	[eax + 20], edi
	mov	[eax + 24], ebp
	pop	dword [eax]
	pop	dword [eax + 28]
	add	esp, 8
	pop	ebp
	pop	edi
	pop	esi
	pop	ebx
	ret

; The simplest code with an entry: for checked_enter().
global checked_int80:function, checked_int80_insn
checked_int80:
checked_int80_insn:
	int	0x80
	ret

; One for each of some calls, with its number before it, as most programs have it.
%macro numbered 1-*
section .rodata
global checked_sites
checked_sites:
%rep %0
	dd	%1, site_%1, insn_%1
%rotate 1
%endrep
	dd	0, 0, 0
section .text
%rep %0
	align	16, int3
site_%1:
	mov	eax, %1
insn_%1:
	int	0x80
	lea	esp, [esp + 0]
	ret
%rotate 1
%endrep
%endmacro
	; read, getppid, _newselect, nanosleep, poll, futex, epoll_wait, clock_nanosleep,
	; pselect6, ppoll, epoll_pwait, recvfrom
	numbered 3, 64, 142, 162, 168, 240, 256, 267, 308, 309, 319, 371
section .note.GNU-stack noalloc noexec nowrite progbits
