/* SPDX-License-Identifier: BSD-2-Clause */
/* The two ends of the 32-bit stub: in by handover.S, out into long mode. */
#include <asm/linkage.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>

	.section .entry.text, "ax", @progbits
	.code32
/*
 * stub32_entry - first byte of the blob, called by handover.S
 * In:  cdecl: image handle, system table, boot_params or 0, payload; stack aligned
 */
SYM_CODE_START(stub32_entry)
	jmp	stub32_main
SYM_CODE_END(stub32_entry)

	.text
/*
 * stub32_enter_kernel - leave 32-bit mode for the kernel; does not return
 * In:  cdecl: physical addresses of top-level page table, startup_64 and
 *      boot_params, all below 4 GiB; this code is identity mapped before and after
 * Out: boot.rst, 64-bit protocol: long mode, rsi = boot_params, interrupts off
 */
SYM_CODE_START(stub32_enter_kernel)
	cli
	cld
	movl	4(%esp), %edx
	movl	8(%esp), %edi
	movl	12(%esp), %esi
	call	1f
1:	popl	%ebx

	leal	gdt - 1b(%ebx), %eax
	subl	$8, %esp
	movw	$gdt_end - gdt - 1, (%esp)
	movl	%eax, 2(%esp)
	lgdt	(%esp)
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss

	movl	%cr0, %eax			/* this firmware may run with paging of its own */
	andl	$~X86_CR0_PG, %eax
	movl	%eax, %cr0
	movl	%cr4, %eax
	orl	$X86_CR4_PAE, %eax
	movl	%eax, %cr4
	movl	%edx, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$(X86_CR0_PG | X86_CR0_PE), %eax
	movl	%eax, %cr0
	leal	in_64bit - 1b(%ebx), %eax
	pushl	$__KERNEL_CS
	pushl	%eax
	xorl	%ebp, %ebp			/* end of the frame chain for unwinders */
	lretl
in_64bit:
	/* these bytes mean the same in 64-bit mode, with rdi in place of edi */
	movl	%esi, %esi			/* clears the upper half, undefined so far */
	movl	%edi, %edi
	jmp	*%edi
SYM_CODE_END(stub32_enter_kernel)

	.section .rodata, "a", @progbits
	.balign 8
gdt:
	.quad	0
	.quad	GDT_DESC_CODE32
	.quad	GDT_DESC_CODE64
	.quad	GDT_DESC_DATA
gdt_end:
