/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UEFI after ExitBootServices: the memory map the stub kept, and the runtime
 * services. They run on page tables of their own, identity mapped, because no
 * SetVirtualAddressMap has been made; a firmware that faults there is cut off
 * and never called again.
 */
#ifndef ASM_EFI_H
#define ASM_EFI_H

#include <boot/efi.h>

/** efi_enabled() - whether UEFI started us and left a memory map */
bool efi_enabled(void);

/** efi_map_setup() - check what boot_params says of UEFI; before anything else here */
void efi_map_setup(void);

/** efi_map_total() - bytes the firmware's map describes, all types */
u64 efi_map_total(void);

/** efi_map_print() - totals of the firmware's map by UEFI memory type */
void efi_map_print(void);

/** efi_reserve_memory() - keep map, runtime and boot services memory out of memblock's free ranges */
void efi_reserve_memory(void);

/** efi_runtime_setup() - find the runtime services; efi_reset() works after it ("noefi" leaves it off) */
void efi_runtime_setup(void);

/** efi_pgtable() - top-level table the services run on, of as many levels as kernel_pgtable; 0: none */
phys_addr_t efi_pgtable(void);

/** efi_firmware_bits() - 32 or 64 */
unsigned int efi_firmware_bits(void);

/** efi_firmware() - vendor as ASCII and revision, for the banner; false when not started by UEFI */
bool efi_firmware(char *vendor, size_t size, u32 *revision);

/**
 * efi_reset() - ResetSystem (UEFI 2.10, 8.5.1)
 * Return: only when there are no runtime services, or they failed.
 */
void efi_reset(EFI_RESET_TYPE type);

/** efi_fixup_fault() - from the exception handler: leave a faulting runtime call; false if there is none */
struct pt_regs;
bool efi_fixup_fault(struct pt_regs *regs);

#endif
