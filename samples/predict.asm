; SPDX-License-Identifier: MIT
; The workload that predictions are tried on: rounds of five cheap calls and some
; computation. Assembled three times; the builds differ in the way in alone:
;
;   predict-int80    32-bit, int 0x80
;   predict-vdso     32-bit, the vDSO
;   predict-native   64-bit, syscall
;
; The computation uses 32-bit registers only, so that it is the same in either
; mode. Usage: predict-WAY [ROUNDS]
%include "elf.inc"

%define ROUNDS	40000
%define WORK	2200			; iterations of the computation per round

%macro call_kernel 2			; the numbers of i386 and x86-64
%ifdef WAY_INT80
	mov eax, %1
	int 0x80
%elifdef WAY_VDSO
	mov eax, %1
	call ebp
%elifdef WAY_NATIVE
	mov eax, %2
	syscall
%else
%error no way in is chosen
%endif
%endmacro

%ifdef WAY_NATIVE
	elf64_program
%define word_size 8
%define sp_ rsp
%define di_ rdi
%define si_ rsi
%else
	elf32_program
%define word_size 4
%define sp_ esp
%define di_ edi
%define si_ esi
%endif

_start:
	mov edx, ROUNDS
	cmp dword [sp_], 2
	jb .find_vdso
	mov si_, [sp_ + 2 * word_size]	; argv[1]
	xor edx, edx
.digit:
	movzx eax, byte [si_]
	sub eax, '0'
	cmp eax, 9
	ja .find_vdso
	imul edx, edx, 10
	add edx, eax
	add si_, 1
	jmp .digit

.find_vdso:
%ifdef WAY_VDSO
	mov ecx, [esp]
	lea esi, [esp + 4 * ecx + 8]
.environment:
	lodsd
	test eax, eax
	jnz .environment
.aux:
	lodsd
	mov ecx, eax
	lodsd
	mov ebp, eax
	cmp ecx, 32			; AT_SYSINFO
	je .begin
	test ecx, ecx
	jnz .aux
	mov ebx, 77			; none here
	mov eax, 1
	int 0x80
%endif

.begin:
	sub sp_, 16
	mov [sp_ + 8], edx		; rounds left
	mov dword [sp_ + 4], 12345	; the computation's state
	test edx, edx
	jz .end

.round:
	mov ebx, -1			; an argument that close() refuses, where arguments are read from
%ifdef WAY_NATIVE
	mov edi, -1
%endif
	call_kernel 20, 39		; getpid
	call_kernel 64, 110		; getppid
	call_kernel 199, 102		; getuid
	call_kernel 200, 104		; getgid
	call_kernel 6, 3		; close(-1)

	mov eax, [sp_ + 4]
	mov ecx, WORK
	align 64
.work:					; xorshift and a multiplication, each waiting for the last
	mov edx, eax
	shl edx, 13
	xor eax, edx
	mov edx, eax
	shr edx, 17
	xor eax, edx
	imul eax, eax, 1664525
	add eax, 1013904223
	sub ecx, 1
	jnz .work
	mov [sp_ + 4], eax
	sub dword [sp_ + 8], 1
	jnz .round

.end:
%ifdef WAY_NATIVE
	xor edi, edi
%else
	xor ebx, ebx
%endif
	call_kernel 1, 60		; exit
	elf_end
