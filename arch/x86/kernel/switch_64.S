/* SPDX-License-Identifier: BSD-2-Clause */
/* From one thread to another. */
#include <asm/linkage.h>
#include <generated/asm-offsets.h>

	.text

/*
 * __switch_to - in: rdi = struct task_struct *prev, rsi = next; out: rax = who ran before
 * All other registers are lost but rbp, so that the chain of frames goes on;
 * switch_to() tells the compiler. The order is that of struct switch_frame, process.c.
 */
SYM_CODE_START(__switch_to)
	pushq	%rbp
	movq	%rsp, TASK_sp(%rdi)
	movq	TASK_sp(%rsi), %rsp
	movq	TASK_stack_canary(%rsi), %rax
	movq	%rax, %gs:__stack_chk_guard(%rip)
	movq	%rsi, %gs:current_task(%rip)
	movq	%rdi, %rax
	popq	%rbp
	ret
SYM_CODE_END(__switch_to)

/*
 * first_switch - where the first switch to a thread returns to; rax = who ran before, rbp = 0
 * A thread of the kernel does not come back; one of a user program goes there, by the
 * struct pt_regs that lies 8 bytes up.
 */
SYM_CODE_START(first_switch)
	movq	%rax, %rdi
	call	thread_start
	addq	$8, %rsp
	jmp	syscall_return
SYM_CODE_END(first_switch)
