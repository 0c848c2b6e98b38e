; SPDX-License-Identifier: MIT
; A whole program that does one thing COUNT times: what hyperfine measures, to
; check the rows of a calibration by. Nothing but the ELF header is shared with
; the loops of the calibration. The row is chosen by -DROW_name.
%include "elf.inc"

%ifndef COUNT
%define COUNT 10000000
%endif

%macro loop_begin 0
	mov ebx, COUNT
	align 64
again:
	mov eax, -1
%endmacro
%macro loop_end 0
	sub ebx, 1
	jnz again
%endmacro
%macro exit32 0
	xor ebx, ebx
	mov eax, 1
	int 0x80
%endmacro
%macro exit64 0
	xor edi, edi
	mov eax, 60
	syscall
%endmacro

%ifdef ROW_empty64
	elf64_program
_start:	loop_begin
	loop_end
	exit64
%elifdef ROW_syscall64
	elf64_program
_start:	loop_begin
	syscall
	loop_end
	exit64
%elifdef ROW_int80_64
	elf64_program
_start:	loop_begin
	int 0x80
	loop_end
	exit64
%elifdef ROW_x32
	elf64_program
_start:	mov ebx, COUNT
	align 64
again:	mov eax, 0x4000ffff
	syscall
	loop_end
	exit64
%elifdef ROW_empty
	elf32_program
_start:	loop_begin
	loop_end
	exit32
%elifdef ROW_int80
	elf32_program
_start:	loop_begin
	int 0x80
	loop_end
	exit32
%elifdef ROW_vdso
	elf32_program
_start:	mov esi, esp
.environment:				; past argc and the arguments' NULL, then the environment's
	lodsd
	test eax, eax
	jnz .environment
.variables:
	lodsd
	test eax, eax
	jnz .variables
.aux:	lodsd
	xchg eax, ecx
	lodsd
	cmp ecx, 32			; AT_SYSINFO
	jne .aux
	mov edi, eax
	loop_begin
	call edi
	loop_end
	exit32
%elifdef ROW_sysenter
	elf32_program
_start:	loop_begin
	push next
	push ecx
	push edx
	push ebp
	mov ebp, esp
	sysenter
next:	loop_end
	exit32
%elifdef ROW_syscall32
	elf32_program
_start:	loop_begin
	push next
	push ecx
	push edx
	push ebp
	mov ebp, ecx
	syscall
next:	loop_end
	exit32
%elifdef ROW_far_call
	elf32_program
_start:	loop_begin
	call 0x33:thunk
	loop_end
	exit32
	bits 64
thunk:	syscall
	retf
%elifdef ROW_far_call_pair
	elf32_program
_start:	loop_begin
	call 0x33:thunk
	loop_end
	exit32
	bits 64
thunk:	retf
%elifdef ROW_far_call_pair_32
	elf32_program
_start:	loop_begin
	call 0x23:thunk
	loop_end
	exit32
thunk:	retf
%elifdef ROW_far_jump_pair
	elf32_program
_start:	loop_begin
	jmp 0x33:there
back:	loop_end
	exit32
way:	dd back
	dw 0x23
	bits 64
there:	jmp far dword [rel way]
%elifdef ROW_mode_switch
	elf32_program
_start:	loop_begin
	jmp 0x33:there
back:	loop_end
	exit32
way:	dd back
	dw 0x23
	bits 64
there:	syscall
	jmp far dword [rel way]
%elifdef ROW_trap_ud2
	elf32_program
_start:	mov eax, 67			; sigaction
	mov ebx, 4			; SIGILL
	mov ecx, action
	xor edx, edx
	int 0x80
	loop_begin
	ud2
	loop_end
	exit32
step:	add dword [esp + 64], 2		; sigcontext.eip
	ret
action:	dd step, 0, 0, 0
%elifdef ROW_trap_int2e
	elf32_program
_start:	mov eax, 67			; sigaction
	mov ebx, 11			; SIGSEGV
	mov ecx, action
	xor edx, edx
	int 0x80
	loop_begin
	int 0x2e
	loop_end
	exit32
step:	add dword [esp + 64], 2		; sigcontext.eip
	ret
action:	dd step, 0, 0, 0
%else
%error which row?
%endif
	elf_end
