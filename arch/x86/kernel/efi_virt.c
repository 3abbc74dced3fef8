/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime services move to virtual addresses. Their page tables show each
 * runtime region at its new address and share the kernel's half but for that;
 * during SetVirtualAddressMap they also show all firmware memory where it was.
 *
 * New addresses go from EFI_VA_START down, from the highest region to the
 * lowest. Regions that touch keep their distance, since one image may lie in
 * several, and keep their place in 2 MiB, so that large pages fit.
 */
#include "efi_internal.h"
#include <asm/init_64.h>
#include <asm/setup.h>
#include <asm/tlb.h>
#include <kernel/initmem.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <mm/memblock.h>

#define MAX_MEMATTRS	4096		/* entries; more is a broken table */

static const efi_memory_attributes_t *memattrs;	/* NULL: there is none to go by */

/* ---------------------------------------------------------------- regions */

static bool __init is_runtime(const efi_memory_desc_t *d)
{
	return d->Attribute & EFI_ATTR_RUNTIME && d->NumberOfPages && d->NumberOfPages <= ~0ULL >> PAGE_SHIFT &&
	       IS_ALIGNED(d->PhysicalStart, PAGE_SIZE) && phys_is_address(d->PhysicalStart, desc_bytes(d));
}

static const efi_memory_desc_t *__init highest_runtime_below(u64 limit)
{
	const efi_memory_desc_t *found = NULL;
	unsigned int i;

	for (i = 0; i < nr_descs(); i++)
		if (is_runtime(desc(i)) && desc(i)->PhysicalStart < limit &&
		    (!found || desc(i)->PhysicalStart > found->PhysicalStart))
			found = desc(i);
	return found;
}

static u64 __init regions_size(void)
{
	return ALIGN(efi.nr_regions * efi.desc_size, PAGE_SIZE);
}

/* In pages of their own, as the firmware is going to read them. */
static bool __init copy_regions(void)
{
	const efi_memory_desc_t *d;
	unsigned int i;

	for (i = 0; i < nr_descs(); i++)
		efi.nr_regions += is_runtime(desc(i));
	if (!efi.nr_regions)
		return false;
	efi.regions = memblock_alloc(regions_size(), PAGE_SIZE, MEM_EFI_MAP);
	if (!efi.regions)
		return false;
	d = highest_runtime_below(~0ULL);
	for (i = 0; d; i++, d = highest_runtime_below(d->PhysicalStart))
		memcpy(runtime_region(i), d, efi.desc_size);
	efi.nr_regions = i;		/* fewer, when two began at one address */
	return true;
}

static const efi_memory_desc_t *__init region_of_phys(u64 pa, u64 size)
{
	unsigned int i;

	for (i = 0; i < efi.nr_regions; i++) {
		const efi_memory_desc_t *r = runtime_region(i);
		u64 at = pa - r->PhysicalStart;

		if (at < desc_bytes(r) && size <= desc_bytes(r) - at)
			return r;
	}
	return NULL;
}

static bool __init choose_addresses(void)
{
	u64 va = EFI_VA_START;
	unsigned int i;

	for (i = 0; i < efi.nr_regions; i++) {
		efi_memory_desc_t *r = runtime_region(i);

		if (desc_bytes(r) + PMD_SIZE > va - EFI_VA_END)
			return false;
		va -= desc_bytes(r);
		va -= (va - r->PhysicalStart) & (PMD_SIZE - 1);
		r->VirtualStart = va;
	}
	return true;
}

/* What another kernel chose comes from its loader: it must not touch what is ours. */
static bool __init check_addresses(void)
{
	unsigned int i;

	for (i = 0; i < efi.nr_regions; i++) {
		const efi_memory_desc_t *r = runtime_region(i);

		if (!IS_ALIGNED(r->VirtualStart, PAGE_SIZE) || !efi_is_region_va(r->VirtualStart, desc_bytes(r)))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- memory attributes (UEFI 2.10, 4.6.4) */

static const efi_memory_desc_t *__init memattr(const efi_memory_attributes_t *table, unsigned int i)
{
	return (const void *)((const u8 *)(table + 1) + i * table->DescriptorSize);
}

/* Each entry describes whole pages of one region, of the region's type. */
static bool __init memattr_is_sane(const efi_memory_desc_t *e)
{
	const efi_memory_desc_t *r = region_of_phys(e->PhysicalStart, desc_bytes(e));

	return r && r->Type == e->Type && IS_ALIGNED(e->PhysicalStart, PAGE_SIZE) && e->NumberOfPages &&
	       e->NumberOfPages <= r->NumberOfPages;
}

static bool __init memattrs_are_sane(const efi_memory_attributes_t *table)
{
	unsigned int i;

	for (i = 0; i < table->NumberOfEntries; i++)
		if (!memattr_is_sane(memattr(table, i)))
			return false;
	return true;
}

static void __init find_memattrs(void)
{
	u64 pa = efi_config_table(MEMORY_ATTRIBUTES_TABLE_GUID);
	const efi_memory_attributes_t *table = pa ? memremap(pa, sizeof(*table)) : NULL;

	if (!table)
		return;
	if (table->DescriptorSize >= sizeof(efi_memory_desc_t) && table->DescriptorSize <= PAGE_SIZE &&
	    table->NumberOfEntries <= MAX_MEMATTRS)
		table = memremap(pa, sizeof(*table) + (u64)table->NumberOfEntries * table->DescriptorSize);
	else
		table = NULL;
	if (table && memattrs_are_sane(table))
		memattrs = table;
	else
		boot_warn(STAGE_EFI_RUNTIME, "the firmware's table of memory attributes makes no sense, ignored");
}

/* The entry for @pa, NULL when there is none; @end moves down to where another begins to count. */
static const efi_memory_desc_t *__init memattr_at(u64 pa, u64 *end)
{
	const efi_memory_desc_t *found = NULL;
	unsigned int i;

	for (i = 0; memattrs && i < memattrs->NumberOfEntries; i++) {
		const efi_memory_desc_t *e = memattr(memattrs, i);

		if (pa - e->PhysicalStart < desc_bytes(e)) {
			found = e;
			*end = min(*end, e->PhysicalStart + desc_bytes(e));
		} else if (e->PhysicalStart > pa) {
			*end = min(*end, e->PhysicalStart);
		}
	}
	return found;
}

/* ---------------------------------------------------------------- page tables */

static u64 __init region_prot(const efi_memory_desc_t *r, const efi_memory_desc_t *attr)
{
	bool code = r->Type == EfiRuntimeServicesCode || r->Type == EfiBootServicesCode;
	u64 prot = PAGE_KERNEL & ~_PAGE_GLOBAL;

	if (!(r->Attribute & EFI_ATTR_WB))
		prot |= _PAGE_CACHE_UC;
	if (attr) {
		code = !(attr->Attribute & EFI_ATTR_XP);
		if (attr->Attribute & EFI_ATTR_RO)
			prot &= ~_PAGE_RW;
	} else if (!memattrs && r->Type == EfiRuntimeServicesData && !(r->Attribute & EFI_ATTR_XP)) {
		code = true;		/* firmware before UEFI 2.5 runs code from its data, too */
	}
	return code ? prot & ~_PAGE_NX : prot;
}

static int __init map_virtual(struct pgtable *pt, const efi_memory_desc_t *r)
{
	u64 pa = r->PhysicalStart, stop = pa + desc_bytes(r), end;
	int err = 0;

	for (; pa < stop && !err; pa = end) {
		const efi_memory_desc_t *attr;

		end = stop;
		attr = memattr_at(pa, &end);
		err = pgtable_map(pt, r->VirtualStart + (pa - r->PhysicalStart), pa, end - pa, region_prot(r, attr));
	}
	return err;
}

/* How the firmware may use @d at its physical address; 0: not at all */
static u64 __init identity_prot(const efi_memory_desc_t *d)
{
	const u64 prot = PAGE_KERNEL & ~(_PAGE_GLOBAL | _PAGE_NX);

	if (is_runtime(d))
		return prot | (d->Attribute & EFI_ATTR_WB ? 0 : _PAGE_CACHE_UC);
	return d->Type == EfiBootServicesCode || d->Type == EfiBootServicesData ? prot : 0;
}

/*
 * All that the firmware may touch while it still is at its physical addresses, and its
 * arguments. Neighbours are mapped together, in large pages where there are any.
 */
static int __init map_identity(struct pgtable *pt)
{
	unsigned int i, next;
	int err = pgtable_map(pt, __pa(efi.regions), __pa(efi.regions), regions_size(), PAGE_KERNEL & ~_PAGE_GLOBAL);

	for (i = 0; i < nr_descs() && !err; i = next) {
		u64 start = desc(i)->PhysicalStart, end = start + desc_bytes(desc(i)), prot = identity_prot(desc(i));

		for (next = i + 1; next < nr_descs() && desc(next)->PhysicalStart == end && identity_prot(desc(next)) == prot; next++)
			end += desc_bytes(desc(next));
		if (prot)
			err = pgtable_map(pt, start, start, end - start, prot);
	}
	return err;
}

static void __init free_tables(struct pgtable *pt, u64 entry, unsigned int level)
{
	u64 *table;
	unsigned int i;

	if (!(entry & _PAGE_PRESENT) || pgtable_is_leaf(entry, level))
		return;
	table = pt->table(entry & PTE_PFN_MASK);
	for (i = 0; i < PTRS_PER_TABLE; i++)
		free_tables(pt, table[i], level - 1);
	memblock_free(entry & PTE_PFN_MASK, PAGE_SIZE);
}

static void __init unmap_identity(struct pgtable *pt)
{
	u64 *top = pt->table(pt->root);
	unsigned int i;

	for (i = 0; i < PTRS_PER_TABLE / 2; i++) {
		free_tables(pt, top[i], pt->levels);
		top[i] = 0;
	}
	forget_pcid(PCID_EFI);
}

/* The way down to the last 512 GiB, which kernel and firmware divide, gets tables of its own. */
static bool __init copy_last_entries(struct pgtable *pt)
{
	const u64 *from = init_top_pgt;
	u64 *to = pt->table(pt->root);
	unsigned int level;

	for (level = pt->levels; level > 3; level--) {
		phys_addr_t table = pt->alloc();

		if (!table)
			return false;
		from = pt->table(from[PTRS_PER_TABLE - 1] & PTE_PFN_MASK);
		to[PTRS_PER_TABLE - 1] = table | _KERNPG_TABLE;
		to = pt->table(table);
		memcpy(to, from, PAGE_SIZE);
	}
	return true;
}

static const char *__init build_tables(struct pgtable *pt)
{
	unsigned int i;
	int err = 0;

	*pt = kernel_pgtable;
	pt->root = pt->alloc();
	if (!pt->root)
		return "no memory for page tables";
	/* an NMI or machine check during a call finds its stack, and what it prints on */
	memcpy(pt->table(pt->root) + PTRS_PER_TABLE / 2, init_top_pgt + PTRS_PER_TABLE / 2, PAGE_SIZE / 2);
	if (!copy_last_entries(pt))
		return "no memory for page tables";
	for (i = 0; i < efi.nr_regions && !err; i++)
		err = map_virtual(pt, runtime_region(i));
	if (err)
		return err == -1 ? "no memory for page tables" : "runtime regions overlap";
	return NULL;
}

/* ---------------------------------------------------------------- the call */

/* Return: NULL, or why there are no runtime services; "" when that has been said. */
static const char *__init set_virtual_address_map(struct pgtable *pt)
{
	const efi_runtime_services_t *rt = memremap(efi.runtime_services, sizeof(*rt));
	u64 service = rt ? (u64)(uintptr_t)rt->SetVirtualAddressMap : 0;
	efi_status_t status;

	if (!region_of_phys(service, 1))
		return "SetVirtualAddressMap is in no runtime region";
	if (map_identity(pt))
		return "the firmware's map overlaps itself, or no memory for page tables";
	efi.pgd = pt->root;
	status = efi_call_service("SetVirtualAddressMap", service,
				  (const u64 [5]){ efi.nr_regions * efi.desc_size, efi.desc_size,
						   EFI_MEMORY_DESCRIPTOR_VERSION, __pa(efi.regions) });
	unmap_identity(pt);
	if (!status)
		return NULL;
	if (!efi.pgd)
		return "";
	efi.pgd = 0;
	return status == EFI_UNSUPPORTED ? "SetVirtualAddressMap is not supported" : "SetVirtualAddressMap failed";
}

/* Return: as above. */
static const char *__init enter_virtual_mode(void)
{
	u64 services = efi.runtime_services;
	bool physical;
	struct pgtable pt;
	const char *why;

	if (!efi.map || !copy_regions())
		return "the firmware's map has no runtime region";
	physical = region_of_phys(services, sizeof(efi_runtime_services_t));
	if (!physical)
		services = efi_virtual_to_phys(services);
	if (!region_of_phys(services, sizeof(efi_runtime_services_t)))
		return "the table of services is in no runtime region";
	if (physical ? !choose_addresses() : !check_addresses())
		return "runtime regions do not fit into their part of the address space";
	find_memattrs();
	why = build_tables(&pt);
	if (!why && physical)
		why = set_virtual_address_map(&pt);
	if (why)
		return why;
	efi.pgd = pt.root;
	efi.services = memremap(services, sizeof(*efi.services));
	if (!physical)
		printk("efi: runtime services at the addresses another kernel gave them\n");
	return efi.services ? NULL : "no memory to map the table of services";
}

void __init efi_enter_virtual_mode(void)
{
	const char *why;

	if (!efi_enabled())
		return;
	if (cmdline_find_option_bool(boot_command_line, "noefi")) {
		printk("efi: runtime services off: noefi\n");
		return;
	}
	if (efi.firmware_32bit) {
		printk("efi: runtime services off: the firmware is 32-bit\n");
		return;
	}
	why = enter_virtual_mode();
	if (!why)
		printk("efi: runtime services on, %u regions%s\n", efi.nr_regions,
		       memattrs ? ", protected by its table of attributes" : "");
	else if (*why)
		boot_warn(STAGE_EFI_RUNTIME, "%s: runtime services off", why);
}
