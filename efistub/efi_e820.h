/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one conversion from a UEFI memory map to e820. Pure: runs in the stub
 * after ExitBootServices and in the host tests.
 */
#ifndef EFISTUB_EFI_E820_H
#define EFISTUB_EFI_E820_H

#include <boot/efi.h>
#include <lib/e820.h>

struct efi_memory_map {
	const void	*desc;		/* first descriptor */
	u64		size;		/* bytes in all */
	u64		desc_size;	/* stride; 40 or more, often 48 */
	u32		desc_version;
};

/**
 * efi_type_to_e820() - e820 type of a descriptor
 * @type, @attribute: of the descriptor, UEFI 2.10 7.2.3
 * @soft_reserve: whether special-purpose memory is set aside (efi=nosoftreserve: false)
 * Return: E820_TYPE_*, or 0 for a type that e820 does not list.
 */
u32 efi_type_to_e820(u32 type, u64 attribute, bool soft_reserve);

/**
 * efi_map_to_e820() - convert, sort, settle overlaps, merge
 * @map:     the firmware's map, hostile: a stride under 40 bytes, a size that is
 *           no multiple of it, empty, overlapping and wrapping ranges occur
 * @out:     room for @max entries; 2 for each descriptor is always enough
 * @scratch: room for 2 elements for each descriptor
 * @report:  what was repaired; may be NULL
 * Return: number of entries, -1 when @out is too small or the stride is wrong.
 */
int efi_map_to_e820(const struct efi_memory_map *map, bool soft_reserve,
		    struct boot_e820_entry *out, unsigned int max,
		    struct e820_change *scratch, struct e820_report *report);

#endif
