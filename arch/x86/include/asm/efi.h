/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UEFI after ExitBootServices: the memory map the stub kept, and the runtime
 * services. They run on page tables of their own, at the virtual addresses that
 * SetVirtualAddressMap told them; a firmware that faults there is cut off and
 * never called again.
 */
#ifndef ASM_EFI_H
#define ASM_EFI_H

#include <boot/efi.h>

/** efi_enabled() - whether UEFI started us and left a memory map */
bool efi_enabled(void);

/** efi_map_setup() - check and copy what boot_params says of UEFI; before anything else here */
void efi_map_setup(void);

/** efi_map_remap() - after paging_init(): mem= may have cut the map from the direct map */
void efi_map_remap(void);

/** efi_map_total() - bytes the firmware's map describes, all types */
u64 efi_map_total(void);

/** efi_map_print() - totals of the firmware's map by UEFI memory type */
void efi_map_print(void);

/** efi_reserve_memory() - keep map, runtime and boot services memory out of memblock's free ranges */
void efi_reserve_memory(void);

/**
 * efi_enter_virtual_mode() - SetVirtualAddressMap (UEFI 2.10, 8.4.1), once; after efi_map_remap()
 * The services below work from here on, or a line says why not: "noefi", 32-bit
 * firmware, a firmware that refuses or faults. When another kernel made the call
 * before it started us, its addresses are kept.
 */
void efi_enter_virtual_mode(void);

/** efi_free_boot_services() - after efi_enter_virtual_mode(), before mm_init(): that memory is free RAM now */
void efi_free_boot_services(void);

/** efi_pgtable() - top-level table the services run on, of as many levels as kernel_pgtable; 0: none */
phys_addr_t efi_pgtable(void);

/** efi_firmware_bits() - 32 or 64 */
unsigned int efi_firmware_bits(void);

/** efi_firmware() - the vendor in ASCII, for the banner; NULL when not started by UEFI */
const char *efi_firmware(u32 *revision);

/** efi_runtime_enabled() - whether the services below may work */
bool efi_runtime_enabled(void);

/*
 * The services. Context: any; interrupts are off during a call, which may take
 * long when it writes to flash memory. Pointers are the kernel's.
 * Return: 0; -ENODEV when there are no runtime services, or no more after a
 * fault in this call; else the firmware's error as -Exxx.
 */

/** efi_get_time() - GetTime (8.3.1): the wall clock, all fields in range, else -EIO */
int efi_get_time(efi_time_t *now);

/** efi_set_time() - SetTime (8.3.2); -EINVAL when a field is out of range */
int efi_set_time(const efi_time_t *now);

/**
 * efi_get_variable() - GetVariable (8.2.1)
 * @attr: EFI_VARIABLE_*; may be NULL
 * @size: bytes @data has room for; then bytes of the value, also with -ERANGE, when they do not fit
 */
int efi_get_variable(const efi_char16_t *name, const efi_guid_t *vendor, u32 *attr, size_t *size, void *data);

/**
 * efi_next_variable() - GetNextVariableName (8.2.2)
 * @name, @vendor: the variable before; at first an empty name
 * @size: bytes of @name
 * Return: as above; -ENOENT after the last, -ERANGE when the next name is longer.
 */
int efi_next_variable(efi_char16_t *name, size_t size, efi_guid_t *vendor);

/** efi_set_variable() - SetVariable (8.2.3); @size 0 removes it */
int efi_set_variable(const efi_char16_t *name, const efi_guid_t *vendor, u32 attr, size_t size, const void *data);

/**
 * efi_reset() - ResetSystem (8.5.1)
 * Return: only when there are no runtime services, or they failed.
 */
void efi_reset(EFI_RESET_TYPE type);

/** efi_fixup_fault() - from the exception handler: leave a faulting runtime call; false if there is none */
struct pt_regs;
bool efi_fixup_fault(struct pt_regs *regs);

#endif
