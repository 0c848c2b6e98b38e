; SPDX-License-Identifier: MIT
; The loop programs and the counting code as data of the library, so that nothing need be installed.
section .rodata
global loops32_start, loops32_end, loops64_start, loops64_end, count32_start, count32_end
align 16
loops32_start:
	incbin "loops32.bin"
loops32_end:
align 16
loops64_start:
	incbin "loops64.bin"
loops64_end:
align 16
count32_start:
	incbin "count32.bin"
count32_end:
section .note.GNU-stack noalloc noexec nowrite progbits
