/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How entry code saves and restores the registers of what it interrupted: the
 * lower part of struct pt_regs (<asm/ptrace.h>), and nothing else.
 */
#ifndef ASM_CALLING_H
#define ASM_CALLING_H

#ifdef __ASSEMBLY__

/*
 * PUSH_REGS - below orig_ax, in the order of struct pt_regs
 * @vector_pushed: 1 when the vector lies below orig_ax, in the place of di: it is
 *                 moved to rsi, where the handler's second argument belongs
 */
.macro PUSH_REGS vector_pushed=0
	.if \vector_pushed
	pushq	%rsi
	movq	8(%rsp), %rsi
	movq	%rdi, 8(%rsp)
	.else
	pushq	%rdi
	pushq	%rsi
	.endif
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
.endm

/*
 * CLEAR_REGS - nothing a user program chose may be used in speculation
 * All but rdi and rsi, the handler's arguments, and rbp, the chain of frames.
 */
.macro CLEAR_REGS
	xorl	%edx, %edx
	xorl	%ecx, %ecx
	xorl	%eax, %eax
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%ebx, %ebx
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
.endm

/* POP_REGS_BUT_DI - the way back, until rdi is on top of the stack */
.macro POP_REGS_BUT_DI
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
.endm

/* POP_REGS - all of it, orig_ax included: IRETQ may follow */
.macro POP_REGS
	POP_REGS_BUT_DI
	popq	%rdi
	addq	$8, %rsp
.endm

#endif
#endif
