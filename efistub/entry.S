/* SPDX-License-Identifier: BSD-2-Clause */
/* The two ends of the EFI stub: in by the Microsoft ABI, out by the boot protocol. */
#include <asm/linkage.h>

	.text
/*
 * efi_pe_entry - entry point of the PE image (UEFI 2.10, 2.3.4)
 * In:  rcx = image handle, rdx = system table, stack misaligned by the call, or as it pleases the firmware
 * Out: rax = status; rdi, rsi and rbp are kept for the caller, as its ABI demands
 */
SYM_CODE_START(efi_pe_entry)
	movq	%rdx, %r9
	rdtsc				/* the time of our first instruction */
	shlq	$32, %rdx
	orq	%rax, %rdx
	movq	%rsp, %r8		/* and the CPU as we got it */
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rdi
	pushq	%rsi
	movq	%rcx, %rdi
	movq	%r9, %rsi
	pushfq
	popq	%rcx
	cld
	andq	$-16, %rsp		/* what the firmware wants of us, it may not have given */
	call	efi_main		/* gcc keeps the xmm registers: it uses none */
	leaq	-16(%rbp), %rsp
	popq	%rsi
	popq	%rdi
	popq	%rbp
	ret
SYM_CODE_END(efi_pe_entry)

/*
 * efi_enter_kernel - leave the firmware; does not return (boot.rst, 64-bit protocol)
 * In:  rdi = startup_64, rsi = struct boot_params *
 * Out: interrupts off, DF clear, identity map still live, rsi kept
 */
SYM_CODE_START(efi_enter_kernel)
	cli
	cld
	xorl	%ebp, %ebp		/* end of the frame chain for unwinders */
	jmp	*%rdi
SYM_CODE_END(efi_enter_kernel)
