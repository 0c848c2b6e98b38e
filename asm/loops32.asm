; SPDX-License-Identifier: MIT
; The loops that run in a 32-bit process.
%define WORD_BITS 32
%include "page.inc"
%include "elf.inc"
%define abs_(x) x

%define CS32 0x23			; __USER32_CS
%define CS64 0x33			; __USER_CS

; System calls of the program's own, by int 0x80; edi is kept.
%macro sys1 3
	mov ebx, %3
	mov eax, %1
	int 0x80
%endmacro
%macro sys2 4
	mov ecx, %4
	sys1 %1, %2, %3
%endmacro
%macro sys3 5
	mov edx, %5
	sys2 %1, %2, %3, %4
%endmacro

	elf32_program
_start:
	mov esi, esp
	mov ebx, PAGE_AT
	mov ecx, PAGE_SIZE
	mov edx, 3			; PROT_READ | PROT_WRITE
	push esi
	mov esi, 0x11			; MAP_SHARED | MAP_FIXED
	mov edi, FD_PAGE
	xor ebp, ebp
	mov eax, 192			; mmap2
	int 0x80
	pop esi
	cmp eax, PAGE_AT
	je find_vdso
	sys1 1, 60, 2

; AT_SYSINFO stands behind argc, the arguments, NULL, the environment, NULL.
find_vdso:
	mov eax, [esi]
	lea esi, [esi + 4 * eax + 8]
.environment:
	lodsd
	test eax, eax
	jnz .environment
	mov dword [page(vdso_call)], 0
.aux:
	lodsd
	mov edx, eax
	lodsd
	cmp edx, 32			; AT_SYSINFO
	je .found
	test edx, edx
	jnz .aux
	jmp serve
.found:
	mov [page(vdso_call)], eax
	mov esi, eax
	mov edi, PAGE_AT + page.vdso_code
	mov ecx, 16
	rep movsd
	jmp serve

%include "driver.inc"

%include "loop32/empty.inc"
%include "loop32/int80.inc"
%include "loop32/vdso.inc"
%include "loop32/sysenter.inc"
%include "loop32/syscall32.inc"
%include "loop32/far-call.inc"
%include "loop32/far-call-pair.inc"
%include "loop32/far-call-pair-32.inc"
%include "loop32/far-jump-pair.inc"
%include "loop32/mode-switch.inc"
%include "loop32/trap.inc"

	align 16
rows:
	row "empty", empty, no_setup, no_setup, NR_I386
	row "int80", int80, no_setup, no_setup, NR_I386
	row "vdso", vdso, no_setup, no_setup, NR_I386
	row "sysenter", sysenter_, no_setup, no_setup, NR_I386
	row "syscall32", syscall32, no_setup, no_setup, NR_I386
	row "far-call", far_call, no_setup, no_setup, NR_X86_64
	row "far-call-pair", far_call_pair, no_setup, no_setup, NR_I386
	row "far-call-pair-32", far_call_pair_32, no_setup, no_setup, NR_I386
	row "far-jump-pair", far_jump_pair, no_setup, no_setup, NR_I386
	row "mode-switch", mode_switch, no_setup, no_setup, NR_X86_64
	row "trap-ud2", trap_ud2, trap_setup, trap_teardown, NR_I386
	row "trap-int2e", trap_int2e, trap_setup, trap_teardown, NR_I386
NROWS equ ($ - rows) / dir_size
	elf_end
