/* SPDX-License-Identifier: BSD-2-Clause */
/* What the firmware left to read: its memory map, its configuration table, its name. */
#include "efi_internal.h"
#include <asm/init_64.h>
#include <asm/setup.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/string.h>
#include <mm/memblock.h>

#define MAX_CONFIG_TABLES	256		/* more is a broken table */

struct efi_state efi;

bool efi_enabled(void)
{
	return efi.map;
}

/* Physical address of the table @guid names in the configuration table (4.6), 0 when there is none. */
static u64 config_table(efi_guid_t guid)
{
	const efi_system_table_t *st = boot_data_map(efi.systab_pa, sizeof(*st));
	const efi_system_table_32_t *st32 = (const void *)st;
	size_t stride = efi.firmware_32bit ? sizeof(guid) + sizeof(u32) : sizeof(guid) + sizeof(u64);
	const u8 *entry;
	u64 i, nr;

	if (!st || st->Hdr.Signature != EFI_SYSTEM_TABLE_MAGIC)
		return 0;
	nr = efi.firmware_32bit ? st32->NumberOfTableEntries : st->NumberOfTableEntries;
	entry = boot_data_map(efi.firmware_32bit ? st32->ConfigurationTable : (u64)(uintptr_t)st->ConfigurationTable,
			      min(nr, (u64)MAX_CONFIG_TABLES) * stride);
	for (i = 0; entry && i < min(nr, (u64)MAX_CONFIG_TABLES); i++, entry += stride)
		if (!memcmp(entry, &guid, sizeof(guid)))
			return efi.firmware_32bit ? *(const u32 *)(entry + sizeof(guid))
						  : *(const u64 *)(entry + sizeof(guid));
	return 0;
}

void efi_map_setup(void)
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
	/* a loader that does not know the field leaves it to us, as it did to Linux before 5.0 */
	if (!boot_params.acpi_rsdp_addr)
		boot_params.acpi_rsdp_addr = config_table(ACPI_20_GUID);
	if (!boot_params.acpi_rsdp_addr)
		boot_params.acpi_rsdp_addr = config_table(ACPI_10_GUID);
}

u64 efi_map_total(void)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < nr_descs(); i++)
		sum += desc_bytes(desc(i));
	return sum;
}

static const char *memory_type_name(u32 type)
{
	static const char *const names[] = {
		"Reserved", "LoaderCode", "LoaderData", "BootServicesCode", "BootServicesData",
		"RuntimeServicesCode", "RuntimeServicesData", "Conventional", "Unusable",
		"ACPIReclaim", "ACPIMemoryNVS", "MemoryMappedIO", "MemoryMappedIOPortSpace",
		"PalCode", "Persistent", "Unaccepted",
	};

	return type < ARRAY_SIZE(names) ? names[type] : "unknown type";
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
			printk("efi: total %-24s %12llu KiB in %u\n", memory_type_name(type),
			       (unsigned long long)sum >> 10, n);
	}
}

/*
 * Runtime memory is no RAM for us anyway. Boot services memory is, but some
 * firmware still runs code there when runtime services are called.
 */
void efi_reserve_memory(void)
{
	unsigned int i;

	if (!efi.map)
		return;
	memblock_reserve(efi.map_pa, efi.map_size, MEM_EFI_MAP);
	if (efi.firmware_32bit)		/* no call will be made */
		return;
	for (i = 0; i < nr_descs(); i++)
		if (desc(i)->Type == EfiBootServicesCode || desc(i)->Type == EfiBootServicesData)
			memblock_reserve(desc(i)->PhysicalStart, desc_bytes(desc(i)), MEM_EFI_BOOT);
}

unsigned int efi_firmware_bits(void)
{
	return efi.firmware_32bit ? 32 : 64;
}

/* Where the name of the firmware's vendor is; 0 when there is no such table. */
static u64 firmware_vendor(u32 *revision)
{
	const efi_system_table_t *st = boot_data_map(efi.systab_pa, sizeof(*st));
	const efi_system_table_32_t *st32 = (const void *)st;

	if (!st || st->Hdr.Signature != EFI_SYSTEM_TABLE_MAGIC)
		return 0;
	*revision = efi.firmware_32bit ? st32->FirmwareRevision : st->FirmwareRevision;
	return efi.firmware_32bit ? st32->FirmwareVendor : (u64)(uintptr_t)st->FirmwareVendor;
}

bool efi_firmware(char *vendor, size_t size, u32 *revision)
{
	const efi_char16_t *from;
	u64 pa;
	size_t i;

	if (!efi.map)
		return false;
	pa = firmware_vendor(revision);
	if (!pa)
		return false;
	from = boot_data_map(pa, 2 * size);
	for (i = 0; from && i < size - 1 && from[i]; i++)
		vendor[i] = from[i] < 0x7f && from[i] >= ' ' ? from[i] : '?';
	vendor[i] = 0;
	return true;
}
