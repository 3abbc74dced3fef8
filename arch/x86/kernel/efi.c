/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware left to read: its memory map, its name, its configuration
 * table; and the memory its boot services leave behind.
 */
#include "efi_internal.h"
#include <asm/init_64.h>
#include <asm/setup.h>
#include <kernel/initmem.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/boot_report.h>
#include <lib/string.h>
#include <mm/memblock.h>

struct efi_state efi;

bool efi_enabled(void)
{
	return efi.map;
}

/* ---------------------------------------------------------------- system table */

bool efi_is_region_va(u64 va, u64 size)
{
	return va >= EFI_VA_END && va < EFI_VA_START && size <= EFI_VA_START - va;
}

u64 __init efi_virtual_to_phys(u64 address)
{
	unsigned int i;

	for (i = 0; i < nr_descs(); i++) {
		const efi_memory_desc_t *d = desc(i);

		if (d->Attribute & EFI_ATTR_RUNTIME && efi_is_region_va(d->VirtualStart, desc_bytes(d)) &&
		    address - d->VirtualStart < desc_bytes(d))
			return d->PhysicalStart + (address - d->VirtualStart);
	}
	return address;
}

static void __init copy_vendor(u64 pa)
{
	const efi_char16_t *from = boot_data_map(pa, sizeof(*from) * EFI_VENDOR_SIZE);
	size_t i;

	for (i = 0; from && i < EFI_VENDOR_SIZE - 1 && from[i]; i++)
		efi.vendor[i] = from[i] < 0x7f && from[i] >= ' ' ? from[i] : '?';
}

static void __init copy_tables(u64 pa, u64 nr)
{
	size_t width = efi.firmware_32bit ? sizeof(u32) : sizeof(u64);
	const u8 *entry;

	nr = min(nr, (u64)EFI_MAX_TABLES);
	entry = boot_data_map(pa, nr * (sizeof(efi_guid_t) + width));
	for (; entry && efi.nr_tables < nr; efi.nr_tables++) {
		struct efi_table *table = &efi.tables[efi.nr_tables];

		memcpy(&table->guid, entry, sizeof(table->guid));
		memcpy(&table->pa, entry + sizeof(table->guid), width);
		entry += sizeof(table->guid) + width;
	}
}

static void __init read_system_table(void)
{
	const efi_system_table_t *st = boot_data_map(efi.systab_pa, sizeof(*st));
	const efi_system_table_32_t *st32 = (const void *)st;

	if (!st || st->Hdr.Signature != EFI_SYSTEM_TABLE_MAGIC) {
		boot_warn(STAGE_E820_TABLE, "no EFI system table at %#llx", (unsigned long long)efi.systab_pa);
		return;
	}
	efi.revision = st->Hdr.Revision;
	if (efi.firmware_32bit) {
		efi.firmware_revision = st32->FirmwareRevision;
		copy_vendor(st32->FirmwareVendor);
		copy_tables(st32->ConfigurationTable, st32->NumberOfTableEntries);
		return;
	}
	efi.firmware_revision = st->FirmwareRevision;
	efi.runtime_services = (u64)(uintptr_t)st->RuntimeServices;
	copy_vendor(efi_virtual_to_phys((u64)(uintptr_t)st->FirmwareVendor));
	copy_tables(efi_virtual_to_phys((u64)(uintptr_t)st->ConfigurationTable), st->NumberOfTableEntries);
}

u64 __init efi_config_table(efi_guid_t guid)
{
	unsigned int i;

	for (i = 0; i < efi.nr_tables; i++)
		if (!memcmp(&efi.tables[i].guid, &guid, sizeof(guid)))
			return efi.tables[i].pa;
	return 0;
}

unsigned int efi_firmware_bits(void)
{
	return efi.firmware_32bit ? 32 : 64;
}

const char *efi_firmware(u32 *revision)
{
	*revision = efi.firmware_revision;
	return efi.vendor[0] ? efi.vendor : NULL;
}

/* ---------------------------------------------------------------- memory map */

void __init efi_map_setup(void)
{
	const struct efi_info *info = &boot_params.efi_info;
	u64 pa = info->efi_memmap | (u64)info->efi_memmap_hi << 32;

	efi.firmware_32bit = info->efi_loader_signature == EFI32_LOADER_SIGNATURE;
	if ((!efi.firmware_32bit && info->efi_loader_signature != EFI64_LOADER_SIGNATURE) || !pa)
		return;
	if (info->efi_memdesc_size < sizeof(efi_memory_desc_t) || info->efi_memmap_size < info->efi_memdesc_size ||
	    info->efi_memmap_size > 4u << 20) {
		boot_warn(STAGE_E820_TABLE, "efi_info: a map of %u bytes in steps of %u, ignored",
			  info->efi_memmap_size, info->efi_memdesc_size);
		return;
	}
	efi.map = boot_data_map(pa, info->efi_memmap_size);
	if (!efi.map) {
		boot_warn(STAGE_E820_TABLE, "efi_info.efi_memmap %#llx is outside physical memory, ignored",
			  (unsigned long long)pa);
		return;
	}
	efi.map_pa = pa;
	efi.map_size = info->efi_memmap_size;
	efi.desc_size = info->efi_memdesc_size;
	efi.systab_pa = info->efi_systab | (u64)info->efi_systab_hi << 32;
	read_system_table();
	/* a loader that does not know the field leaves it to us, as it did to Linux before 5.0 */
	if (!boot_params.acpi_rsdp_addr)
		boot_params.acpi_rsdp_addr = efi_config_table(ACPI_20_GUID);
	if (!boot_params.acpi_rsdp_addr)
		boot_params.acpi_rsdp_addr = efi_config_table(ACPI_10_GUID);
}

void __init efi_map_remap(void)
{
	if (efi.map)
		efi.map = memremap(efi.map_pa, efi.map_size);
}

u64 efi_map_total(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < nr_descs(); i++)
		sum += desc_bytes(desc(i));
	return sum;
}

void efi_map_print(void)
{
	u32 type;
	unsigned int i, n;
	u64 sum;

	printk("efi: firmware map of %u entries\n", nr_descs());
	for (type = 0; type <= EFI_UNACCEPTED_MEMORY_TYPE; type++) {
		for (i = n = sum = 0; i < nr_descs(); i++)
			if (desc(i)->Type == type) {
				sum += desc_bytes(desc(i));
				n++;
			}
		if (n)
			printk("efi: total %-24s %12llu KiB in %u\n", efi_memory_type_name(type),
			       (unsigned long long)sum >> 10, n);
	}
}

/* ---------------------------------------------------------------- memory to keep, and for how long */

static void __init reserve_runtime(void)
{
	unsigned int i;

	for (i = 0; i < nr_descs(); i++)
		if (desc(i)->Attribute & EFI_ATTR_RUNTIME)
			memblock_reserve(desc(i)->PhysicalStart, desc_bytes(desc(i)), MEM_EFI_RUNTIME);
}

/*
 * Runtime memory is no RAM by its types, but some firmware has the attribute on
 * memory of other types. Boot services memory is RAM from now on, but some
 * firmware still runs code there in SetVirtualAddressMap.
 */
void __init efi_reserve_memory(void)
{
	unsigned int i;

	if (!efi.map)
		return;
	memblock_reserve(efi.map_pa, efi.map_size, MEM_EFI_MAP);
	reserve_runtime();
	for (i = 0; i < nr_descs(); i++)
		if (desc(i)->Type == EfiBootServicesCode || desc(i)->Type == EfiBootServicesData)
			memblock_reserve(desc(i)->PhysicalStart, desc_bytes(desc(i)), MEM_EFI_BOOT);
}

void __init efi_free_boot_services(void)
{
	unsigned long uses[NR_MEM_USES] = { 0 }, before, after;

	if (!efi.map)
		return;
	before = memblock_count_uses(uses);
	memblock_free_use(MEM_EFI_BOOT);
	after = memblock_count_uses(uses);
	printk("efi: boot services memory freed: %lu KiB\n", (before - after) << (PAGE_SHIFT - 10));
}
