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
 *
 * With PTI user mode has page tables of its own: an entry from there loads the
 * kernel's before it touches anything but its stack, this text and struct entry_area.
 */
#include <asm/calling.h>
#include <asm/irq_vectors.h>
#include <asm/linkage.h>
#include <asm/page.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <asm/trapnr.h>
#include <uapi/errno.h>
#include <uapi/unistd.h>
#include <generated/asm-offsets.h>

	.section .entry.text, "ax"	/* with the tables of user mode, too: see <asm/pti.h> */

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

#define ENTRY_AREA(field)	%gs:entry_area + ENTRY_##field(%rip)

/*
 * TO_THREAD_STACK - go on there with the struct pt_regs at rsp, of a program. Keeps rsi, loses all others.
 */
.macro TO_THREAD_STACK
	movq	%rsi, %r12
	movq	%rsp, %rsi
	movq	%gs:kernel_stack_top(%rip), %rsp
	subq	$PT_REGS_SIZE, %rsp
	movq	%rsp, %rdi
	movl	$PT_REGS_SIZE / 8, %ecx
	cld
	rep movsq
	movq	%r12, %rsi
.endm

/* USER_CR3 - the value of CR3 for user mode, once; the next one keeps what the TLB knows. Loses @by */
.macro USER_CR3 reg, by
	movq	ENTRY_AREA(user_cr3), \reg
	movq	ENTRY_AREA(user_cr3_keep), \by
	movq	\by, ENTRY_AREA(user_cr3)
.endm

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
	cmpq	$0, ENTRY_AREA(user_root)
	je	1f
	movq	ENTRY_AREA(kernel_cr3), %rax
	movq	%rax, %cr3
	TO_THREAD_STACK
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

/*
 * EXIT_WORK - what is to be done before user mode goes on: another thread's turn, signals
 * In: rsp = struct pt_regs *, interrupts off; so they are afterwards. Clobbers what C may.
 */
.macro EXIT_WORK
	movq	%gs:current_task(%rip), %rax
	cmpl	$0, %gs:__preempt_count(%rip)	/* see <kernel/preempt.h> */
	je	2f
	testl	$TIF_EXIT_WORK, TASK_work(%rax)
	jz	3f
2:	movq	%rsp, %rdi
	subq	$8, %rsp
	call	exit_to_user_mode
	addq	$8, %rsp
3:
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
/* entry_return - in: rsp = struct pt_regs *, interrupts off */
SYM_CODE_START(entry_return)
	testb	$3, PT_REGS_cs(%rsp)
	jz	1f
	EXIT_WORK
	SYM_LABEL(iret_to_user)
	cmpq	$0, ENTRY_AREA(user_exit)
	jne	careful_iret
	swapgs
1:	POP_REGS
	SYM_LABEL(entry_iretq)
	iretq
SYM_CODE_END(entry_return)
SYM_CODE_END(irq_entry)

/* careful_iret - iret_to_user for the sake of what user_exit says. What IRETQ pops must be in both tables */
SYM_CODE_START(careful_iret)
	testb	$USER_EXIT_PTI_, ENTRY_AREA(user_exit)
	jz	.Lno_tables
	movq	ENTRY_AREA(stack_top), %rdi
	.irp	at, PT_REGS_ss, PT_REGS_sp, PT_REGS_flags, PT_REGS_cs, PT_REGS_ip, PT_REGS_di
	movq	\at(%rsp), %rsi
	subq	$8, %rdi
	movq	%rsi, (%rdi)
	.endr
	USER_CR3 %rax, %rcx
	movq	%rax, -8(%rdi)
	POP_REGS_BUT_DI
	leaq	-8(%rdi), %rsp
	testb	$USER_EXIT_VERW_, ENTRY_AREA(user_exit)
	jz	1f
	verw	ENTRY_AREA(verw_selector)
1:	popq	%rdi
	movq	%rdi, %cr3
	popq	%rdi
	swapgs
	iretq
.Lno_tables:
	POP_REGS
	verw	ENTRY_AREA(verw_selector)
	swapgs
	iretq
SYM_CODE_END(careful_iret)

/* pti_entry_SYSCALL_64 - entry_SYSCALL_64 with the tables of user mode */
SYM_CODE_START(pti_entry_SYSCALL_64)
	swapgs
	movq	%rsp, %gs:user_stack_scratch(%rip)
	movq	ENTRY_AREA(kernel_cr3), %rsp
	movq	%rsp, %cr3
	jmp	.Lkernel_tables
SYM_CODE_END(pti_entry_SYSCALL_64)

/*
 * entry_SYSCALL_64 - a system call, SDM 3A 5.8.8
 * In:  rax = number, rdi rsi rdx r10 r8 r9 = arguments, rcx = rip and r11 = rflags of the program;
 *      its stack, interrupts off, flags as in MSR_SYSCALL_MASK
 * Out: rax = result, rcx and r11 lost, all other registers kept
 */
SYM_CODE_START(entry_SYSCALL_64)
	swapgs
	movq	%rsp, %gs:user_stack_scratch(%rip)
.Lkernel_tables:
	movq	%gs:kernel_stack_top(%rip), %rsp
	pushq	$__USER_DS
	pushq	%gs:user_stack_scratch(%rip)
	pushq	%r11
	pushq	$__USER_CS
	pushq	%rcx
	pushq	%rax			/* orig_ax */
	PUSH_REGS
	movq	%r10, %rcx		/* the fourth argument of C */
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%ebx, %ebx
	xorl	%ebp, %ebp
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	subq	$8, %rsp		/* a multiple of 16 at the call */
	sti
	movq	%gs:current_task(%rip), %r10
	testl	$TIF_SYSCALL_TRACE_, TASK_work(%r10)
	jnz	.Ltraced
	cmpq	$NR_SYSCALLS, %rax
	jae	.Lno_call
	sbbq	%r10, %r10		/* all ones here, zero in a speculated other world */
	andq	%r10, %rax
	leaq	sys_call_table(%rip), %r10
	call	*(%r10,%rax,8)
.Lcalled:
	addq	$8, %rsp
	movq	%rax, PT_REGS_ax(%rsp)
SYM_CODE_START(syscall_return)		/* interrupts on */
	cli
	EXIT_WORK
	/*
	 * SYSRET takes rip and rflags from rcx and r11: good when the program may find them
	 * there, and when the address is one of its half. With another one the CPU faults in
	 * kernel mode on the program's stack; RF and TF it does not restore as IRETQ does. And
	 * when nothing is to be done first: else no address is below sysret_end.
	 */
	movq	PT_REGS_cx(%rsp), %rcx
	movq	PT_REGS_r11(%rsp), %r11
	cmpq	PT_REGS_ip(%rsp), %rcx
	jne	iret_to_user
	cmpq	PT_REGS_flags(%rsp), %r11
	jne	iret_to_user
	cmpq	ENTRY_AREA(sysret_end), %rcx
	jae	iret_to_user
	testl	$(X86_EFLAGS_RF | X86_EFLAGS_TF), %r11d
	jnz	iret_to_user
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	addq	$8, %rsp		/* r11 is there */
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	addq	$8, %rsp		/* so is rcx */
	popq	%rdx
	popq	%rsi
	popq	%rdi
	movq	PT_REGS_sp - PT_REGS_orig_ax(%rsp), %rsp
	SYM_LABEL(sysret_swapgs)
	swapgs
	sysretq
.Lno_call:
	movq	$-ENOSYS, %rax
	jmp	.Lcalled
.Ltraced:
	leaq	8(%rsp), %rdi
	call	syscall_traced
	jmp	.Lcalled
SYM_CODE_END(syscall_return)
SYM_CODE_END(entry_SYSCALL_64)

/* entry_SYSCALL_compat - 32-bit code, which no program here has: -ENOSYS, on its own stack, without a look at it */
SYM_CODE_START(entry_SYSCALL_compat)
	movl	$-ENOSYS, %eax
	sysretl
SYM_CODE_END(entry_SYSCALL_compat)

/* In: as exception_entry, on an IST stack whose first word is this CPU's GS base. */
SYM_CODE_START(paranoid_entry)
	PUSH_REGS vector_pushed=1
	CLEAR_REGS
	testb	$3, PT_REGS_cs(%rsp)
	jnz	.Lfrom_user
	movl	$MSR_GS_BASE, %ecx
	rdmsr
	movl	%eax, %ebx		/* r12:rbx = GS base of what was interrupted */
	movl	%edx, %r12d
	movl	PT_REGS_SIZE(%rsp), %eax
	movl	PT_REGS_SIZE + 4(%rsp), %edx
	wrmsr
	xorl	%r13d, %r13d		/* whether the tables of user mode are loaded */
	movq	%cr3, %rax
	xorq	ENTRY_AREA(user_root), %rax
	shrq	$PAGE_SHIFT, %rax
	jnz	1f
	incl	%r13d
	movq	ENTRY_AREA(kernel_cr3), %rax
	movq	%rax, %cr3
1:	pushq	$X86_EFLAGS_FIXED
	popfq
	CALL_C	do_exception
	testl	%r13d, %r13d
	jz	2f
	USER_CR3 %rax, %rcx
	movq	%rax, %cr3
2:	movl	$MSR_GS_BASE, %ecx
	movl	%ebx, %eax
	movl	%r12d, %edx
	wrmsr
	POP_REGS
	iretq

/* A user program was interrupted, so its thread's stack is free: go on there, where signals can be served. */
.Lfrom_user:
	swapgs
	lfence
	xorl	%ebp, %ebp
	cmpq	$0, ENTRY_AREA(user_root)
	je	1f
	movq	ENTRY_AREA(kernel_cr3), %rax
	movq	%rax, %cr3
1:	TO_THREAD_STACK
	pushq	$X86_EFLAGS_FIXED
	popfq
	CALL_C	do_exception
	jmp	entry_return
SYM_CODE_END(paranoid_entry)
