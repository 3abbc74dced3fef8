/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pvh_start: where a hypervisor enters vmlinux by the x86/HVM direct boot ABI
 * (Xen's start_info.h). The ELF file is loaded at its physical addresses and not
 * relocated; what comes next is startup_64, as behind every door.
 */
#include <asm/linkage.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/pvh.h>

#define PVH_STACK_SIZE	0x1000
#define rva(symbol)	((symbol) - pvh_start)

	.section .note.Xen, "a", @note
	.balign 4
	.long	2f - 1f				/* size of the owner's name */
	.long	4f - 3f				/* size of the description */
	.long	XEN_ELFNOTE_PHYS32_ENTRY
1:	.asciz	"Xen"
2:	.balign 4
3:	.quad	PVH_ENTRY_ADDR			/* 8 bytes: that is what QEMU reads */
4:	.balign 4

	.section .head.pvh, "ax", @progbits
	.code32
/*
 * pvh_start - first instruction behind the PVH door
 * In:  ebx = physical address of struct hvm_start_info; 32-bit protected mode,
 *      flat segments, paging off, interrupts off; no stack
 */
SYM_CODE_START(pvh_start)
	cli
	cld
	rdtsc					/* the time stamp of our first instruction */
	movl	$PVH_ENTRY_ADDR, %ebp		/* the only address known without a stack */
	leal	rva(pvh_stack_end)(%ebp), %esp
	pushl	%edx
	pushl	%eax
	pushl	%ebx

	leal	rva(pvh_gdt)(%ebp), %eax
	movl	%eax, (rva(pvh_gdt_descr) + 2)(%ebp)
	lgdt	rva(pvh_gdt_descr)(%ebp)
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	pushl	$__KERNEL32_CS
	leal	rva(1f)(%ebp), %eax
	pushl	%eax
	lretl
1:
	call	verify_cpu_32
	testl	%eax, %eax
	jnz	2f

	leal	rva(pvh_pgtable)(%ebp), %edi
	call	ident_map_32
	popl	%ebx				/* start_info, and under it the time stamp */
	movl	%cr4, %eax
	orl	$X86_CR4_PAE, %eax
	movl	%eax, %cr4
	movl	%edx, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	btsl	$_EFER_LME, %eax
	wrmsr
	pushl	$__KERNEL_CS
	leal	rva(pvh_start_64)(%ebp), %eax
	pushl	%eax
	movl	$CR0_STATE, %eax
	movl	%eax, %cr0
	lretl
2:	leal	rva(no_long_mode_text)(%ebp), %esi
	jmp	stop_32
SYM_CODE_END(pvh_start)

	.code64
SYM_CODE_START(pvh_start_64)
	popq	%r12				/* the time stamp */
	call	idt_setup_early			/* an exception from here on says so on the serial line */
	movl	%ebx, %edi
	movq	%r12, %rsi
	call	pvh_prepare
	movq	%rax, %rsi
	jmp	startup_64
SYM_CODE_END(pvh_start_64)

	.section .rodata, "a", @progbits
SYM_DATA_START(no_long_mode_text)
	.asciz	"lantern: error 55 pvh-entry: this CPU has no 64-bit mode (long mode)"
SYM_DATA_END(no_long_mode_text)

	.data
	.balign 8
SYM_DATA_START(pvh_gdt)
	.quad	0
	.quad	GDT_DESC_CODE32
	.quad	GDT_DESC_CODE64
	.quad	GDT_DESC_DATA
SYM_DATA_END(pvh_gdt)
SYM_DATA_START(pvh_gdt_descr)
	.word	pvh_gdt_descr - pvh_gdt - 1
	.long	0				/* filled in at run time */
SYM_DATA_END(pvh_gdt_descr)

	.section .bss..noclear.init, "aw", @nobits
	.balign PAGE_SIZE
SYM_DATA_START(pvh_pgtable)
	.skip	IDENT_MAP_32_SIZE
SYM_DATA_END(pvh_pgtable)
SYM_DATA_START(pvh_stack)
	.skip	PVH_STACK_SIZE
SYM_DATA_START(pvh_stack_end)
SYM_DATA_END(pvh_stack_end)
SYM_DATA_END(pvh_stack)
