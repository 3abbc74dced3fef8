/* SPDX-License-Identifier: BSD-2-Clause */
/* Over to other page tables and back, see elsewhere.c. Interrupts are off. */
#include <asm/linkage.h>
#include <asm/processor-flags.h>

	.text

/*
 * The kernel's pages are global: a change of CR3 alone would leave them in the TLB.
 * Until they are gone either place may be meant; they hold the same, and nothing is written.
 */
.macro LOAD_TABLES root
	movq	\root, %cr3
	movq	%cr4, %rax
	movq	%rax, %rcx
	xorq	$X86_CR4_PGE, %rax	/* a change drops all, under whatever PCID; with PTI it is off */
	movq	%rax, %cr4
	movq	%rcx, %cr4
.endm

/* elsewhere_run - in: rdi = function, rsi = tables, rdx = end of a stack that they map */
SYM_FUNC_START(elsewhere_run)
	pushq	%rbp
	pushq	%rbx
	movq	%rsp, %rbp		/* the function keeps both, on its stack */
	movq	%cr3, %rbx
	LOAD_TABLES %rsi
	movq	%rdx, %rsp
	call	*%rdi
	LOAD_TABLES %rbx
	movq	%rbp, %rsp
	popq	%rbx
	popq	%rbp
	ret
SYM_FUNC_END(elsewhere_run)

/* elsewhere_wait - in: rdi = tables. No stack is used while they are loaded. */
SYM_FUNC_START(elsewhere_wait)
	movq	%cr3, %rsi
	LOAD_TABLES %rdi
	lock incl elsewhere_nr_there(%rip)
1:	pause
	cmpl	$0, elsewhere_go_back(%rip)
	je	1b
	LOAD_TABLES %rsi
	ret
SYM_FUNC_END(elsewhere_wait)
