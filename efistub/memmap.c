/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's memory map and the way out. All buffers are taken in one
 * allocation sized for a map that grows; from then on the only firmware calls
 * are GetMemoryMap and ExitBootServices (UEFI 7.4.6), and after success none.
 */
#include "stub.h"
#include <lib/string.h>

#define SPARE_DESCRIPTORS	64
#define EXIT_TRIES		16
#define MAX_DESC_SIZE		4096

static efi_status_t read_map(struct stub *s, struct efi_memory_map *map, u64 capacity, UINTN *key)
{
	UINTN size = capacity, desc_size = 0;
	UINT32 version = 0;
	efi_status_t err;

	err = s->st->BootServices->GetMemoryMap(&size, (efi_memory_desc_t *)map->desc, key, &desc_size, &version);
	map->size = size;
	map->desc_size = desc_size;
	map->desc_version = version;
	return err;
}

/* How many bytes a map may need by the time it is read. */
static efi_status_t map_capacity(struct stub *s, u64 *capacity, u64 *desc_size)
{
	struct efi_memory_map probe = { NULL };
	efi_status_t err;
	UINTN key;

	err = read_map(s, &probe, 0, &key);
	if (err != EFI_BUFFER_TOO_SMALL)
		return EFI_ERROR(err) ? err : EFI_UNSUPPORTED;
	if (probe.desc_size < sizeof(efi_memory_desc_t) || probe.desc_size > MAX_DESC_SIZE || !probe.size)
		return EFI_UNSUPPORTED;
	*desc_size = probe.desc_size;
	*capacity = probe.size + SPARE_DESCRIPTORS * probe.desc_size;
	return EFI_SUCCESS;
}

efi_status_t stub_get_map(struct stub *s, struct efi_memory_map *map)
{
	u64 desc_size, capacity;
	void *buf = NULL;
	efi_status_t err;
	UINTN key;

	err = map_capacity(s, &capacity, &desc_size);
	if (EFI_ERROR(err))
		return err;
	err = s->st->BootServices->AllocatePool(EfiLoaderData, capacity, &buf);
	if (EFI_ERROR(err))
		return err;
	map->desc = buf;
	err = read_map(s, map, capacity, &key);
	if (EFI_ERROR(err))
		s->st->BootServices->FreePool(buf);
	return err;
}

static const efi_memory_desc_t *descriptor(const struct efi_memory_map *map, u64 i)
{
	return (const void *)((const u8 *)map->desc + i * map->desc_size);
}

static u64 nr_descriptors(const struct efi_memory_map *map)
{
	return (UINTN)map->size / (UINTN)map->desc_size;	/* no 64-bit division in 32-bit code */
}

bool stub_map_has_ram(const struct efi_memory_map *map)
{
	u64 i;

	for (i = 0; i < nr_descriptors(map); i++) {
		const efi_memory_desc_t *d = descriptor(map, i);

		if (d->NumberOfPages && efi_type_to_e820(d->Type, d->Attribute, false) == E820_TYPE_RAM)
			return true;
	}
	return false;
}

/*
 * Does the map make sense: RAM in it, our own kernel in RAM that is ours
 * (coreboot: firmware-open 336), and no range that e820 rules must repair?
 */
static efi_status_t check_map(struct stub *s, const struct efi_memory_map *map)
{
	unsigned int empty = 0, wrapping = 0;
	bool kernel_covered = false, sorted = true;
	struct e820_report report = { 0 };
	u64 i, highest = 0;

	if (!stub_map_has_ram(map))
		return stub_fail(s, EFI_NOT_FOUND, "%s (%llu entries)", STUB_NO_RAM,
				 (unsigned long long)nr_descriptors(map));
	for (i = 0; i < nr_descriptors(map); i++) {
		const efi_memory_desc_t *d = descriptor(map, i);
		u64 size = d->NumberOfPages << EFI_PAGE_SHIFT, end = d->PhysicalStart + size;

		empty += !d->NumberOfPages;
		wrapping += size >> EFI_PAGE_SHIFT != d->NumberOfPages || (size && end - 1 < d->PhysicalStart);
		sorted &= d->PhysicalStart >= highest;
		highest = max(highest, end);
		if (d->Type == EfiLoaderCode && d->PhysicalStart <= s->kernel_pa && s->kernel_pa < end)
			kernel_covered = true;
	}
	/* Entries may come in any order; only when they do is it worth asking whether some overlap. */
	if (!sorted)
		efi_map_to_e820(map, s->soft_reserve, s->e820, s->e820_max, s->scratch, &report);
	if (empty || wrapping || report.overlaps)
		stub_warn(s, "the firmware's map has %u empty and %u wrapping entries, %u overlaps",
			  empty, wrapping, report.overlaps);
	if (!kernel_covered)
		stub_warn(s, "the firmware's map does not list the pages we allocated for the kernel");
	return EFI_SUCCESS;
}

efi_status_t stub_memory_map(struct stub *s)
{
	u64 desc_size, nr, scratch, entries;
	efi_status_t err;
	UINTN key;
	u8 *pool;

	err = map_capacity(s, &s->map_capacity, &desc_size);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "the firmware does not tell the size of its memory map");
	s->map_capacity = ALIGN(s->map_capacity, 16);
	nr = (UINTN)s->map_capacity / (UINTN)desc_size;
	scratch = ALIGN(2 * nr * sizeof(struct e820_change), 16);
	entries = 2 * nr * sizeof(struct boot_e820_entry);
	err = s->st->BootServices->AllocatePool(EfiLoaderData, s->map_capacity + scratch + entries, &s->map_pool);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "no memory for a memory map of %llu entries", (unsigned long long)nr);
	pool = s->map_pool;
	s->map.desc = pool;
	s->scratch = (struct e820_change *)(pool + s->map_capacity);
	s->e820 = (struct boot_e820_entry *)(pool + s->map_capacity + scratch);
	s->e820_max = 2 * nr;

	/* While a failure can still be told: what the map says will hardly change until the next call. */
	err = read_map(s, &s->map, s->map_capacity, &key);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "the memory map cannot be read");
	err = check_map(s, &s->map);
	if (EFI_ERROR(err))
		return err;
	stub_detail(s, "%llu entries of %llu bytes, room for %llu",
		    (unsigned long long)nr_descriptors(&s->map),
		    (unsigned long long)s->map.desc_size, (unsigned long long)nr);
	return EFI_SUCCESS;
}

efi_status_t stub_exit_boot(struct stub *s)
{
	struct efi_info *info = &s->handoff->params.efi_info;
	efi_status_t err = EFI_INVALID_PARAMETER;
	unsigned int tries;
	UINTN key;

	for (tries = 0; tries < EXIT_TRIES && EFI_ERROR(err); tries++) {
		err = read_map(s, &s->map, s->map_capacity, &key);
		if (EFI_ERROR(err))
			break;
		err = s->st->BootServices->ExitBootServices(s->image, key);
	}
	if (EFI_ERROR(err))
		return stub_fail(s, err, "the firmware did not let go after %u tries, map of %llu bytes, room for %llu",
				 tries, (unsigned long long)s->map.size, (unsigned long long)s->map_capacity);
	info->efi_memmap = (uintptr_t)s->map.desc;
	info->efi_memmap_hi = (u64)(uintptr_t)s->map.desc >> 32;
	info->efi_memmap_size = s->map.size;
	info->efi_memdesc_size = s->map.desc_size;
	info->efi_memdesc_version = s->map.desc_version;
	return EFI_SUCCESS;
}

/*
 * The first 128 entries go into boot_params; the rest stays where it is and
 * becomes a SETUP_E820_EXT node, whose header takes the place of entry 127,
 * already copied.
 */
void stub_e820(struct stub *s)
{
	struct boot_params *params = &s->handoff->params;
	struct setup_data *ext;
	int nr;

	nr = efi_map_to_e820(&s->map, s->soft_reserve, s->e820, s->e820_max, s->scratch, NULL);
	if (nr < 0)
		nr = 0;			/* the kernel says that it got no map */
	params->e820_entries = min(nr, E820_MAX_ENTRIES_ZEROPAGE);
	memcpy(params->e820_table, s->e820, params->e820_entries * sizeof(s->e820[0]));
	if (nr <= E820_MAX_ENTRIES_ZEROPAGE)
		return;
	ext = (struct setup_data *)(s->e820 + E820_MAX_ENTRIES_ZEROPAGE) - 1;
	ext->type = SETUP_E820_EXT;
	ext->len = (nr - E820_MAX_ENTRIES_ZEROPAGE) * sizeof(s->e820[0]);
	ext->next = params->hdr.setup_data;
	params->hdr.setup_data = (uintptr_t)ext;
}
