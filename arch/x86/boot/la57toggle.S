/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trampoline of la57_toggle(): copied below 4 GiB, it leaves long mode,
 * flips CR4.LA57 with paging off, and comes back. Everything it needs, its GDT
 * and a place for what 32-bit mode would cut off, is inside the copy.
 */
#include <asm/linkage.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>

#define REL(label)	((label) - la57_trampoline)

	.section .rodata, "a", @progbits
	.balign 16
/*
 * In:  rdi = address of this copy, rsi = new CR3, both below 4 GiB
 * Out: paging levels changed; rbx, rbp, rsp, r12-r15 kept; segments from our GDT
 */
SYM_CODE_START(la57_trampoline)
	movq	%rsp, REL(saved_rsp)(%rdi)	/* upper halves do not survive 32-bit mode */
	movq	%rbx, REL(saved_rbx)(%rdi)
	movq	%rbp, REL(saved_rbp)(%rdi)
	movq	%r12, REL(saved_r12)(%rdi)
	movq	%r13, REL(saved_r13)(%rdi)
	movq	%r14, REL(saved_r14)(%rdi)
	movq	%r15, REL(saved_r15)(%rdi)

	leaq	REL(gdt)(%rdi), %rax
	movq	%rax, REL(gdt_descr) + 2(%rdi)
	lgdt	REL(gdt_descr)(%rdi)
	leaq	REL(in_32bit)(%rdi), %rax
	movl	%eax, REL(to_32bit)(%rdi)
	leaq	REL(in_64bit)(%rdi), %rax
	movl	%eax, REL(to_64bit)(%rdi)
	ljmp	*REL(to_32bit)(%rdi)

	.code32
in_32bit:
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%cr0, %eax
	andl	$~X86_CR0_PG, %eax
	movl	%eax, %cr0
	movl	%esi, %cr3
	movl	%cr4, %ecx
	xorl	$X86_CR4_LA57, %ecx
	movl	%ecx, %cr4
	orl	$X86_CR0_PG, %eax		/* EFER.LME is still set: long mode again */
	movl	%eax, %cr0
	ljmp	*REL(to_64bit)(%edi)

	.code64
in_64bit:
	movl	%edi, %edi			/* the upper half is undefined now */
	movq	REL(saved_rsp)(%rdi), %rsp
	movq	REL(saved_rbx)(%rdi), %rbx
	movq	REL(saved_rbp)(%rdi), %rbp
	movq	REL(saved_r12)(%rdi), %r12
	movq	REL(saved_r13)(%rdi), %r13
	movq	REL(saved_r14)(%rdi), %r14
	movq	REL(saved_r15)(%rdi), %r15
	ret

	.balign 8
gdt:
	.quad	0
	.quad	GDT_DESC_CODE32
	.quad	GDT_DESC_CODE64
	.quad	GDT_DESC_DATA
gdt_descr:
	.word	gdt_descr - gdt - 1
	.quad	0
to_32bit:
	.long	0
	.word	__KERNEL32_CS
to_64bit:
	.long	0
	.word	__KERNEL_CS
	.balign 8
saved_rsp:	.quad	0
saved_rbx:	.quad	0
saved_rbp:	.quad	0
saved_r12:	.quad	0
saved_r13:	.quad	0
saved_r14:	.quad	0
saved_r15:	.quad	0
SYM_DATA_START(la57_trampoline_end)
SYM_CODE_END(la57_trampoline)
