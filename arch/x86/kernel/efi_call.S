/* SPDX-License-Identifier: BSD-2-Clause */
/* The call into the firmware, with a way back when it faults. */
#include <asm/linkage.h>

	.text
/*
 * __efi_call - call a service by the Microsoft ABI on the current tables
 * In:  rdi = function, rsi = array of its five arguments; interrupts off
 * Out: rax = its result; EFI_ABORTED when efi_fixup_fault() brought us back
 */
SYM_FUNC_START(__efi_call)
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdi
	movq	%rsp, efi_call_stack(%rip)
	subq	$48, %rsp		/* shadow space and the fifth argument; the stack is aligned here */
	movq	%rdi, %rax
	movq	32(%rsi), %r10
	movq	%r10, 32(%rsp)
	movq	(%rsi), %rcx
	movq	8(%rsi), %rdx
	movq	16(%rsi), %r8
	movq	24(%rsi), %r9
	call	*%rax
	movq	efi_call_stack(%rip), %rsp
	jmp	1f
SYM_CODE_START(efi_call_faulted)
	movabsq	$0x8000000000000015, %rax	/* EFI_ABORTED */
1:	cli				/* whatever the firmware left */
	cld
	movq	$0, efi_call_stack(%rip)
	popq	%rdi
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
SYM_CODE_END(efi_call_faulted)
SYM_FUNC_END(__efi_call)

	.data
	.balign 8
SYM_DATA_START(efi_call_stack)
	.quad	0
SYM_DATA_END(efi_call_stack)
