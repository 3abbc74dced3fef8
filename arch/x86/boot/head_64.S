/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protected-mode part's two entry points, at the offsets the boot protocol
 * fixes: startup_32 at 0 and startup_64 at 0x200. Both end in loader_main(),
 * run from a copy of this image at the end of the buffer the kernel goes into.
 */
#include <asm/linkage.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/trapnr.h>
#include <boot/handoff.h>
#include <boot/multiboot2.h>
#include "loader.h"

#define BP_scratch		0x1e4		/* zero-page.rst: four bytes of stack */
#define BP_header		0x202
#define BP_hardware_subarch_data 0x240
#define rva(label)		((label) - startup_32)	/* in .head.text; _rva_* come from the linker */
#define LDR_DOOR_32		0
#define LDR_DOOR_64		1

	.section .head.text, "ax", @progbits
	.code32
/*
 * startup_32 - 32-bit boot protocol
 * In:  esi = boot_params, flat segments, paging off, interrupts off
 */
SYM_CODE_START(startup_32)
	rdtsc					/* the time of our first instruction */
	leal	(BP_scratch + 4)(%esi), %esp
	call	1f
1:	popl	%ecx
	subl	$rva(1b), %ecx			/* ecx = address of startup_32 */
	pushfl					/* the CPU as we got it */
	popl	_rva_loader_entry + HANDOFF_FLAGS(%ecx)
	cli
	cld
	movl	%eax, _rva_loader_entry + HANDOFF_TSC(%ecx)
	movl	%edx, _rva_loader_entry + HANDOFF_TSC + 4(%ecx)
	movl	%ebx, _rva_loader_entry + HANDOFF_BX(%ecx)
	movl	%edi, _rva_loader_entry + HANDOFF_DI(%ecx)
	movl	%ebp, _rva_loader_entry + HANDOFF_BP(%ecx)
	movw	%cs, _rva_loader_entry + HANDOFF_CS(%ecx)
	movw	%ds, _rva_loader_entry + HANDOFF_DS(%ecx)
	movw	%es, _rva_loader_entry + HANDOFF_ES(%ecx)
	movw	%ss, _rva_loader_entry + HANDOFF_SS(%ecx)
	movl	%cr0, %eax
	movl	%eax, _rva_loader_entry + HANDOFF_CR0(%ecx)
	movl	%ecx, %ebp			/* ebp = address of startup_32 */

	leal	_rva_boot_gdt(%ebp), %eax
	movl	%eax, _rva_boot_gdt_descr + 2(%ebp)
	lgdt	_rva_boot_gdt_descr(%ebp)
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	leal	_rva_check_stack_end(%ebp), %esp
	pushl	$__KERNEL32_CS
	leal	rva(2f)(%ebp), %eax
	pushl	%eax
	lretl
2:	call	verify_cpu_32
	testl	%eax, %eax
	jnz	4f

	/* where the buffer begins, and in ebx where the copy of this image will stand */
	movl	%ebp, %ebx
	addl	$(SZ_2M - 1), %ebx
	andl	$~(SZ_2M - 1), %ebx
	cmpl	$LOAD_PHYSICAL_ADDR, %ebx
	jae	3f
	movl	$LOAD_PHYSICAL_ADDR, %ebx
3:	addl	$_loader_offset, %ebx

	/* identity map of the first 4 GiB with 2 MiB pages, in the workspace */
	leal	(_loader_copy_size + LOADER_PGTABLE32)(%ebx), %edi
	call	ident_map_32

	movl	%cr4, %eax
	orl	$X86_CR4_PAE, %eax
	movl	%eax, %cr4
	movl	%edx, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	btsl	$_EFER_LME, %eax
	wrmsr
	leal	rva(from_32)(%ebp), %eax
	pushl	$__KERNEL_CS
	pushl	%eax
	movl	$(X86_CR0_PG | X86_CR0_PE | X86_CR0_NE | X86_CR0_ET | X86_CR0_MP | X86_CR0_WP), %eax
	movl	%eax, %cr0
	lretl
4:	leal	_rva_no_long_mode_text(%ebp), %esi
	jmp	stop_32
SYM_CODE_END(startup_32)

	.org	0x200
	.code64
/*
 * startup_64 - 64-bit boot protocol
 * In:  rsi = boot_params; identity map over init_size bytes from here, boot_params
 *      and command line; interrupts off; flat segments
 */
SYM_CODE_START(loader_startup_64)
	rdtsc					/* the time of our first instruction */
	leaq	check_stack_end(%rip), %rsp
	leaq	loader_entry(%rip), %rdi	/* and the CPU as we got it */
	pushfq
	popq	HANDOFF_FLAGS(%rdi)
	cli
	cld
	movl	%eax, HANDOFF_TSC(%rdi)
	movl	%edx, HANDOFF_TSC + 4(%rdi)
	movw	%cs, HANDOFF_CS(%rdi)
	movw	%ds, HANDOFF_DS(%rdi)
	movw	%es, HANDOFF_ES(%rdi)
	movw	%ss, HANDOFF_SS(%rdi)
	movq	%cr0, %rax
	movq	%rax, HANDOFF_CR0(%rdi)
	movq	%cr4, %rax
	movq	%rax, HANDOFF_CR4(%rdi)
	movl	$LDR_DOOR_64, %r13d
	jmp	common_64
from_32:
	movl	%esi, %esi			/* upper halves are undefined after the switch */
	movl	$LDR_DOOR_32, %r13d
common_64:
	movq	%rsi, %r15			/* r15 = boot_params */
	leaq	boot_gdt(%rip), %rax
	movq	%rax, boot_gdt_descr + 2(%rip)
	lgdt	boot_gdt_descr(%rip)
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	leaq	check_stack_end(%rip), %rsp
	pushq	$__KERNEL_CS
	leaq	1f(%rip), %rax
	pushq	%rax
	lretq
1:
	/* r12 = start of the buffer: this image rounded up, but not below 16 MiB */
	leaq	startup_32(%rip), %r12
	movq	%r12, loader_loaded_at(%rip)
	addq	$(SZ_2M - 1), %r12
	andq	$~(SZ_2M - 1), %r12
	movl	$LOAD_PHYSICAL_ADDR, %eax
	cmpq	%rax, %r12
	cmovb	%rax, %r12

	movq	%r15, %rdi
	movq	%r12, %rsi
	movl	%r13d, %edx
	call	loader_check
	movl	%eax, %r13d

	/* Copy downwards from the end: source and destination may overlap. */
	leaq	_image_end - 8(%rip), %rsi
	leaq	_loader_offset(%r12), %rbx	/* rbx = start of the copy */
	leaq	_loader_copy_size - 8(%rbx), %rdi
	movl	$_loader_copy_qwords, %ecx
	std
	rep	movsq
	cld
	leaq	_rva_moved(%rbx), %rax
	jmp	*%rax
SYM_CODE_END(loader_startup_64)

	.text
SYM_CODE_START(moved)
	leaq	_image_end + LOADER_STACK_SIZE(%rip), %rsp
	xorl	%ebp, %ebp
	leaq	boot_gdt(%rip), %rax		/* the GDT of the copy */
	movq	%rax, boot_gdt_descr + 2(%rip)
	lgdt	boot_gdt_descr(%rip)

	movq	%r15, %rdi
	movq	%r12, %rsi
	movl	%r13d, %edx
	call	loader_main
	movq	%r15, %rsi
	jmp	*%rax
SYM_CODE_END(moved)

	.code32
/*
 * multiboot2_entry - Multiboot2 3.3
 * In:  eax = MULTIBOOT2_BOOTLOADER_MAGIC, ebx = information; flat segments, paging
 *      and interrupts off, no stack
 * Goes on as the 32-bit protocol, with boot_params that say where the information
 * is; multiboot2_convert() fills them when C can run.
 */
SYM_CODE_START(multiboot2_entry)
	leal	8(%ebx), %esp			/* its reserved word is a stack for one address */
	call	multiboot2_here
	.globl	multiboot2_here
multiboot2_here:
	popl	%ebp
	subl	$_rva_multiboot2_here, %ebp	/* ebp = address of startup_32 */
	movl	%eax, %edx
	leal	_rva_multiboot2_params(%ebp), %edi
	movl	%edi, %esi
	xorl	%eax, %eax
	movl	$(LOADER_MULTIBOOT2_SIZE / 4), %ecx
	cld
	rep	stosl
	movl	%edx, BP_header(%esi)
	movl	%ebx, BP_hardware_subarch_data(%esi)
	jmp	*%ebp
SYM_CODE_END(multiboot2_entry)

	.code64
/* One gate each, 16 bytes apart; see loader_idt_init(). */
	.balign 16
SYM_CODE_START(loader_idt_handlers)
	vector = 0
	.rept 32
	.balign 16
	.if ((EXCEPTION_ERRCODE_MASK >> vector) & 1) == 0
	pushq	$0
	.endif
	pushq	$vector
	jmp	loader_idt_common
	vector = vector + 1
	.endr
	.balign 16
SYM_CODE_END(loader_idt_handlers)

SYM_CODE_START(loader_idt_common)
	cld
	pushq	%rdi
	pushq	%rsi
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
	movq	%rsp, %rdi
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	loader_exception
	movq	%rbx, %rsp
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
	popq	%rdi
	addq	$16, %rsp			/* vector and error code */
	iretq
SYM_CODE_END(loader_idt_common)

	.section .rodata, "a", @progbits
SYM_DATA_START(no_long_mode_text)
	.asciz	"lantern: error 50 startup_32: this CPU has no 64-bit mode (long mode)"
SYM_DATA_END(no_long_mode_text)
	.balign 4
SYM_DATA_START(loader_link)
	.long	_init_size, _loader_syssize, _loader_handover_offset, _loader_setup_sects	/* as C cannot read them */
SYM_DATA_END(loader_link)

	.data
	.balign 8
SYM_DATA_START(loader_entry)
	.skip	HANDOFF_SS + 6			/* struct handoff_entry */
SYM_DATA_END(loader_entry)
SYM_DATA_START(loader_loaded_at)
	.quad	0
SYM_DATA_END(loader_loaded_at)
SYM_DATA_START(boot_gdt)
	.quad	0
	.quad	GDT_DESC_CODE32
	.quad	GDT_DESC_CODE64
	.quad	GDT_DESC_DATA
SYM_DATA_END(boot_gdt)
SYM_DATA_START(boot_gdt_descr)
	.word	boot_gdt_descr - boot_gdt - 1
	.quad	0
SYM_DATA_END(boot_gdt_descr)
