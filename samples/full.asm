; SPDX-License-Identifier: MIT
bits 32
section .text

global full_vdso_sites, full_int80_sites
extern full_sysinfo
align 16
full_vdso_sites:
%rep 256
	align	16, nop
	mov	eax, [esp + 4]
	call	[full_sysinfo]
	ret
%endrep

; Without arguments that matter: ebx to ebp stay the caller's.
align 16
full_int80_sites:
%rep 200
	align	16, nop
	mov	eax, 20			; getpid
	int	0x80
	ret
%endrep
section .note.GNU-stack noalloc noexec nowrite progbits
