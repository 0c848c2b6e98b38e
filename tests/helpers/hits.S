/* SPDX-License-Identifier: MIT */
/*
 * Pages for tests/unit/test_scan.c to map, never run: the bytes of kernel
 * entries in all kinds of surroundings. Each page has its name at offset 0xff0,
 * by which the test finds it in the file.
 */
	.macro name text
	.org	page + 0xff0
	.ascii	"\text"
	.balign	4096, 0x90
	.set	page, .
	.endm

	/* More than INSN_AGREE bytes such as compilers write. */
	.macro	plain_code
	.rept	12
	push	%ebx
	mov	8(%esp), %ecx
	lea	-4(%ecx,%eax,2), %edx
	test	%edx, %edx
	je	1f
	sub	$12, %esp
	push	%edx
	call	_start
	add	$16, %esp
1:	pop	%ebx
	.endr
	.endm

	.text
	.balign	4096
	.set	page, .
	.globl	_start
_start:
	.cfi_startproc
	ret
	.cfi_endproc
	name	"page:harmless   "

	/* In the middle of an instruction, as call frame information knows. */
	.cfi_startproc
	push	%ebp
	.cfi_def_cfa_offset 8
	mov	$0x0000050f, %eax
	movl	$0x340f340f, 8(%esp)
	pop	%ebp
	ret
	.cfi_endproc
	name	"page:inside     "

	.cfi_startproc
	mov	$20, %eax
	.byte	0x0f, 0x05
	ret
	.cfi_endproc
	name	"page:begins     "

	.cfi_startproc
	mov	$20, %eax
	.byte	0x66, 0x0f, 0x34
	ret
	.cfi_endproc
	name	"page:prefixed   "

	/* What a symbol knows. Read from other bytes it makes another sense. */
	.fill	300, 1, 0xb8
	.type	by_symbol, @function
by_symbol:
	mov	$0x0000050f, %eax
	ret
	.size	by_symbol, . - by_symbol
	name	"page:symbol     "

	/* Neither, but however one begins one falls in step. */
	plain_code
	mov	$0x0000050f, %eax
	ret
	name	"page:in-step    "

	plain_code
	.byte	0x0f, 0x05
	ret
	name	"page:bare       "

	/* Data that swallows the syscall behind it: only the branch shows that it is one. */
	call	2f
	plain_code
	ret
	.byte	0x90, 0xb8
2:	.byte	0x0f, 0x05
	nop
	nop
	ret
	name	"page:branch     "

	/* Five ways to read this, and one of them comes to a syscall. */
	.fill	300, 1, 0xb8
	.byte	0x0f, 0x05, 0xb8, 0xb8, 0xb8, 0xb8, 0xb8
	name	"page:disagree   "

	/* int 0x80 with its end, the reported ip, at 0x5e9. */
	.cfi_startproc
	.org	page + 0x5e7, 0x90
	int	$0x80
	ret
	.cfi_endproc
	name	"page:int80      "

	.cfi_startproc
	.org	page + 0x5e6, 0x90
	mov	$0x000080cd, %eax
	ret
	.cfi_endproc
	name	"page:int80-in   "

	/* Across the end of the page: 0F here, 05 in the next one; text before it is no code. */
	.org	page + 0xff0 - 400, 0x90
	.ascii	"after this: code"
	plain_code
	.org	page + 0xff0
	.ascii	"page:end-of-0f "
	.byte	0x0f
	.set	page, .
	.byte	0x05
	ret
	name	"page:begin-of-05"

	/* What is no code lies in a section that says so. */
	.section .rodata
	.balign	4096
	.set	page, .
	.byte	0x0f, 0x05, 0x0f, 0x34
	.org	page + 0xff0
	.ascii	"page:data       "

	.section .note.GNU-stack, "", @progbits
