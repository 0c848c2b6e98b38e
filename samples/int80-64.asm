; SPDX-License-Identifier: MIT
%include "support/ways.inc"
section .text

bits 64
thunk:
	int	0x80
	retf

bits 32
way_begin by_int80_in_64bit_code
	call	USER64:thunk
	way_end
section .note.GNU-stack noalloc noexec nowrite progbits
