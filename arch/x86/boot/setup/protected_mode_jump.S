/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * protected_mode_jump - the last instructions in real mode; does not return
 * In:  EAX = entry, EDX = linear address of boot_params, ECX = selector of a TSS;
 *      GDT and IDT loaded, interrupts off
 * Out: boot.rst, 32-bit protocol: CS = __BOOT_CS, DS ES FS GS SS = __BOOT_DS, flat,
 *      paging off, ESI = boot_params, EBP EDI EBX = 0
 */
#include <asm/linkage.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include "setup.h"

	.code16
	.text
SYM_CODE_START(protected_mode_jump)
	movl	%edx, %esi
	xorl	%ebx, %ebx
	movw	%cs, %bx
	shll	$4, %ebx			/* linear address of our segment */

	pushl	$__KERNEL_CS
	leal	.Lflat(%ebx), %edi
	pushl	%edi
	movl	%cr0, %edx
	orb	$X86_CR0_PE, %dl
	movl	%edx, %cr0
	lretl					/* a far transfer right after PE, SDM 3A 9.9.1 */

	.code32
.Lflat:
	movl	$__KERNEL_DS, %edx
	movl	%edx, %ds
	movl	%edx, %es
	movl	%edx, %fs
	movl	%edx, %gs
	movl	%edx, %ss
	addl	%ebx, %esp			/* the same stack, by its linear address */
	ltr	%cx
	xorl	%ecx, %ecx
	lldt	%cx
	xorl	%edx, %edx
	xorl	%ebx, %ebx
	xorl	%ebp, %ebp
	xorl	%edi, %edi
	jmp	*%eax
SYM_CODE_END(protected_mode_jump)
