; SPDX-License-Identifier: MIT
bits 32
section .text align=4096

; Page N holds an int 0x80 at each offset that is N modulo four.
global hidden_pages
hidden_pages:
%assign page 0
%rep 4
	times page nop
	%rep 1023
	int	0x80
	ret
	nop
	%endrep
	times 4 - page nop
%assign page page + 1
%endrep
section .note.GNU-stack noalloc noexec nowrite progbits
