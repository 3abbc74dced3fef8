/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where exceptions and interrupts enter the kernel once idt.c has loaded the
 * full IDT, and where they leave it. All gates are interrupt gates: interrupts
 * are off here and in the handlers.
 *
 * GS base is the kernel's own or a user program's. Most entries find out by the
 * privilege they interrupted. NMI, #DB, #DF and #MC may come between the two
 * instructions of an entry or exit where that answer is wrong; they run on
 * stacks of their own, above whose frame stands the GS base of the CPU.
 */
#include <asm/calling.h>
#include <asm/irq_vectors.h>
#include <asm/linkage.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/trapnr.h>
#include <generated/asm-offsets.h>

	.text

/* exception_entry_array - in: nothing or an error code, and what the CPU pushes before it */
	.balign 16
SYM_CODE_START(exception_entry_array)
	vector = 0
	.rept NUM_EXCEPTION_VECTORS
	.if ((EXCEPTION_ERRCODE_MASK >> vector) & 1) == 0
	pushq	$0			/* pt_regs in one shape */
	.else
	.byte	0x66, 0x90		/* two-byte nop for equal size */
	.endif
	pushq	$vector
	.if (IST_VECTORS_MASK >> vector) & 1
	jmp	paranoid_entry
	.else
	jmp	exception_entry
	.endif
	.fill	exception_entry_array + (vector + 1) * EARLY_IDT_HANDLER_SIZE - ., 1, 0xcc
	vector = vector + 1
	.endr
SYM_CODE_END(exception_entry_array)

/* irq_entry_array - vectors 32 to 255; the number is moved to where it fits one byte */
	.balign 16
SYM_CODE_START(irq_entry_array)
	vector = FIRST_EXTERNAL_VECTOR
	.rept NR_VECTORS - FIRST_EXTERNAL_VECTOR
	pushq	$(~vector + 0x80)
	jmp	irq_entry
	.fill	irq_entry_array + (vector - FIRST_EXTERNAL_VECTOR + 1) * IRQ_ENTRY_SIZE - ., 1, 0xcc
	vector = vector + 1
	.endr
SYM_CODE_END(irq_entry_array)

/*
 * FROM_OUTSIDE - the kernel's GS base, end of the frame chain at a user program,
 * and flags as C wants them: DF off, and AC off, without which SMAP guards nothing.
 * The fence ends speculation past the wrong side of the branch (SWAPGS, CVE-2019-1125).
 */
.macro FROM_OUTSIDE
	testb	$3, PT_REGS_cs(%rsp)
	jz	1f
	swapgs
	xorl	%ebp, %ebp
1:	lfence
	pushq	$X86_EFLAGS_FIXED
	popfq
.endm

/*
 * CALL_C - call @function(struct pt_regs *, rsi)
 * A frame with the interrupted instruction as return address makes backtraces
 * go through; the stack is a multiple of 16 at the call, as the CPU aligned it.
 */
.macro CALL_C function
	movq	%rsp, %rdi
	pushq	PT_REGS_ip(%rdi)
	pushq	%rbp
	movq	%rsp, %rbp
	subq	$8, %rsp
	call	\function
	movq	%rbp, %rsp
	popq	%rbp
	addq	$8, %rsp
.endm

/* In: stack holds vector, error code, then what the CPU pushed. */
SYM_CODE_START(exception_entry)
	PUSH_REGS vector_pushed=1
	CLEAR_REGS
	FROM_OUTSIDE
	CALL_C	do_exception
	jmp	entry_return
SYM_CODE_END(exception_entry)

/* In: stack holds ~vector + 0x80, then what the CPU pushed. */
SYM_CODE_START(irq_entry)
	addq	$-0x80, (%rsp)		/* orig_ax = ~vector, which no error code is */
	PUSH_REGS
	CLEAR_REGS
	FROM_OUTSIDE
	CALL_C	do_interrupt
	/* fall through */
SYM_CODE_START(entry_return)
	testb	$3, PT_REGS_cs(%rsp)
	jz	1f
	swapgs
1:	POP_REGS
	iretq
SYM_CODE_END(entry_return)
SYM_CODE_END(irq_entry)

/* In: as exception_entry, on an IST stack whose first word is this CPU's GS base. */
SYM_CODE_START(paranoid_entry)
	PUSH_REGS vector_pushed=1
	CLEAR_REGS
	movl	$MSR_GS_BASE, %ecx
	rdmsr
	movl	%eax, %ebx		/* r12:rbx = GS base of what was interrupted */
	movl	%edx, %r12d
	movl	PT_REGS_SIZE(%rsp), %eax
	movl	PT_REGS_SIZE + 4(%rsp), %edx
	wrmsr
	pushq	$X86_EFLAGS_FIXED
	popfq
	CALL_C	do_exception
	movl	$MSR_GS_BASE, %ecx
	movl	%ebx, %eax
	movl	%r12d, %edx
	wrmsr
	POP_REGS
	iretq
SYM_CODE_END(paranoid_entry)
