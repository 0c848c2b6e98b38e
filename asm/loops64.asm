; SPDX-License-Identifier: MIT
; The loops that run in a 64-bit process.
%define WORD_BITS 64
%include "page.inc"
%include "elf.inc"
%define abs_(x) abs x

; System calls of the program's own; edi is kept.
%macro sys1 3
	push rdi
	mov edi, %3
	mov eax, %2
	syscall
	pop rdi
%endmacro
%macro sys2 4
	mov esi, %4
	sys1 %1, %2, %3
%endmacro
%macro sys3 5
	mov edx, %5
	sys2 %1, %2, %3, %4
%endmacro

	elf64_program
_start:
	mov edi, PAGE_AT
	mov esi, PAGE_SIZE
	mov edx, 3			; PROT_READ | PROT_WRITE
	mov r10d, 0x11			; MAP_SHARED | MAP_FIXED
	mov r8d, FD_PAGE
	xor r9d, r9d
	mov eax, 9			; mmap
	syscall
	cmp rax, PAGE_AT
	je serve
	sys1 1, 60, 2

%include "driver.inc"

%include "loop64/empty.inc"
%include "loop64/syscall64.inc"
%include "loop64/x32.inc"
%include "loop64/int80-64.inc"

	align 16
rows:
	row "empty64", empty, no_setup, no_setup, NR_X86_64
	row "syscall64", syscall64, no_setup, no_setup, NR_X86_64
	row "control", syscall64, no_setup, no_setup, NR_X86_64
	row "x32", x32, no_setup, no_setup, NR_X32
	row "int80-64", int80_64, no_setup, no_setup, NR_I386
NROWS equ ($ - rows) / dir_size
	elf_end
