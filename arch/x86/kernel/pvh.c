/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hvm_start_info to boot_params. This runs low (asm/setup.h), on an identity
 * map of the first 4 GiB: what lies above cannot be read here. The command line
 * and the initrd are only pointed to, so they may lie anywhere.
 */
#include <asm/pvh.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <kernel/initmem.h>
#include <kernel/stage.h>
#include <lib/string.h>

static struct pvh_handoff handoff __section(".bss..noclear.init") __aligned(PAGE_SIZE);

static bool overlaps_kernel(const struct pvh_place *place, u64 start, u64 size)
{
	return start < place->kernel_end && size > 0 &&
	       (start >= place->kernel_start || size > place->kernel_start - start);
}

static u32 e820_type(u32 type)
{
	switch (type) {
	case XEN_HVM_MEMMAP_TYPE_RAM:		return E820_TYPE_RAM;
	case XEN_HVM_MEMMAP_TYPE_ACPI:		return E820_TYPE_ACPI;
	case XEN_HVM_MEMMAP_TYPE_NVS:		return E820_TYPE_NVS;
	case XEN_HVM_MEMMAP_TYPE_UNUSABLE:
	case XEN_HVM_MEMMAP_TYPE_DISABLED:	return E820_TYPE_UNUSABLE;
	case XEN_HVM_MEMMAP_TYPE_PMEM:		return E820_TYPE_PMEM;
	}
	return E820_TYPE_RESERVED;
}

static void add_entry(struct pvh_handoff *out, unsigned int i, const struct hvm_memmap_table_entry *from)
{
	struct boot_e820_entry e = { .addr = from->addr, .size = from->size, .type = e820_type(from->type) };

	if (i < E820_MAX_ENTRIES_ZEROPAGE)
		out->params.e820_table[i] = e;
	else
		out->ext.entry[i - E820_MAX_ENTRIES_ZEROPAGE] = e;
}

static const char *convert_memmap(const struct hvm_start_info *si, const struct pvh_place *place,
				  struct pvh_handoff *out, u64 *detail)
{
	const struct hvm_memmap_table_entry *map;
	u32 i, nr = si->memmap_entries;

	*detail = nr;
	if (!nr)
		return "start_info has no memory map (memmap_entries)";
	if (nr > E820_MAX_ENTRIES)
		return "start_info has more memory map entries than the kernel takes (memmap_entries)";
	*detail = si->memmap_paddr;
	map = place->map(si->memmap_paddr, nr * sizeof(*map));
	if (!map)
		return "the memory map is out of reach (memmap_paddr)";
	if (overlaps_kernel(place, si->memmap_paddr, nr * sizeof(*map)))
		return "the memory map lies inside the kernel (memmap_paddr)";
	for (i = 0; i < nr; i++)
		add_entry(out, i, &map[i]);
	out->params.e820_entries = min(nr, (u32)E820_MAX_ENTRIES_ZEROPAGE);
	if (nr > E820_MAX_ENTRIES_ZEROPAGE) {
		out->ext.head.type = SETUP_E820_EXT;
		out->ext.head.len = (nr - E820_MAX_ENTRIES_ZEROPAGE) * sizeof(out->ext.entry[0]);
		out->params.hdr.setup_data = (unsigned long)&out->ext;
	}
	return NULL;
}

/* The first module is the initrd; the ABI says nothing of others, so they are left alone. */
static const char *convert_module(const struct hvm_start_info *si, const struct pvh_place *place,
				  struct boot_params *params, u64 *detail)
{
	const struct hvm_modlist_entry *mod;

	if (!si->nr_modules)
		return NULL;
	*detail = si->modlist_paddr;
	mod = place->map(si->modlist_paddr, sizeof(*mod));
	if (!mod)
		return "the list of modules is out of reach (modlist_paddr)";
	if (overlaps_kernel(place, si->modlist_paddr, sizeof(*mod)))
		return "the list of modules lies inside the kernel (modlist_paddr)";
	*detail = mod->paddr;
	if (mod->size > ~mod->paddr)
		return "the first module wraps around the end of memory";
	if (overlaps_kernel(place, mod->paddr, mod->size))
		return "the first module lies inside the kernel";
	params->hdr.ramdisk_image = mod->paddr;
	params->ext_ramdisk_image = mod->paddr >> 32;
	params->hdr.ramdisk_size = mod->size;
	params->ext_ramdisk_size = mod->size >> 32;
	return NULL;
}

static const char *check_start_info(phys_addr_t pa, const struct pvh_place *place,
				    const struct hvm_start_info **si, u64 *detail)
{
	*detail = pa;
	*si = place->map(pa, HVM_START_INFO_V0_SIZE);
	if (!*si)
		return "no start_info at the address in EBX";
	if (overlaps_kernel(place, pa, sizeof(**si)))
		return "start_info lies inside the kernel";
	*detail = (*si)->magic;
	if ((*si)->magic != XEN_HVM_START_MAGIC_VALUE)
		return "start_info has the wrong magic number";
	*detail = (*si)->version;
	if ((*si)->version < 1)
		return "start_info is of version 0, which has no memory map";
	*detail = pa;
	*si = place->map(pa, sizeof(**si));
	return *si ? NULL : "start_info ends out of reach";
}

const char *pvh_convert(phys_addr_t pa, const struct pvh_place *place, struct pvh_handoff *out, u64 *detail)
{
	struct boot_params *params = &out->params;
	const struct hvm_start_info *si;
	const char *why;

	memset(params, 0, sizeof(*params));
	memset(&out->ext.head, 0, sizeof(out->ext.head));
	why = check_start_info(pa, place, &si, detail);
	if (why)
		return why;
	params->hdr.boot_flag = BOOT_FLAG_MAGIC;
	params->hdr.header = SETUP_HEADER_MAGIC;
	params->hdr.version = BOOT_PROTOCOL_VERSION;
	params->hdr.type_of_loader = 0xff;		/* boot.rst: no number assigned */
	params->hdr.loadflags = LOADED_HIGH;
	params->hdr.cmd_line_ptr = si->cmdline_paddr;
	params->ext_cmd_line_ptr = si->cmdline_paddr >> 32;
	params->acpi_rsdp_addr = si->rsdp_paddr;

	*detail = si->cmdline_paddr;
	if (si->cmdline_paddr && overlaps_kernel(place, si->cmdline_paddr, 1))
		return "the command line lies inside the kernel (cmdline_paddr)";
	why = convert_memmap(si, place, out, detail);
	return why ? why : convert_module(si, place, params, detail);
}

static const void *identity_map(phys_addr_t pa, u64 len)
{
	if (!pa || pa >= SZ_4G || len > SZ_4G - pa)
		return NULL;
	return (const void *)pa;
}

phys_addr_t __ref pvh_prepare(phys_addr_t pa, u64 tsc)
{
	struct pvh_place place = {
		.map = identity_map,
		.kernel_start = (phys_addr_t)_text,
		.kernel_end = (phys_addr_t)_end,
	};
	const char *why;
	u64 detail = 0;

	boot_stage_at(STAGE_PVH_ENTRY, tsc);
	boot_stage(STAGE_PVH_START_INFO);
	why = pvh_convert(pa, &place, &handoff, &detail);
	if (!why)
		return (phys_addr_t)&handoff.params;
	early_serial_puts("lantern: error 56 pvh-start-info: ");
	early_serial_puts(why);
	early_serial_puts(": ");
	early_serial_put_hex(detail);
	early_serial_puts("\r\n");
	halt_forever();
}
