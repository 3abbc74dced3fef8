/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From SIPI to C, for every CPU but the first. The first part is copied to a
 * page below 1 MiB, smpboot.c fills in what it needs, and all CPUs may run it at
 * the same time: it writes nothing. It goes from real to long mode in one step,
 * paging and protection together.
 */
#include <asm/linkage.h>
#include <asm/page.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <generated/asm-offsets.h>

#define MISC_ENABLE_XD_DISABLE_BIT	2	/* of its upper half */

/*
 * trampoline_start - where SIPI leads
 * In:  real mode, cs:ip = the copy, interrupts off
 */
	.section .rodata, "a", @progbits
	.balign 16
	.code16
SYM_CODE_START(trampoline_start)
	cli
	cld
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	trampoline_gdtr - trampoline_start

	cmpw	$0, trampoline_clear_xd_disable - trampoline_start
	je	1f
	movl	$MSR_IA32_MISC_ENABLE, %ecx
	rdmsr
	btrl	$MISC_ENABLE_XD_DISABLE_BIT, %edx
	wrmsr
1:	movl	trampoline_efer - trampoline_start, %eax
	xorl	%edx, %edx
	movl	$MSR_EFER, %ecx
	wrmsr
	movl	trampoline_cr4 - trampoline_start, %eax
	movl	%eax, %cr4
	movl	trampoline_cr3 - trampoline_start, %eax
	movl	%eax, %cr3
	movl	$CR0_STATE, %eax
	movl	%eax, %cr0
	ljmpl	*(trampoline_entry - trampoline_start)

	.code64
SYM_CODE_START(trampoline_64)
	jmp	*trampoline_target(%rip)
SYM_CODE_END(trampoline_64)

	.balign 8
SYM_DATA_START(trampoline_target)
	.quad	secondary_startup_64
SYM_DATA_END(trampoline_target)
trampoline_gdt:
	.quad	0
	.quad	0
	.quad	GDT_DESC_CODE64		/* __KERNEL_CS */
	.quad	GDT_DESC_DATA
trampoline_gdt_end:
trampoline_gdtr:
	.word	trampoline_gdt_end - trampoline_gdt - 1
SYM_DATA_START(trampoline_data)		/* struct trampoline_data */
	.long	trampoline_gdt - trampoline_start	/* the boot CPU adds where the copy is */
trampoline_entry:
	.long	trampoline_64 - trampoline_start	/* here too */
	.word	__KERNEL_CS
trampoline_clear_xd_disable:
	.word	0
trampoline_efer:
	.long	0
trampoline_cr4:
	.long	0
trampoline_cr3:
	.long	0
SYM_DATA_END(trampoline_data)
SYM_DATA_START(trampoline_end)
SYM_DATA_END(trampoline_end)
SYM_CODE_END(trampoline_start)

/*
 * secondary_startup_64 - at the kernel's virtual address, on tables that go away
 * Which CPU this is: CPUID.0BH:EDX or, where that leaf says nothing, CPUID.1:EBX[31:24],
 * as in initial_apic_id(). A CPU that is not in secondaries, or comes too late, waits for
 * the INIT that is sent to it then.
 */
	.text
	.code64
SYM_CODE_START(secondary_startup_64)
	movq	secondary_cr3(%rip), %rax
	movq	%rax, %cr3

	xorl	%eax, %eax
	cpuid
	cmpl	$0xb, %eax
	jb	1f
	movl	$0xb, %eax
	xorl	%ecx, %ecx
	cpuid
	testl	%ebx, %ebx
	jnz	2f
1:	movl	$1, %eax
	cpuid
	shrl	$24, %ebx
	movl	%ebx, %edx
2:	leaq	secondaries(%rip), %rbx
	movl	$NR_SECONDARIES, %ecx

find_self:
	movl	$SECONDARY_CALLED, %eax
	movl	$SECONDARY_COMING, %esi
	cmpl	SECONDARY_apic_id(%rbx), %edx
	jne	3f
	lock cmpxchgl %esi, SECONDARY_state(%rbx)
	je	found_self
3:	addq	$SECONDARY_SIZE, %rbx
	decl	%ecx
	jnz	find_self
4:	cli
	hlt
	jmp	4b

found_self:
	movq	SECONDARY_stack_end(%rbx), %rsp
	xorl	%ebp, %ebp		/* end of the frame chain */
	pushq	$0			/* EFLAGS in a known state */
	popfq
	lgdt	SECONDARY_gdt(%rbx)
	call	load_segments
	movl	$MSR_GS_BASE, %ecx
	movl	SECONDARY_gs_base(%rbx), %eax
	movl	4 + SECONDARY_gs_base(%rbx), %edx
	wrmsr
	call	start_secondary
	ud2
SYM_CODE_END(secondary_startup_64)
