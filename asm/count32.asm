; SPDX-License-Identifier: MIT
; The code that counts entries inside a 32-bit program, a template that
; tracer/patch/code.c copies and completes; it never runs from here.
;
; An entry that is counted here passes the seccomp filter, since the secret stands
; in an argument that the call does not use. One that is not counted here enters
; without the secret, exactly as it would have without us, and stops.
;
; The vDSO's __kernel_vsyscall jumps to enter, a patched int 0x80 to enter80 with
; the address behind it pushed, as if it had been a call. So a return address is
; on top of the stack in both, and names the caller. Below it stands, at the entry,
;
;	[sixth argument][edx][ecx][tail][kept][return address]
;
; of which the landing pad pops the first three and returns to the tail. Where the
; sixth argument is free, the secret is there and kept is ebp; where the fifth is,
; the sixth is ebp and kept is edi, in whose place the secret is.
;
; The file begins with struct code_blob (tracer/patch/blob.h), which says where
; everything is, so that no offset is written twice: what is to be filled in,
; and for every instruction boundary how a task is taken back from there.
bits 32
org 0

; Fixes: what code.c does at a place of four bytes (two for PUT_MOVE).
%define ADD_PAGE	0		; add the address of this code
%define ADD_TABLE	1		; add the address of the table
%define PUT_SECRET	2
%define PUT_MOVE	3		; the vDSO's own instruction before its entry instruction
%define REL_ENTRY	4		; rel32 to the vDSO's entry instruction
%define REL_PAD		5		; rel32 to the vDSO's landing pad

; States: how a task that stands there is taken back.
%define PUSHED(n)	(n)		; so many words below the return address
%define FLAGS_FIRST	0x0008		; the lowest word is ax with the flags; about to restart, eflags
%define NR_IN_EDX	0x0010		; eax is gone, edx is on the stack
%define FLAGS_IN_AX	0x0020		; as lahf and seto al left them
%define COUNTED		0x0040
%define CARRY		0x0080		; lo has wrapped and hi has not yet heard of it
%define CARRY_IF_ZERO	0x0100		; the same, where ZF is set
%define EBP_KEPT	0x0200		; ebp is on the stack, above the tail
%define EBP_FIRST	0x0400		; ebp is the lowest word
%define EDI_KEPT	0x0800		; edi is on the stack, above the tail
%define PLAIN		0x1000		; as in the vDSO, so many pushes from its function's start
%define BY_INT80	0x2000		; behind enter80
%define RESTART		0x4000		; about to restart a call
%define ENTERED		0x8000		; back from the kernel

%define HASH_FACTOR	0x9e3779b1
%define HASH_SHIFT	17
%define HASH_MASK	0x7ff0		; 2048 slots of 16 bytes

%define PROBE		0x02000000	; of the upper half of eax, which overflows at 128 slots: twice TABLE_PROBES

%define RET		0		; struct table_slot
%define NR		4
%define LO		8
%define HI		12		; and in its highest byte:
%define RULE		15

; Rules (tracer/syscalls/calls.h, enum call_free): which argument is free for the secret.
%define FREE_SIXTH	1
%define IF_NO_FIFTH	2		; the sixth, where the fifth is 0
%define BY_FUTEX_OP	3
%define IF_ANONYMOUS	4		; mmap2 that adds memory without code
%define IF_NO_CODE	5		; a range of addresses without code
%define IF_NO_CODE_RW	6		; and stays so: mprotect
%define IF_NO_CODE_MOVE	7		; mremap, to where the kernel wants
%define SIXTH_POINTER	8		; a null pointer, for which there is another
%define BY_IPC_CALL	9
%define BY_INT80_RULE	0x40		; as FREE_SIXTH, entering by int 0x80

%define PROT_EXEC	4
%define MAP_FIXED	0x10
%define MAP_ANONYMOUS	0x20
%define MAP_HUGETLB	0x40000
%define MAP_FIXED_NOREPLACE 0x100000
%define MREMAP_FIXED	2
%define MREMAP_DONTUNMAP 4

%define NR_MADVISE	219
%define TAIL_FIFTH	2		; from a tail to the one that restores edi
%define MADV_DONTDUMP	16

%macro fix 2				; FIX, distance of the place from here
%%place	equ $ - %2
	[section .fixes]
	dw %%place - code, %1
	__SECT__
%endmacro

%macro state 1				; of the instruction that follows, and on
%%here:
	[section .states]
	dw %%here - code, %1
	__SECT__
%endmacro

section .head
	dd HASH_FACTOR, HASH_MASK
	dw HASH_SHIFT
	dw code, code_end - code, fixes, (fixes_end - fixes) / 4, states, (states_end - states) / 4
	dw enter - code, enter80 - code
	dw tail - code, tail80 - code, TAIL_FIFTH
	dw plain - code, plain80.entered - code
	dw restart - code, restart.entered - code
	dw setup - code, setup.done - code, chunks - code

section .fixes
fixes:
section .states
states:

section .code
code:

; ---- the two ways in ----

%macro way_in 2				; BY_INT80 or 0, and the tail's name
	state	PUSHED(0) | %1
	push	ebp
	state	PUSHED(1) | EBP_KEPT | %1
	push	strict dword %2 - code	; not by a call: in a segment with a base it would push an offset
	fix	ADD_PAGE, 4
	state	PUSHED(2) | EBP_KEPT | %1
	jmp	body
%2:
	state	PUSHED(1) | EBP_KEPT | ENTERED | %1
	pop	ebp
	state	PUSHED(0) | ENTERED | %1
	ret
	state	PUSHED(1) | EDI_KEPT | ENTERED | %1
	pop	edi
	state	PUSHED(0) | ENTERED | %1
	ret
%endmacro

enter:
	way_in	0, tail
enter80:
	way_in	BY_INT80, tail80

; ---- look the caller up, and count ----

%macro restore 0			; nr in edx, flags in ax; the last state is the user's to tell
	add	al, 0x7f		; 0x80 overflows, 0x7f does not
	sahf
%endmacro

; undo COUNTED or 0: flags, eax, edx and ecx are the call's again.
%macro undo 1
	restore
	state	PUSHED(4) | NR_IN_EDX | EBP_KEPT | %1
	mov	eax, edx
	state	PUSHED(4) | EBP_KEPT | %1
	mov	edx, [esp]
	mov	ecx, [esp + 4]
%endmacro

; give_back: all of it, and the stack, uncounted.
%macro give_back 0
	undo	0
	mov	ebp, [esp + 12]
	lea	esp, [esp + 16]
%endmacro

; count NAME: adds one to the slot in ebp, and restores what calls need.
%macro count 1
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	lock inc dword [dword ebp + LO]
	fix	ADD_TABLE, 4
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT | COUNTED | CARRY_IF_ZERO
	jnz	%1_done
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT | COUNTED | CARRY
	lock inc dword [dword ebp + HI]
	fix	ADD_TABLE, 4
%1_done:
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT | COUNTED
	undo	COUNTED
%endmacro

body:
	state	PUSHED(2) | EBP_KEPT
	push	ecx
	state	PUSHED(3) | EBP_KEPT
	push	edx
	state	PUSHED(4) | EBP_KEPT
	mov	edx, eax
	state	PUSHED(4) | NR_IN_EDX | EBP_KEPT
	lahf
	seto	al
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	mov	ecx, [esp + 16]
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
	cmp	byte [dword ebp + RULE], FREE_SIXTH
	fix	ADD_TABLE, 5
	jne	conditional

sixth:
	count	sixth
	push	strict dword 0
	fix	PUT_SECRET, 4
	state	PUSHED(5) | EBP_KEPT | COUNTED
	times 2	nop			; mov ebp, ecx or mov ebp, esp
	fix	PUT_MOVE, 2
	jmp	strict near $ + 5
	fix	REL_ENTRY, 4

body.next:
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	cmp	dword [dword ebp + RET], 0
	fix	ADD_TABLE, 5
	je	miss
	add	eax, PROBE		; above the flags; a table that something has filled has no free slot
	jc	miss
	add	ebp, 16
	and	ebp, HASH_MASK
	jmp	body.probe

; ---- calls whose free argument hangs on another ----
; A free slot and one that is switched off have rule 0.

conditional:
	movzx	ecx, byte [dword ebp + RULE]
	fix	ADD_TABLE, 4
	cmp	cl, BY_INT80_RULE
	je	counted80
	cmp	cl, BY_FUTEX_OP
	je	.futex
	cmp	cl, IF_NO_FIFTH
	je	.no_fifth
	cmp	cl, IF_ANONYMOUS
	je	.anonymous
	cmp	cl, SIXTH_POINTER
	je	.pointer
	cmp	cl, BY_IPC_CALL
	je	.ipc
	cmp	cl, IF_NO_CODE_MOVE
	je	.move
	cmp	cl, IF_NO_CODE_RW
	je	.protect
	cmp	cl, IF_NO_CODE
	je	.range
miss:
	cmp	dword [esp + 8], strict dword tail80 - code
	fix	ADD_PAGE, 4
	je	.by_int80
	give_back
plain:					; what the vDSO does
	state	PLAIN | PUSHED(0)
	push	ecx
	state	PLAIN | PUSHED(1)
	push	edx
	state	PLAIN | PUSHED(2)
	push	ebp
	state	PLAIN | PUSHED(3)
	times 2	nop
	fix	PUT_MOVE, 2
	state	PLAIN | PUSHED(3) | EBP_FIRST
	jmp	strict near $ + 5
	fix	REL_ENTRY, 4
miss.by_int80:
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	give_back
plain80:
	state	PUSHED(0) | BY_INT80
	int	0x80
.entered:
	state	PUSHED(0) | BY_INT80 | ENTERED
	ret

conditional.no_fifth:
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	test	edi, edi
	jz	near sixth
	jmp	miss
conditional.anonymous:
	test	byte [esp], PROT_EXEC
	jnz	miss
	mov	ecx, esi
	and	ecx, MAP_FIXED | MAP_ANONYMOUS | MAP_HUGETLB | MAP_FIXED_NOREPLACE
	cmp	ecx, MAP_ANONYMOUS
	je	near sixth
	jmp	miss
conditional.pointer:			; the secret is the address of zeros, which mean the same
	cmp	dword [esp + 12], 0
	je	near sixth
	jmp	miss
conditional.ipc:
	mov	ecx, ebx
	and	ecx, 0xffff
	cmp	ecx, 31
	ja	near miss
	bt	dword [dword ipc_calls - code], ecx
	fix	ADD_PAGE, 4
	jc	near sixth
	jmp	miss
conditional.futex:
	mov	ecx, [esp + 4]
	and	ecx, 0x7f		; without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME
	cmp	ecx, 31
	ja	near miss
	bt	dword [dword futex_sixth - code], ecx
	fix	ADD_PAGE, 4
	jc	near sixth
	bt	dword [dword futex_fifth - code], ecx
	fix	ADD_PAGE, 4
	jc	fifth
	jmp	miss
conditional.move:
	test	esi, MREMAP_FIXED | MREMAP_DONTUNMAP
	jnz	near miss
	jmp	conditional.range
conditional.protect:
	test	byte [esp], PROT_EXEC
	jnz	near miss
conditional.range:			; [ebx, ebx + ecx): is there code, in any of its chunks of 1 MiB?
	mov	ecx, [esp + 4]
	sub	ecx, 1
	jc	near miss
	add	ecx, ebx
	jc	near miss
	push	eax
	state	PUSHED(5) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	shr	ecx, 20
	mov	eax, ebx
	state	PUSHED(5) | NR_IN_EDX | FLAGS_FIRST | EBP_KEPT
	shr	eax, 20
conditional.chunk:
	bt	dword [dword chunks - code], eax
	fix	ADD_PAGE, 4
	jc	conditional.code
	inc	eax
	cmp	eax, ecx
	jbe	conditional.chunk
	pop	eax
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	jmp	sixth
conditional.code:
	state	PUSHED(5) | NR_IN_EDX | FLAGS_FIRST | EBP_KEPT
	pop	eax
	state	PUSHED(4) | NR_IN_EDX | FLAGS_IN_AX | EBP_KEPT
	jmp	miss

; ---- the fifth argument is free ----

fifth:
	count	fifth
	state	PUSHED(4) | EBP_KEPT | COUNTED
	mov	ebp, [esp + 8]		; no flag may change any more
	lea	ebp, [ebp + TAIL_FIFTH]
	mov	[esp + 8], ebp
	mov	ebp, [esp + 12]
	state	PUSHED(4) | COUNTED
	mov	[esp + 12], edi
	push	ebp
	state	PUSHED(5) | COUNTED
	mov	edi, strict dword 0
	fix	PUT_SECRET, 4
	state	PUSHED(5) | EDI_KEPT | COUNTED
	times 2	nop
	fix	PUT_MOVE, 2
	state	PUSHED(5) | EDI_KEPT | EBP_FIRST | COUNTED
	jmp	strict near $ + 5
	fix	REL_ENTRY, 4

; ---- calls by int 0x80 that are never restarted ----

counted80:
	count	counted80
	mov	ebp, strict dword 0
	fix	PUT_SECRET, 4
	int	0x80
.entered:
	state	PUSHED(4) | EBP_KEPT | BY_INT80 | ENTERED
	mov	ebp, [esp + 12]
	state	PUSHED(4) | BY_INT80 | ENTERED
	lea	esp, [esp + 16]
	state	PUSHED(0) | BY_INT80 | ENTERED
	ret

; ---- where the vDSO's own int 0x80 was: the kernel restarts a call ----
; It enters as the program made it, without the secret, and stops.

restart:
	state	RESTART
	pushfd
	state	RESTART | FLAGS_FIRST | PUSHED(1)
	cmp	dword [esp + 16], strict dword tail - code
	fix	ADD_PAGE, 4
	je	.sixth
	cmp	dword [esp + 16], strict dword tail80 - code
	fix	ADD_PAGE, 4
	je	.sixth
	cmp	dword [esp + 16], strict dword tail - code + TAIL_FIFTH
	fix	ADD_PAGE, 4
	je	.fifth
	cmp	dword [esp + 16], strict dword tail80 - code + TAIL_FIFTH
	fix	ADD_PAGE, 4
	je	.fifth
	jmp	.enter
.sixth:
	mov	ebp, [esp + 20]
	jmp	.enter
.fifth:
	mov	edi, [esp + 20]
.enter:
	popfd
	state	RESTART
	int	0x80
.entered:
	state	RESTART | ENTERED	; no stop: another filter has answered
	jmp	strict near $ + 5
	fix	REL_PAD, 4

; ---- run once, when the table is given to the program ----
; In: eax shmat, ebx the segment, ecx the table, edx flags; esi and edi the memory
; that core files are not to have, and ebp the secret. Out: esi and edi the results.

setup:
	int	0x80
	mov	ebx, esi
	mov	ecx, edi
	mov	esi, eax
	mov	eax, NR_MADVISE
	mov	edx, MADV_DONTDUMP
	int	0x80
	mov	edi, eax
	xor	ebp, ebp
	mov	eax, -1
	int	0x80			; stops
.done:
	hlt

; FUTEX_WAIT WAKE REQUEUE LOCK_PI UNLOCK_PI TRYLOCK_PI WAIT_REQUEUE_PI LOCK_PI2; WAIT_BITSET WAKE_BITSET
; (futex(2), linux/futex.h)
futex_sixth:	dd 1 << 0 | 1 << 1 | 1 << 3 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 11 | 1 << 13
futex_fifth:	dd 1 << 9 | 1 << 10
; SEMOP SEMGET SEMCTL MSGSND MSGGET MSGCTL SHMGET SHMCTL (linux/ipc.h)
ipc_calls:	dd 1 << 1 | 1 << 2 | 1 << 3 | 1 << 11 | 1 << 13 | 1 << 14 | 1 << 23 | 1 << 24

; A bit for each MiB of the address space in which there is, or may be, code.
	align	4
chunks:	times 512 db 0
code_end:

section .fixes
fixes_end:
section .states
states_end:
