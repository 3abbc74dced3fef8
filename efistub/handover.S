/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI handover protocol (boot.rst): a boot loader that is itself an EFI
 * application has put the protected-mode part into memory and made boot_params,
 * and calls us while the firmware still serves. The header page is not in
 * memory then. One number of the setup header, handover_offset, names both
 * entries: the 64-bit one is 0x200 bytes behind the 32-bit one.
 *
 * Here too: the 32-bit stub, and the entry that 32-bit firmware finds through
 * the .compat section.
 */
#include <asm/linkage.h>
#include <boot/pe.h>

	.section .handover.text, "ax", @progbits
	.code32
/*
 * efi32_stub_entry - 32-bit handover
 * In:  cdecl: image handle of the loader, system table, boot_params
 */
SYM_CODE_START(efi32_stub_entry)
	cld
	movl	4(%esp), %ecx
	movl	8(%esp), %edx
	movl	12(%esp), %ebx
	andl	$-16, %esp
	call	call_stub32
1:	hlt					/* it does not come back when there are boot_params */
	jmp	1b
SYM_CODE_END(efi32_stub_entry)

/*
 * efi32_pe_entry - named by .compat, called by 32-bit firmware
 * In:  cdecl: image handle, system table
 * Out: eax = status
 */
SYM_CODE_START(efi32_pe_entry)
	pushl	%ebp
	movl	%esp, %ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	8(%ebp), %ecx
	movl	12(%ebp), %edx
	xorl	%ebx, %ebx
	andl	$-16, %esp
	call	call_stub32
	leal	-12(%ebp), %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
SYM_CODE_END(efi32_pe_entry)

/*
 * In:  ecx = image handle, edx = system table, ebx = boot_params or 0; the stack
 *      was a multiple of 16 before the call
 * Out: eax = status
 */
SYM_CODE_START(call_stub32)
	call	1f
1:	popl	%eax
	subl	$(1b - efi32_stub_entry), %eax
	leal	_rva_stub32(%eax), %esi		/* from here to the blob, and to the payload */
	leal	_rva_payload(%eax), %edi
	subl	$12, %esp
	pushl	%edi
	pushl	%ebx
	pushl	%edx
	pushl	%ecx
	call	*%esi
	addl	$28, %esp
	ret
SYM_CODE_END(call_stub32)

	.org	0x200
	.code64
/*
 * efi64_stub_entry - 64-bit handover
 * In:  rdi = image handle of the loader, rsi = system table, rdx = boot_params
 * Some loaders jump instead of calling, so nothing is known of the stack but
 * that it is one, and there is no way back but through the firmware.
 */
SYM_CODE_START(efi64_stub_entry)
	cld
	movq	%rdx, %rcx
	rdtsc				/* the time of our first instruction */
	shlq	$32, %rdx
	orq	%rax, %rdx
	xchgq	%rdx, %rcx
	andq	$-16, %rsp
	call	efi_handover
SYM_CODE_END(efi64_stub_entry)

	.text
	.balign 16
SYM_DATA_START(stub32_blob)
	.incbin "stub32/stub32.bin"
SYM_DATA_END(stub32_blob)

/* Where other kinds of CPU enter; the format is that of Linux and EDK II. */
	.section .compat, "a", @progbits
	.byte	1				/* version */
	.byte	8				/* size of this entry */
	.word	IMAGE_FILE_MACHINE_I386
	.long	_rva_efi32_pe_entry
	.byte	0				/* end of the list */
