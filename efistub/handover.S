/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI handover protocol (boot.rst): a boot loader that is itself an EFI
 * application has put the protected-mode part into memory and made boot_params,
 * and calls us while the firmware still serves. The header page is not in
 * memory then. One number of the setup header, handover_offset, names both
 * entries: the 64-bit one is 0x200 bytes behind the 32-bit one.
 */
#include <asm/linkage.h>

	.section .handover.text, "ax", @progbits
	.code32
SYM_CODE_START(efi32_stub_entry)
	hlt
	jmp	efi32_stub_entry
SYM_CODE_END(efi32_stub_entry)

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
	andq	$-16, %rsp
	call	efi_handover
SYM_CODE_END(efi64_stub_entry)
