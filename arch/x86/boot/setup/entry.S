/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_of_setup - where the jump in the setup header leads (boot.rst, "Running the kernel")
 * In:  real mode; DS = ES = SS = X, CS = X + 0x20, this file's first part loaded
 *      at X:0, setup_header filled in, interrupts possibly on
 * Out: CS = DS = ES = SS = X, a stack, BSS cleared, DF clear; main()
 */
#include <boot/bootparam.h>
#include <asm/linkage.h>
#include "setup.h"

	.code16
	.section .entry.text, "ax", @progbits
	.globl	start_of_setup
start_of_setup:
	cld
	movw	%ds, %ax
	movw	%ax, %es

	/*
	 * The loader's stack will do if it is in our segment and leaves room
	 * above our BSS. A loader that keeps to boot.rst gives heap_end_ptr, the
	 * end of what is ours less 0x200; without it, right after BSS is ours.
	 */
	movw	%ss, %cx
	movw	%sp, %dx
	cmpw	%ax, %cx
	jne	1f
	testw	%dx, %dx			/* 0 is the top of 64 KiB */
	jz	3f
	cmpw	$_end + SETUP_STACK_SIZE, %dx
	jae	3f
1:	movw	$_end + SETUP_STACK_SIZE, %dx
	testb	$CAN_USE_HEAP, OFFSET_LOADFLAGS
	jz	3f
	movw	OFFSET_HEAP_END_PTR, %cx
	addw	$0x200, %cx
	jnc	2f
	xorw	%cx, %cx
2:	testw	%cx, %cx
	jz	4f
	cmpw	%dx, %cx			/* nonsense below our BSS is not believed */
	jb	3f
4:	movw	%cx, %dx
3:	andw	$~3, %dx
	jnz	5f
	movw	$0xfffc, %dx
5:	cli					/* the oldest CPUs take interrupts after a move to SS */
	movw	%ax, %ss
	movzwl	%dx, %esp			/* the BIOS may have left anything in the upper half */
	sti

	pushw	%ds				/* CS = DS: code and data have the same offsets */
	pushw	$6f
	lretw
6:
	movw	$cut_off, %si
	cmpl	$SETUP_SIGNATURE, setup_signature
	jne	early_die

	calll	cpu_has_tsc			/* when we began, for the time line; 0 where no CPU tells */
	movzbl	%al, %eax
	xorl	%edx, %edx
	testl	%eax, %eax
	jz	7f
	rdtsc
7:	movl	%eax, %ebx
	movl	%edx, %ebp

	movw	$__bss_start, %di
	movw	$_end, %cx
	subw	%di, %cx
	shrw	$2, %cx
	xorl	%eax, %eax
	rep stosl
	movl	%ebx, entry_tsc
	movl	%ebp, entry_tsc + 4

	calll	main				/* does not return */

/* The text at SI on the BIOS's screen and on COM1 as it is, then the end. Nothing else may work yet. */
early_die:
	lodsb
	testb	%al, %al
	jz	2f
	movb	%al, %cl
	movw	$0x3f8 + 5, %dx			/* line status */
	movw	$0xffff, %di
1:	inb	%dx, %al
	testb	$0x20, %al			/* transmitter empty; an absent UART reads as ones */
	jnz	1f
	decw	%di
	jnz	1b
1:	movw	$0x3f8, %dx
	movb	%cl, %al
	outb	%al, %dx
	movb	$0x0e, %ah			/* teletype output */
	movw	$7, %bx
	pushw	%si
	int	$0x10
	popw	%si
	jmp	early_die
2:	hlt
	jmp	2b

cut_off:
	.asciz	"lantern: error 40 start-of-setup: the loader did not load all of the setup code\r\n"
