; SPDX-License-Identifier: MIT
; The loop programs as data of the library, so that nothing need be installed.
section .rodata
global loops32_start, loops32_end, loops64_start, loops64_end
align 16
loops32_start:
	incbin "loops32.bin"
loops32_end:
align 16
loops64_start:
	incbin "loops64.bin"
loops64_end:
section .note.GNU-stack noalloc noexec nowrite progbits
