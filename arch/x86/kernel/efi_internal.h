/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the efi*.c files and by nobody else. */
#ifndef EFI_INTERNAL_H
#define EFI_INTERNAL_H

#include <asm/efi.h>
#include <asm/page.h>

#define EFI_VENDOR_SIZE		64
#define EFI_MAX_TABLES		64	/* of the configuration table; machines have some 20 */

struct efi_table {
	efi_guid_t	guid;
	u64		pa;
};

/* Set once during boot; only pgd changes later, to 0, when the firmware is cut off. */
extern struct efi_state {
	const void	*map;			/* in the direct map; NULL: not started by UEFI */
	u64		map_pa, map_size, desc_size;
	bool		firmware_32bit;		/* EL32: its services cannot be called from long mode */

	/* copied from the system table, as what it points to may be freed or get another address */
	u64		systab_pa;
	u64		runtime_services;	/* as found there: physical, or virtual after another kernel */
	u32		revision, firmware_revision;
	char		vendor[EFI_VENDOR_SIZE];	/* "": no system table */
	struct efi_table tables[EFI_MAX_TABLES];
	unsigned int	nr_tables;

	void		*regions;		/* runtime descriptors, highest first, same stride as map */
	unsigned int	nr_regions;
	phys_addr_t	pgd;			/* page tables the services run on, 0: none may be called */
	efi_runtime_services_t *services;	/* the firmware's table, its pointers virtual; NULL: none may be called */
} efi;

static inline unsigned int nr_descs(void)
{
	return efi.map ? efi.map_size / efi.desc_size : 0;
}

static inline const efi_memory_desc_t *desc(unsigned int i)
{
	return (const void *)((const u8 *)efi.map + i * efi.desc_size);
}

static inline efi_memory_desc_t *runtime_region(unsigned int i)
{
	return (void *)((u8 *)efi.regions + i * efi.desc_size);
}

static inline u64 desc_bytes(const efi_memory_desc_t *d)
{
	return d->NumberOfPages << PAGE_SHIFT;
}

/** efi_config_table() - physical address of the table @guid names (4.6), 0 when there is none */
u64 efi_config_table(efi_guid_t guid);

/** efi_is_region_va() - whether [@va, @va + @size) is in the part of the address space that is the firmware's */
bool efi_is_region_va(u64 va, u64 size);

/**
 * efi_virtual_to_phys() - undo another kernel's SetVirtualAddressMap, which changed pointers of the system table
 * Return: @address itself when the firmware's map has no such virtual address.
 */
u64 efi_virtual_to_phys(u64 address);

/**
 * efi_call_service() - call @service with up to five arguments on the tables of efi.pgd
 * @name: for the message when it faults; runtime services are off then
 * Interrupts are off meanwhile, so that a fault on these tables is the firmware's.
 * Return: its status; EFI_ABORTED after a fault, EFI_UNSUPPORTED when services are off.
 */
efi_status_t efi_call_service(const char *name, u64 service, const u64 args[5]);

#endif
