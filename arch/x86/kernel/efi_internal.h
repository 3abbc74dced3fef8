/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by efi.c and efi_runtime.c and by nobody else. */
#ifndef EFI_INTERNAL_H
#define EFI_INTERNAL_H

#include <asm/efi.h>
#include <asm/page.h>

extern struct efi_state {
	const void	*map;			/* in the direct map; NULL: not started by UEFI */
	u64		map_pa, map_size, desc_size;
	u64		systab_pa;
	bool		firmware_32bit;		/* EL32: its services cannot be called from long mode */
	phys_addr_t	pgd;			/* runtime page tables, 0: no runtime services */
	u64		reset_system;		/* physical address of the service */
} efi;

static inline unsigned int nr_descs(void)
{
	return efi.map ? efi.map_size / efi.desc_size : 0;
}

static inline const efi_memory_desc_t *desc(unsigned int i)
{
	return (const void *)((const u8 *)efi.map + i * efi.desc_size);
}

static inline u64 desc_bytes(const efi_memory_desc_t *d)
{
	return d->NumberOfPages << PAGE_SHIFT;
}

#endif
