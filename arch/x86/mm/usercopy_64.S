/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moving blocks to and from user programs, <asm/uaccess.h>. A string instruction
 * moves as much in one step as a loop does in four, and when it faults, its
 * registers tell how far it came.
 */
#include <asm/extable.h>
#include <asm/linkage.h>

	.text

/* copy_user - in: rdi = dst, rsi = src, rdx = n; out: rax = bytes not copied */
SYM_FUNC_START(copy_user)
	movl	%edx, %eax
	movq	%rdx, %rcx
	andl	$7, %eax
	shrq	$3, %rcx
.Lcopy_words:
	rep movsq
	movl	%eax, %ecx
.Lcopy_bytes:
	rep movsb
	xorl	%eax, %eax
	ret
.Lcopy_words_fault:			/* rax + 8 * rcx are left; bytes of the word that faulted may yet be there */
	leaq	(%rax,%rcx,8), %rcx
.Lcopy_last:
	rep movsb
.Lcopy_bytes_fault:
	movq	%rcx, %rax
	ret
	_ASM_EXTABLE(.Lcopy_words, .Lcopy_words_fault)
	_ASM_EXTABLE(.Lcopy_bytes, .Lcopy_bytes_fault)
	_ASM_EXTABLE(.Lcopy_last, .Lcopy_bytes_fault)
SYM_FUNC_END(copy_user)

/* zero_user - in: rdi = dst, rsi = n; out: rax = bytes not cleared */
SYM_FUNC_START(zero_user)
	movq	%rsi, %rcx
	movl	%esi, %edx
	xorl	%eax, %eax
	andl	$7, %edx
	shrq	$3, %rcx
.Lzero_words:
	rep stosq
	movl	%edx, %ecx
.Lzero_bytes:
	rep stosb
	ret
.Lzero_words_fault:
	leaq	(%rdx,%rcx,8), %rcx
.Lzero_last:
	rep stosb
.Lzero_bytes_fault:
	movq	%rcx, %rax
	ret
	_ASM_EXTABLE(.Lzero_words, .Lzero_words_fault)
	_ASM_EXTABLE(.Lzero_bytes, .Lzero_bytes_fault)
	_ASM_EXTABLE(.Lzero_last, .Lzero_bytes_fault)
SYM_FUNC_END(zero_user)
