/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls into the BIOS, and reads outside our segment. C code here is gcc -m16:
 * arguments in EAX, EDX, ECX, 32-bit return addresses, EBX ESI EDI EBP kept.
 */
#include <asm/linkage.h>
#include "setup.h"

#define REGS_SIZE	44		/* struct bios_regs */
#define REGS_EFLAGS	40

	.code16
	.text

/*
 * bios_call - interrupt AL with the registers at DX, what comes back goes to CX
 * There is no INT with a variable number, so the frame INT would push is pushed
 * by hand and the handler entered by a far return.
 */
SYM_FUNC_START(bios_call)
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ecx

	movw	%dx, %si
	pushw	REGS_EFLAGS(%si)		/* what the handler's IRET takes */
	pushw	%cs
	pushw	$.Lreturned
	xorw	%bx, %bx
	movw	%bx, %fs
	movb	%al, %bl
	shlw	$2, %bx
	pushl	%fs:(%bx)			/* the vector */

	subw	$REGS_SIZE, %sp
	movw	%sp, %di
	movw	$REGS_SIZE / 4, %cx
	rep movsl
	popal
	popw	%gs
	popw	%fs
	popw	%es
	popw	%ds
	popfl
	cli					/* as INT does; leaves carry as it is */
	lretw

.Lreturned:
	pushfl
	pushw	%ds
	pushw	%es
	pushw	%fs
	pushw	%gs
	pushal
	cld
	movw	%cs, %ax			/* a BIOS may leave any of these changed */
	movw	%ax, %ds
	movw	%ax, %es
	movzwl	%sp, %esp
	sti
	movw	%sp, %si
	movw	REGS_SIZE(%si), %di		/* the saved ECX: where the caller wants them */
	testw	%di, %di
	jz	1f
	movw	$REGS_SIZE / 4, %cx
	rep movsl
1:	addw	$REGS_SIZE + 4, %sp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	retl
SYM_FUNC_END(bios_call)

/* realmode_switch_hook - far call of EAX = segment:offset; it turns interrupts and NMI off */
SYM_FUNC_START(realmode_switch_hook)
	pushal
	pushl	%eax
	movw	%sp, %bp
	lcallw	*(%bp)
	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %es
	cld
	addw	$4, %sp
	popal
	retl
SYM_FUNC_END(realmode_switch_hook)

SYM_FUNC_START(far_read8)			/* AX = segment, DX = offset */
	movw	%ax, %fs
	pushl	%ebx
	movw	%dx, %bx
	movzbl	%fs:(%bx), %eax
	popl	%ebx
	retl
SYM_FUNC_END(far_read8)

SYM_FUNC_START(far_read16)
	movw	%ax, %fs
	pushl	%ebx
	movw	%dx, %bx
	movzwl	%fs:(%bx), %eax
	popl	%ebx
	retl
SYM_FUNC_END(far_read16)

SYM_FUNC_START(far_read32)
	movw	%ax, %fs
	pushl	%ebx
	movw	%dx, %bx
	movl	%fs:(%bx), %eax
	popl	%ebx
	retl
SYM_FUNC_END(far_read32)

SYM_FUNC_START(far_write32)			/* EAX = value, DX = segment, CX = offset */
	movw	%dx, %fs
	pushl	%ebx
	movw	%cx, %bx
	movl	%eax, %fs:(%bx)
	popl	%ebx
	retl
SYM_FUNC_END(far_write32)

SYM_FUNC_START(our_segment)
	xorl	%eax, %eax
	movw	%cs, %ax
	retl
SYM_FUNC_END(our_segment)
