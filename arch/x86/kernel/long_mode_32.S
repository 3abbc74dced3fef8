/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a door in 32-bit protected mode needs on its way to long mode: is there
 * one, page tables for it, and how to say that there is none. Built for the
 * loader and for the kernel; works wherever it lies, needs a stack and nothing else.
 */
#include <asm/linkage.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <asm/processor-flags.h>

	.text
	.code32
/*
 * verify_cpu_32 - does the CPU have long mode?
 * Out: eax = 0 if so. Clobbers ebx, ecx, edx; needs a stack.
 */
SYM_FUNC_START(verify_cpu_32)
	pushfl					/* CPUID exists if EFLAGS.ID can be changed */
	popl	%eax
	movl	%eax, %ecx
	xorl	$X86_EFLAGS_ID, %eax
	pushl	%eax
	popfl
	pushfl
	popl	%eax
	xorl	%ecx, %eax
	testl	$X86_EFLAGS_ID, %eax
	jz	1f
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	1f
	movl	$0x80000001, %eax
	cpuid
	btl	$29, %edx			/* CPUID.80000001H:EDX.LM */
	jnc	1f
	xorl	%eax, %eax
	ret
1:	movl	$1, %eax
	ret
SYM_FUNC_END(verify_cpu_32)

/*
 * ident_map_32 - identity map of the first 4 GiB with 2 MiB pages
 * In:  edi = IDENT_MAP_32_SIZE bytes: PML4, PDPT, 4 page directories
 * Out: edx = the PML4, for CR3. Clobbers eax, ecx, edi.
 */
SYM_FUNC_START(ident_map_32)
	movl	%edi, %edx
	xorl	%eax, %eax
	movl	$(IDENT_MAP_32_SIZE / 4), %ecx
	rep	stosl
	leal	(0x1000 + _KERNPG_TABLE)(%edx), %eax
	movl	%eax, (%edx)
	leal	(0x2000 + _KERNPG_TABLE)(%edx), %eax
	movl	%eax, 0x1000(%edx)
	addl	$0x1000, %eax
	movl	%eax, 0x1008(%edx)
	addl	$0x1000, %eax
	movl	%eax, 0x1010(%edx)
	addl	$0x1000, %eax
	movl	%eax, 0x1018(%edx)
	leal	0x2000(%edx), %edi
	movl	$(_PAGE_PSE | _KERNPG_TABLE), %eax
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	addl	$SZ_2M, %eax
	addl	$8, %edi
	decl	%ecx
	jnz	1b
	ret
SYM_FUNC_END(ident_map_32)

/*
 * stop_32 - say it where it can be seen without any help: COM1 and the VGA text screen
 * In:  esi = text
 */
SYM_CODE_START(stop_32)
	movl	$0xb8000, %edi
1:	lodsb
	testb	%al, %al
	jz	3f
	movb	$0x4f, %ah			/* white on red */
	stosw
	movb	%al, %bl
	movw	$0x3fd, %dx			/* COM1 line status */
	movl	$100000, %ecx
2:	inb	%dx, %al
	testb	$0x20, %al
	loopz	2b
	movb	%bl, %al
	movw	$0x3f8, %dx
	outb	%al, %dx
	jmp	1b
3:	hlt
	jmp	3b
SYM_CODE_END(stop_32)
