; SPDX-License-Identifier: MIT
%include "support/ways.inc"
bits 32
section .data
global vdso_entry
vdso_entry:
	dd	0
section .text

; Where a static libc and a linker's stub have the address.
way_begin by_jump_through_memory
	call	.enter
	way_end
.enter:
	jmp	[vdso_entry]

way_begin by_jump_through_register
	call	.enter
	way_end
.enter:
	mov	edi, [vdso_entry]
	jmp	edi

; musl's way, which leaves all registers alone; without a vDSO it does without.
way_begin by_pushed_address
	call	.enter
	way_end
.enter:
	push	eax
	mov	eax, [vdso_entry]
	test	eax, eax
	jz	.without
	xchg	eax, [esp]
	ret
.without:
	pop	eax
	int	0x80
	ret

; A compiler's thunk against speculation: the jump is a return to where it says.
way_begin by_indirect_thunk
	mov	edi, [vdso_entry]
	call	.enter
	way_end
.enter:
	call	.set
.trap:
	pause
	jmp	.trap
.set:
	mov	[esp], edi
	ret

; Private copies: the return address belongs to the call.
%macro copies 1
way_begin by_copied_%1
	call	copy_of_%1
	way_end

; The same behind two stubs, each out of sight of the one before.
way_begin by_stubs_to_%1
	call	.stub
	way_end
.stub:
	jmp	.next
	times 128 int3
.next:
	jmp	[copy_with_%1]

	times 128 int3
copy_of_%1:
	test	edi, edi
	jnz	.without
	push	ecx
	push	edx
	push	ebp
%ifidn %1, sysenter
	mov	ebp, esp
%else
	mov	ebp, ecx
%endif
	%1
.without:
	int	0x80
	ret
section .data
copy_with_%1:
	dd	copy_of_%1
section .text
%endmacro

copies syscall
copies sysenter
section .note.GNU-stack noalloc noexec nowrite progbits
