/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the firmware's memory map to e820: types are translated and neighbours
 * joined on the way, which leaves little of a typical map for e820_sanitize()
 * to sort. Pure: no firmware call, no allocation.
 */
#include <boot/efi.h>
#include <lib/e820.h>
#include <lib/string.h>
#include "efi_e820.h"

#define EFI_PAGE_SHIFT_4K	12

/* The other types that may become RAM once the firmware is gone. */
static u32 ram_or_soft_reserved(u64 attribute, bool soft_reserve)
{
	return soft_reserve && attribute & EFI_ATTR_SP ? E820_TYPE_SOFT_RESERVED : E820_TYPE_RAM;
}

u32 efi_type_to_e820(u32 type, u64 attribute, bool soft_reserve)
{
	switch (type) {
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
	case EfiConventionalMemory:
		return ram_or_soft_reserved(attribute, soft_reserve);
	case EfiUnusableMemory:
		return E820_TYPE_UNUSABLE;
	case EfiACPIReclaimMemory:
		return E820_TYPE_ACPI;
	case EfiACPIMemoryNVS:
		return E820_TYPE_NVS;
	case EFI_PERSISTENT_MEMORY_TYPE:
		return E820_TYPE_PMEM;
	case EfiReservedMemoryType:
	case EfiRuntimeServicesCode:
	case EfiRuntimeServicesData:
	case EfiMemoryMappedIO:
	case EfiMemoryMappedIOPortSpace:
	case EfiPalCode:
	case EFI_UNACCEPTED_MEMORY_TYPE:	/* there, but a touch before it is accepted faults */
		return E820_TYPE_RESERVED;
	default:
		return 0;
	}
}

struct e820_writer {
	struct boot_e820_entry	*out;
	unsigned int		nr, max;	/* entries */
};

/* Whether the last entry ends at @addr without wrapping and can grow by @size. */
static bool joins_last(const struct e820_writer *w, u64 addr, u64 size, u32 type)
{
	const struct boot_e820_entry *last = &w->out[w->nr - 1];

	return last->type == type && last->size <= addr && last->addr == addr - last->size &&
	       last->size + size >= size;
}

static bool e820_write(struct e820_writer *w, u64 addr, u64 size, u32 type)
{
	if (w->nr && joins_last(w, addr, size, type)) {
		w->out[w->nr - 1].size += size;
		return true;
	}
	if (w->nr == w->max)
		return false;
	w->out[w->nr++] = (struct boot_e820_entry){ addr, size, type };
	return true;
}

/* Translate one descriptor; false when there is no room. */
static bool convert_desc(struct e820_writer *w, const efi_memory_desc_t *desc,
			 bool soft_reserve, struct e820_report *report)
{
	u32 type = efi_type_to_e820(desc->Type, desc->Attribute, soft_reserve);
	u64 size = desc->NumberOfPages << EFI_PAGE_SHIFT_4K;

	if (!desc->NumberOfPages) {
		report->empty++;
		return true;
	}
	if (!type)
		return true;
	if (size >> EFI_PAGE_SHIFT_4K != desc->NumberOfPages) {
		size = ~0ULL;
		/* from any other address e820_sanitize() sees it wrap, and counts it */
		if (!desc->PhysicalStart)
			report->wrapped++;
	}
	return e820_write(w, desc->PhysicalStart, size, type);
}

int efi_map_to_e820(const struct efi_memory_map *map, bool soft_reserve,
		    struct boot_e820_entry *out, unsigned int max,
		    struct e820_change *scratch, struct e820_report *report)
{
	struct e820_writer w = { .out = out, .max = max };
	struct e820_report found = { 0 }, settled;
	const u8 *pos = map->desc;
	efi_memory_desc_t desc;
	int nr;

	if (map->desc_size < sizeof(desc))
		return -1;
	for (u64 left = map->size; left >= map->desc_size; left -= map->desc_size) {
		memcpy(&desc, pos, sizeof(desc));
		if (!convert_desc(&w, &desc, soft_reserve, &found))
			return -1;
		pos += map->desc_size;
	}
	nr = e820_sanitize(out, w.nr, max, scratch, &settled);
	if (report && nr >= 0) {
		report->empty = found.empty + settled.empty;
		report->wrapped = found.wrapped + settled.wrapped;
		report->overlaps = settled.overlaps;
	}
	return nr;
}
