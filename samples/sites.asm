; SPDX-License-Identifier: MIT
; int 0x80 in every form: what stands before it and behind it, how it is reached,
; and what it shares bytes with. Each is code for checked_enter(); a table names
; them for sites.c.
bits 32

%define GETPPID		64
%define GETPID		20
%define UMASK		60

; site NAME, CODE, NUMBER: an entry of the table. NUMBER is the one that the code makes
; its call with; FROM_CALLER when that is what eax holds before; NONE when it makes none.
; TWICE: by umask it gets the number of a second call, getppid.
%define FROM_CALLER	-1
%define NONE		-2
%define TWICE		-3
; site_flags: its code changes the flags.
%macro site 2
	dd	%1, %2, 0
%endmacro
%macro site_flags 2
	dd	%1, %2, 1
%endmacro

section .rodata
global sites_table, sites_end
sites_table:
	site_flags mov_cmp, GETPPID
	site	mov_ret, GETPPID
	site	load_ret, GETPPID
	site	push_pop, GETPPID
	site_flags xor_mov, GETPPID
	site	bare, FROM_CALLER
	site	target_behind, GETPPID
	site	target_behind.behind, NONE
	site_flags target_itself, GETPPID
	site_flags target_itself.itself, FROM_CALLER
	site	target_in_mov + 1, GETPPID
	site	prefix_es, FROM_CALLER
	site_flags prefix_cs, FROM_CALLER
	site	prefix_rep, FROM_CALLER
	site	prefix_size, FROM_CALLER
	site	prefix_both, FROM_CALLER
	site	adjacent, TWICE
	site	adjacent.second, FROM_CALLER
	site	one_apart, TWICE
	site	two_apart, TWICE
	site	three_apart, TWICE
	site	four_apart, TWICE
	site	mov_apart, GETPID
	site	mov_apart.second, GETPPID
	site	in_immediate + 1, FROM_CALLER
	site	in_immediate, NONE
	site	before_short_jump, FROM_CALLER
	site	before_jump, FROM_CALLER
	site	before_call, FROM_CALLER
	site_flags before_branch, FROM_CALLER
	site	before_pops, FROM_CALLER
	site	before_xchg, FROM_CALLER
	site	before_lea, FROM_CALLER
	site	before_store, FROM_CALLER
	site_flags again, FROM_CALLER
	site	behind_pad, FROM_CALLER
	site	jumped_to, FROM_CALLER
sites_end:

section .data
number:	dd	GETPPID

section .text
	align	16, int3
mov_cmp:				; as ld.so has it
	mov	eax, GETPPID
	int	0x80
	cmp	eax, 0xfffff001
	ret
	align	16, int3
mov_ret:
	mov	eax, GETPPID
	int	0x80
	ret
	align	16, nop
load_ret:
	mov	eax, [number]
	int	0x80
	ret
	align	16, int3
push_pop:
	push	GETPPID
	pop	eax
	int	0x80
	ret
	align	16, int3
xor_mov:
	xor	eax, eax
	mov	al, GETPPID
	int	0x80
	ret
	align	16, int3
bare:
	int	0x80
	ret
	align	16, int3
target_behind:
	mov	eax, GETPPID
	int	0x80
.behind:
	ret
	align	16, int3
target_itself:
	mov	eax, GETPPID
.itself:
	int	0x80
	cmp	eax, 0xfffff001
	ret
	align	16, int3
target_in_mov:
	db	0xb8			; mov eax, and in its immediate:
	push	GETPPID
	pop	eax
	nop
	int	0x80
	ret
	align	16, int3
prefix_es:
	db	0x26
	int	0x80
	ret
	align	16, int3
prefix_cs:
	db	0x2e
	int	0x80
	cmp	eax, 0xfffff001
	ret
	align	16, int3
prefix_rep:
	db	0xf3
	int	0x80
	ret
	align	16, int3
prefix_size:
	db	0x66
	int	0x80
	ret
	align	16, int3
prefix_both:
	db	0x2e, 0x66
	int	0x80
	ret

; The first is umask, which returns what it was set to before: the next one's number.
	align	16, int3
adjacent:
	mov	eax, UMASK
	int	0x80
.second:
	int	0x80
	ret
%macro apart 2
	align	16, int3
%1:
	mov	eax, UMASK
	int	0x80
	times	%2 nop
	int	0x80
	ret
%endmacro
	apart	one_apart, 1
	apart	two_apart, 2
	apart	three_apart, 3
	apart	four_apart, 4
	align	16, int3
mov_apart:				; a jump here reaches into the next site's mov
	mov	eax, GETPID
	int	0x80
	ret
.second:
	mov	eax, GETPPID
	int	0x80
	ret
	align	16, int3
in_immediate:
	db	0xb8			; mov eax, and in its immediate:
	int	0x80
	ret
	nop
	mov	eax, -1
	ret

	align	16, int3
before_short_jump:
	int	0x80
	jmp	short .on
	ud2
.on:
	ret
	align	16, int3
before_jump:
	int	0x80
	jmp	near just_ret
	align	16, int3
before_call:
	int	0x80
	call	just_ret
	ret
	align	16, int3
before_branch:
	int	0x80
	test	eax, eax
	js	.failed
	ret
.failed:
	mov	eax, -1
	ret
	align	16, int3
before_pops:
	push	esi
	push	edi
	int	0x80
	pop	edi
	pop	esi
	ret
	align	16, int3
before_xchg:
	xchg	ebx, edx
	int	0x80
	xchg	ebx, edx
	ret
	align	16, int3
before_lea:
	int	0x80
	lea	esp, [esp + 0]
	ret
	align	16, int3
before_store:
	int	0x80
	mov	[number_seen], eax
	ret
	align	16, int3
again:					; its own target, three times
	push	ecx
	push	eax
	mov	ecx, 3
.next:
	mov	eax, [esp]
.entry:
	int	0x80
	dec	ecx
	jnz	.next
	pop	ecx
	pop	ecx
	ret
	times	16 int3
behind_pad:				; a pad of dead bytes stands right before it
	int	0x80
	ret
	times	16 int3
jumped_to:
	jmp	short .entry
	times	8 nop
.entry:
	int	0x80
	ret
	align	16, int3
just_ret:
	ret

section .bss
number_seen: resd 1
section .note.GNU-stack noalloc noexec nowrite progbits
