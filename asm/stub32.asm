; SPDX-License-Identifier: MIT
; The code that counts entries inside a 32-bit program: the stub before the
; vDSO's entry instruction, and the detour of a patched int 0x80. Templates that
; tracer/stub/code.c copies and completes; they never run from here.
;
; The file begins with struct stub_blob (tracer/stub/blob.h), which says where
; everything is, so that no offset is written twice: what is to be filled in,
; and for every instruction boundary how a thread is put back from there.
;
; A stack word below the vDSO's own three pushes is never written, since signal
; handlers aside a program may keep data there; nor is anything else but the
; table of counters.
bits 32
org 0

; Fixes: what code.c does at a place of four bytes (two for PUT_FRAME).
%define ADD_TABLE	0		; add the address of the table
%define ADD_SLOT	1		; add the address of the site's slot
%define PUT_FRAME	2		; the vDSO's own fourth instruction
%define PUT_NR		3
%define REL_ENTRY	4		; rel32 to the vDSO's entry instruction
%define REL_BACK	5		; rel32 to behind the site's int 0x80
%define REL_PAD		6		; rel32 to the vDSO's landing pad

; States: where a thread stands whose ip is there.
%define PUSHED(n)	(n)		; so many of ecx, edx, ebp
%define NR_IN_EDX	0x0004		; eax is gone, edx is on the stack
%define FLAGS_IN_AX	0x0008		; as lahf and seto al left them
%define COUNTED		0x0010
%define CARRY		0x0020		; lo has wrapped and hi has not yet heard of it
%define CARRY_IF_ZERO	0x0040		; the same, where ZF is set
%define SLOT_IN_EBP	0x0080
%define RESTART		0x0100		; about to restart a call
%define INT80		0x0200		; where the kernel, too, puts ip to restart a call
%define ENTERED		0x0400		; back from the kernel
%define FOREIGN		0x0800		; no way leads here but the tracer's

%define HASH_FACTOR	0x9e3779b1
%define HASH_SHIFT	17
%define HASH_MASK	0x7ff0		; 2048 slots of 16 bytes

%define RET		0		; struct stub_slot
%define NR		4
%define LO		8
%define HI		12

%define FRAME_EAX	28		; of a chain's frame
%define CHAIN_FRAME	(13 * 4)

%macro fix 2				; FIX, distance of the place from here
%%place	equ $ - %2
	[section FIXES]
	dw %%place - CODE, %1
	__SECT__
%endmacro

%macro state 1				; of the instruction that follows, and on
%%here:
	[section STATES]
	dw %%here - CODE, %1
	__SECT__
%endmacro

section .head
	dd HASH_FACTOR, HASH_MASK
	dw HASH_SHIFT
	dw stub, stub_end - stub, stub_fixes, (stub_fixes_end - stub_fixes) / 4
	dw stub_states, (stub_states_end - stub_states) / 4
	dw detour, detour_end - detour, detour_fixes, (detour_fixes_end - detour_fixes) / 4
	dw detour_states, (detour_states_end - detour_states) / 4
	dw stub.missed - stub, stub.restart - stub, stub.restarted - stub
	dw detour.entered - detour
	dw chain, chain_end - chain, chain.next - chain, chain.last - chain
	dw CHAIN_FRAME

section .stub_fixes
stub_fixes:
section .stub_states
stub_states:
section .detour_fixes
detour_fixes:
section .detour_states
detour_states:

; ---- before the vDSO's entry instruction ----
; In: everything as at __kernel_vsyscall, [esp] the return address.
; Each of the three pushes is one byte long, as in the vDSO.

%define CODE	stub
%define FIXES	.stub_fixes
%define STATES	.stub_states

%macro restore_flags 0			; from ax; the state behind it is the caller's to tell
	add	al, 0x7f		; 0x80 overflows, 0x7f does not
	sahf
%endmacro

section .stub
stub:
	state	PUSHED(0)
	push	ecx
	state	PUSHED(1)
	push	edx
	state	PUSHED(2)
	push	ebp
	state	PUSHED(3)
	mov	edx, eax
	state	PUSHED(3) | NR_IN_EDX
	lahf
	seto	al
	state	PUSHED(3) | NR_IN_EDX | FLAGS_IN_AX
	mov	ecx, [esp + 12]
	; 0 and 0xffffffff mark slots and are no key.
	lea	ebp, [ecx + 1]
	cmp	ebp, 1
	jbe	.miss
	lea	ebp, [ecx + edx * 8]
	imul	ebp, ebp, HASH_FACTOR
	shr	ebp, HASH_SHIFT
	and	ebp, HASH_MASK
.probe:
	cmp	[dword ebp + RET], ecx
	fix	ADD_TABLE, 4
	jne	.next
	cmp	[dword ebp + NR], edx
	fix	ADD_TABLE, 4
	jne	.next
	lock inc dword [dword ebp + LO]
	fix	ADD_TABLE, 4
	state	PUSHED(3) | NR_IN_EDX | FLAGS_IN_AX | COUNTED | SLOT_IN_EBP | CARRY_IF_ZERO
	jz	.carry
.counted:
	state	PUSHED(3) | NR_IN_EDX | FLAGS_IN_AX | COUNTED | SLOT_IN_EBP
	restore_flags
	state	PUSHED(3) | NR_IN_EDX | COUNTED | SLOT_IN_EBP
	mov	eax, edx
	state	PUSHED(3) | COUNTED | SLOT_IN_EBP
	mov	edx, [esp + 4]
	mov	ecx, [esp + 8]
	times 2	nop			; mov ebp, ecx or mov ebp, esp
	fix	PUT_FRAME, 2
	state	PUSHED(3) | COUNTED
	jmp	strict near $ + 5
	fix	REL_ENTRY, 4

.next:
	state	PUSHED(3) | NR_IN_EDX | FLAGS_IN_AX
	cmp	dword [dword ebp + RET], 0
	fix	ADD_TABLE, 5
	je	.miss
	add	ebp, 16
	and	ebp, HASH_MASK
	jmp	.probe

.carry:
	state	PUSHED(3) | NR_IN_EDX | FLAGS_IN_AX | COUNTED | SLOT_IN_EBP | CARRY
	lock inc dword [dword ebp + HI]
	fix	ADD_TABLE, 4
	state	PUSHED(3) | NR_IN_EDX | FLAGS_IN_AX | COUNTED | SLOT_IN_EBP
	jmp	.counted

.miss:
	state	PUSHED(3) | NR_IN_EDX | FLAGS_IN_AX
	restore_flags
	state	PUSHED(3) | NR_IN_EDX
	mov	eax, edx
	state	PUSHED(3)
	mov	edx, [esp + 4]
	mov	ecx, [esp + 8]
	mov	ebp, [esp]
	int	0x80			; a stop, where the tracer moves ip to the landing pad
.missed:				; no stop: another filter has answered
	state	ENTERED
	jmp	strict near $ + 5
	fix	REL_PAD, 4

.restart:				; from where the vDSO's own int 0x80 was
	state	RESTART
	int	0x80
.restarted:
	state	ENTERED
	jmp	strict near $ + 5
	fix	REL_PAD, 4
stub_end:

; ---- instead of mov eax, NR before an int 0x80 of the program ----
; eax is free until that mov; int 0x80 must end at the page offset allowed.

%define CODE	detour
%define FIXES	.detour_fixes
%define STATES	.detour_states

section .detour
detour:
	state	PUSHED(0)
	lahf
	seto	al
	state	FLAGS_IN_AX
	lock inc dword [dword LO]
	fix	ADD_SLOT, 4
	state	FLAGS_IN_AX | COUNTED | CARRY_IF_ZERO
	jz	.carry
.counted:
	state	FLAGS_IN_AX | COUNTED
	restore_flags
	state	COUNTED
	mov	eax, strict dword 0
	fix	PUT_NR, 4
	state	COUNTED | INT80
	int	0x80
.entered:
	state	ENTERED
	jmp	strict near $ + 5
	fix	REL_BACK, 4
.carry:
	state	FLAGS_IN_AX | COUNTED | CARRY
	lock inc dword [dword HI]
	fix	ADD_SLOT, 4
	state	FLAGS_IN_AX | COUNTED
	jmp	.counted
detour_end:

; ---- calls that are made for the tracer, one after the other ----
; A frame on the stack for each: the eight registers as popad takes them, where
; to enter the kernel, three words that the vDSO pops into ebp, edx and ecx
; behind its int 0x80, and chain. There the result goes into the frame, in eax's
; place, and to where those three point. The last call is made at chain.last,
; which stops.
section .chain
chain:
	mov	[esp - CHAIN_FRAME + FRAME_EAX], eax
	mov	[ebp], eax
	mov	[edx], eax
	mov	[ecx], eax
.next:
	popad
	ret
.last:
	int	0x80
chain_end:

section .stub_fixes
stub_fixes_end:
section .stub_states
stub_states_end:
section .detour_fixes
detour_fixes_end:
section .detour_states
detour_states_end:
