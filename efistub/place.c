/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the kernel goes and how it gets there: a physical address at a multiple
 * of 2 MiB, a virtual one above the link address, both random when there is
 * randomness and nobody forbade it; then decompressed straight into its place.
 */
#include "stub.h"
#include "../arch/x86/boot/decompress/payload.h"
#include <asm/page.h>
#include <lib/cmdline.h>
#include <lib/string.h>

#define EFI_REVISION_2_00	(2u << 16)	/* of the UEFI specification, 4.2 */
#define MIN_ADDRESS	SZ_1M		/* the first MiB belongs to firmware and trampolines */

efi_status_t stub_payload(struct stub *s)
{
	enum payload_error err;

	err = payload_check(s->payload);
	if (err)
		return stub_fail(s, EFI_VOLUME_CORRUPTED, "%s", payload_strerror(err));
	stub_detail(s, "%u bytes compressed, %u decompressed, %u in memory", s->payload->block_size,
		    s->payload->image_size, s->payload->memory_size);
	return EFI_SUCCESS;
}

/*
 * AMI firmware up to 2.00 hangs when memory it does not expect is used
 * (Limine issue 530): there the kernel goes where it always goes.
 */
static bool firmware_is_old_ami(struct stub *s)
{
	static const efi_char16_t ami[] = L"American Megatrends";

	return s->st->FirmwareVendor && s->st->Hdr.Revision <= EFI_REVISION_2_00 &&
	       !memcmp(s->st->FirmwareVendor, ami, sizeof(ami));
}

/* The user moves memory around by hand: what looks free may not be. */
static bool map_is_edited(struct stub *s)
{
	char c;

	return cmdline_find_option(s->cmdline, "mem", &c, 1) >= 0 ||
	       cmdline_find_option(s->cmdline, "memmap", &c, 1) >= 0;
}

/* Places for @size bytes at multiples of 2 MiB in one descriptor: first address, count in *@slots. */
static u64 slots_in(const efi_memory_desc_t *d, u64 size, u64 *slots)
{
	u64 start = max((u64)d->PhysicalStart, (u64)MIN_ADDRESS), first = ALIGN(start, KERNEL_ALIGN);
	u64 end = d->PhysicalStart + (d->NumberOfPages << PAGE_SHIFT);
	u64 reach = (UINTN)-1;		/* of a pointer: 32-bit firmware has memory it cannot use */

	*slots = 0;
	if (d->PhysicalStart > reach)
		return 0;
	end = min(end, reach);
	if (d->Type != EfiConventionalMemory || (s64)d->NumberOfPages < 0 || end < start || first < start ||
	    first > end || end - first < size ||
	    d->Attribute & EFI_ATTR_SP)
		return 0;
	*slots = (end - first - size) / KERNEL_ALIGN + 1;
	return first;
}

/* The @nth place in the whole map; *@total receives how many there are. 0: none such. */
static u64 find_slot(const struct efi_memory_map *map, u64 size, u64 nth, u64 *total)
{
	u64 offset, slots, first;

	*total = 0;
	for (offset = 0; offset + map->desc_size <= map->size; offset += map->desc_size) {
		first = slots_in((const void *)((const u8 *)map->desc + offset), size, &slots);
		if (nth >= *total && nth - *total < slots)
			return first + (nth - *total) * KERNEL_ALIGN;
		*total += slots;
	}
	return 0;
}

static efi_status_t allocate_at(struct stub *s, u64 pa)
{
	EFI_PHYSICAL_ADDRESS where = pa;
	efi_status_t err;

	err = s->st->BootServices->AllocatePages(AllocateAddress, EfiLoaderCode, s->kernel_pages, &where);
	if (!EFI_ERROR(err))
		s->kernel_pa = pa;
	return err;
}

/*
 * A random place, else the preferred one, else the lowest. @random is 0 for
 * the fixed order; *@why is set when there is none.
 */
static efi_status_t allocate_kernel(struct stub *s, u64 random, const char **why)
{
	u64 size = s->kernel_pages << PAGE_SHIFT, total, nth;
	struct efi_memory_map map;
	efi_status_t err;

	if (!random && !EFI_ERROR(allocate_at(s, LOAD_PHYSICAL_ADDR)))
		return EFI_SUCCESS;
	*why = "the memory map cannot be read";
	err = stub_get_map(s, &map);
	if (EFI_ERROR(err))
		return err;
	*why = stub_map_has_ram(&map) ? "no room at any multiple of 2 MiB" : STUB_NO_RAM;
	find_slot(&map, size, ~0ULL, &total);
	nth = total && random ? (UINTN)random % (UINTN)total : 0;
	err = EFI_OUT_OF_RESOURCES;
	/* Getting the map took a pool page that may lie in the slot: try a few neighbours. */
	for (unsigned int i = 0; i < 8 && nth + i < total && EFI_ERROR(err); i++) {
		u64 unused, pa = find_slot(&map, size, nth + i, &unused);

		err = pa ? allocate_at(s, pa) : EFI_OUT_OF_RESOURCES;
	}
	s->st->BootServices->FreePool((void *)map.desc);
	return err;
}

efi_status_t stub_place(struct stub *s)
{
	u64 random[2] = { 0, 0 };
	const char *why = "";
	efi_status_t err;

	s->kernel_pages = ALIGN((u64)s->payload->memory_size, PAGE_SIZE) >> PAGE_SHIFT;
	if (s->no_kaslr)
		stub_detail(s, "KASLR off: asked for");
	else if (!stub_random(s, random, sizeof(random)))
		stub_detail(s, "KASLR off: no random number generator");
	if (random[0] && (map_is_edited(s) || firmware_is_old_ami(s))) {
		stub_detail(s, "physical KASLR off: %s", map_is_edited(s) ? "mem= or memmap= given"
									   : "AMI firmware up to 2.00");
		random[0] = 0;
	}
	err = allocate_kernel(s, random[0], &why);
	if (EFI_ERROR(err) && random[0])
		err = allocate_kernel(s, 0, &why);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "no place for %llu KiB of kernel: %s",
				 (unsigned long long)(s->kernel_pages << (PAGE_SHIFT - 10)), why);
	s->kernel_va = payload_virtual(s->payload, random[1]);
	stub_detail(s, "kernel at %#llx, virtual %#llx", (unsigned long long)s->kernel_pa,
		    (unsigned long long)s->kernel_va);
	if (random[1])
		s->handoff->params.hdr.loadflags |= KASLR_FLAG;
	return EFI_SUCCESS;
}

static void *kernel_image(struct stub *s)
{
	return (void *)(uintptr_t)s->kernel_pa;
}

efi_status_t stub_decompress(struct stub *s)
{
	enum payload_error err = payload_expand(s->payload, kernel_image(s));

	if (err)
		return stub_fail(s, EFI_VOLUME_CORRUPTED, "%s", payload_strerror(err));
	return EFI_SUCCESS;
}

efi_status_t stub_verify(struct stub *s)
{
	enum payload_error err = payload_verify(s->payload, kernel_image(s));

	if (err)
		return stub_fail(s, EFI_CRC_ERROR, "%s", payload_strerror(err));
	return EFI_SUCCESS;
}

efi_status_t stub_relocate(struct stub *s)
{
	enum payload_error err = payload_relocate(s->payload, kernel_image(s), s->kernel_va);

	if (err)
		return stub_fail(s, EFI_VOLUME_CORRUPTED, "%s", payload_strerror(err));
	return EFI_SUCCESS;
}

/*
 * With a memory attribute protocol (UEFI 2.10, 37.7), LoaderCode may come
 * without execute permission: text is first made read-only, then executable, so
 * it is never both writable and executable. Older firmware has no such
 * protocol, which is normal.
 */
efi_status_t stub_protect(struct stub *s)
{
	u64 size = ALIGN((u64)s->payload->text_size, PAGE_SIZE);
	efi_memory_attribute_t *attr = stub_locate(s, MEMORY_ATTRIBUTE_GUID);
	efi_status_t err;

	if (!attr)
		return EFI_SUCCESS;
	err = attr->set(attr, s->kernel_pa, size, EFI_ATTR_RO);
	s->text_protected = !EFI_ERROR(err);
	if (EFI_ERROR(err))		/* a pity, no more: the kernel protects its text itself */
		stub_warn(s, "the firmware does not make kernel text read-only (%#llx)", (unsigned long long)err);
	err = attr->clear(attr, s->kernel_pa, size, EFI_ATTR_XP);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "the firmware does not let kernel text be executable");
	stub_detail(s, "text executable, %#llx bytes", (unsigned long long)size);
	return EFI_SUCCESS;
}

void stub_unprotect(struct stub *s)
{
	u64 size;
	efi_memory_attribute_t *attr;

	if (!s->text_protected)
		return;
	size = ALIGN((u64)s->payload->text_size, PAGE_SIZE);
	attr = stub_locate(s, MEMORY_ATTRIBUTE_GUID);
	if (attr)
		attr->clear(attr, s->kernel_pa, size, EFI_ATTR_RO);
	s->text_protected = false;
}
