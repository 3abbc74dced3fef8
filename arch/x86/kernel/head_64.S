/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * startup_64: where every door ends. The code here runs first at the physical
 * address the loader chose and then, after one jump, at the kernel's virtual
 * address; all it does at the first is to make the second possible.
 */
#include <asm/calling.h>
#include <asm/linkage.h>
#include <asm/page.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/trapnr.h>
#include <generated/asm-offsets.h>

/*
 * startup_64 - first instruction of the kernel image (boot.rst, 64-bit protocol)
 * In:  rsi = physical address of struct boot_params; 64-bit mode with 4 or 5
 *      levels of paging; image, boot_params and command line identity mapped;
 *      image at a multiple of 2 MiB, pointers in it relocated to its virtual
 *      address; interrupts off; stack and segments are whatever they are
 * Does not return.
 */
	.section .head.text, "ax", @progbits
	.code64
SYM_CODE_START(startup_64)
	cli
	cld
	rdtsc				/* the time stamp of our first instruction */
	shlq	$32, %rdx
	orq	%rdx, %rax
	movq	%rax, %r14
	movq	%rsi, %r15		/* boot_params, until the end of this file */

	leaq	init_stack_end(%rip), %rsp
	xorl	%ebp, %ebp		/* end of the frame chain */

	leaq	startup_gdt(%rip), %rax	/* the loader's GDT may vanish with its memory */
	movq	%rax, 2 + startup_gdt_descr(%rip)
	lgdt	startup_gdt_descr(%rip)
	call	load_segments
	movl	$MSR_GS_BASE, %ecx	/* per-CPU data of the boot CPU, here at its physical address */
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr

	call	idt_setup_early		/* an exception from here on says so on the serial line */
	movq	%r15, %rdi
	call	strip_start_low
	movq	%r14, %rdi
	call	startup_stages
	call	verify_cpu

	call	__startup_64		/* rax = physical address of early_top_pgt */
	movq	%rax, %cr3
	jmp	*high_half_address(%rip)
SYM_CODE_END(startup_64)

	.text
/* Same registers as at the end of startup_64, now at the virtual address. */
SYM_CODE_START(startup_64_high)
	movl	$0x80000001, %eax	/* NX where the CPU has it: verify_cpu complains later if not */
	cpuid
	movl	%edx, %edi
	movl	$MSR_EFER, %ecx
	rdmsr
	btsl	$_EFER_SCE, %eax
	btl	$20, %edi		/* CPUID.80000001H:EDX.NX */
	jnc	1f
	btsl	$_EFER_NX, %eax
1:	wrmsr

	movq	%cr4, %rax		/* keep LA57: it cannot change under paging */
	andl	$(X86_CR4_LA57 | X86_CR4_MCE), %eax	/* without MCE a machine check is a reset */
	orl	$(X86_CR4_PAE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT), %eax
	movq	%rax, %cr4
	orl	$X86_CR4_PGE, %eax	/* setting PGE anew drops global entries of the loader */
	movq	%rax, %cr4

	movl	$CR0_STATE, %eax
	movq	%rax, %cr0

	movq	initial_stack(%rip), %rsp
	xorl	%ebp, %ebp
	pushq	$0			/* EFLAGS in a known state */
	popfq

	leaq	gdt_page(%rip), %rax
	movq	%rax, 2 + early_gdt_descr(%rip)
	lgdt	early_gdt_descr(%rip)
	call	load_segments

	movl	$MSR_GS_BASE, %ecx	/* per-CPU data of the boot CPU */
	movl	initial_gs(%rip), %eax
	movl	4 + initial_gs(%rip), %edx
	wrmsr

	movq	%r15, %rdi
	call	*initial_code(%rip)
	ud2
SYM_CODE_END(startup_64_high)

/* load_segments - CS, DS, ES, SS from the GDT just loaded, FS and GS null. Clobbers rax. */
SYM_FUNC_START(load_segments)
	movl	$__KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	popq	%rax			/* far return to our caller */
	pushq	$__KERNEL_CS
	pushq	%rax
	lretq
SYM_FUNC_END(load_segments)

/*
 * The 32 exception stubs; <asm/trapnr.h> has their size. They work before
 * and after the jump: nothing in them depends on the address they run at.
 */
	.balign 16
SYM_CODE_START(early_idt_handler_array)
	vector = 0
	.rept NUM_EXCEPTION_VECTORS
	.if ((EXCEPTION_ERRCODE_MASK >> vector) & 1) == 0
	pushq	$0			/* keep pt_regs in one shape */
	.else
	.byte	0x66, 0x90		/* two-byte nop for equal size */
	.endif
	pushq	$vector
	jmp	early_idt_handler_common
	.fill	early_idt_handler_array + (vector + 1) * EARLY_IDT_HANDLER_SIZE - ., 1, 0xcc
	vector = vector + 1
	.endr
SYM_CODE_END(early_idt_handler_array)

/* In: stack holds vector, error code, then what the CPU pushed. */
SYM_CODE_START(early_idt_handler_common)
	cld
	PUSH_REGS vector_pushed=1
	movq	%rsp, %rdi		/* struct pt_regs *, int vector */
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	do_early_exception
	movq	%rbx, %rsp
	POP_REGS
	iretq
SYM_CODE_END(early_idt_handler_common)

	.data
	.balign 16
SYM_DATA_START(startup_gdt)
	.quad	0
	.quad	GDT_DESC_CODE32
	.quad	GDT_DESC_CODE64
	.quad	GDT_DESC_DATA
SYM_DATA_END(startup_gdt)
	.balign 8
SYM_DATA_START(startup_gdt_descr)
	.word	startup_gdt_descr - startup_gdt - 1
	.quad	0			/* filled in at run time */
SYM_DATA_END(startup_gdt_descr)
	.balign 8
SYM_DATA_START(early_gdt_descr)
	.word	GDT_ENTRIES * 8 - 1
	.quad	0
SYM_DATA_END(early_gdt_descr)

/* These hold virtual addresses, relocated by whoever loaded us. */
	.balign 8
SYM_DATA_START(kernel_text_address)
	.quad	_text
SYM_DATA_END(kernel_text_address)
SYM_DATA_START(high_half_address)
	.quad	startup_64_high
SYM_DATA_END(high_half_address)
SYM_DATA_START(initial_stack)
	.quad	init_stack_end - 16
SYM_DATA_END(initial_stack)
SYM_DATA_START(initial_code)
	.quad	x86_64_start_kernel
SYM_DATA_END(initial_code)
SYM_DATA_START(initial_gs)
	.quad	0
SYM_DATA_END(initial_gs)

	.section .bss..noclear, "aw", @nobits
	.balign PAGE_SIZE
SYM_DATA_START(init_stack_guard)	/* not mapped in the final tables */
	.skip	PAGE_SIZE
SYM_DATA_END(init_stack_guard)
SYM_DATA_START(init_stack)
	.skip	INIT_STACK_SIZE
SYM_DATA_START(init_stack_end)
SYM_DATA_END(init_stack_end)
SYM_DATA_END(init_stack)
