/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a hypervisor starts an ELF kernel directly: the x86/HVM direct boot ABI
 * ("PVH"), fixed by Xen's public headers start_info.h and elfnote.h. All
 * addresses in it are physical, all fields little endian; no alignment is promised.
 */
#ifndef BOOT_PVH_H
#define BOOT_PVH_H

#define XEN_ELFNOTE_PHYS32_ENTRY	18	/* owner "Xen"; desc: physical address of the entry point */

#define XEN_HVM_START_MAGIC_VALUE	0x336ec578

/* hvm_memmap_table_entry.type: those of e820 and one more */
#define XEN_HVM_MEMMAP_TYPE_RAM		1
#define XEN_HVM_MEMMAP_TYPE_RESERVED	2
#define XEN_HVM_MEMMAP_TYPE_ACPI	3
#define XEN_HVM_MEMMAP_TYPE_NVS		4
#define XEN_HVM_MEMMAP_TYPE_UNUSABLE	5
#define XEN_HVM_MEMMAP_TYPE_DISABLED	6
#define XEN_HVM_MEMMAP_TYPE_PMEM	7

#ifndef __ASSEMBLY__
#include <lib/types.h>

struct hvm_start_info {
	u32	magic;			/* XEN_HVM_START_MAGIC_VALUE */
	u32	version;		/* 1: the fields after rsdp_paddr exist */
	u32	flags;			/* SIF_*, of Xen */
	u32	nr_modules;
	u64	modlist_paddr;		/* struct hvm_modlist_entry[nr_modules] */
	u64	cmdline_paddr;		/* terminated; 0 for none */
	u64	rsdp_paddr;		/* 0 for none */
	u64	memmap_paddr;		/* struct hvm_memmap_table_entry[memmap_entries] */
	u32	memmap_entries;
	u32	reserved;
} __packed;

struct hvm_modlist_entry {
	u64	paddr;
	u64	size;			/* bytes */
	u64	cmdline_paddr;
	u64	reserved;
} __packed;

struct hvm_memmap_table_entry {
	u64	addr;
	u64	size;			/* bytes */
	u32	type;			/* XEN_HVM_MEMMAP_TYPE_* */
	u32	reserved;
} __packed;

#define HVM_START_INFO_V0_SIZE	offsetof(struct hvm_start_info, memmap_paddr)

static_assert(sizeof(struct hvm_start_info) == 56, "start_info.h, version 1");
static_assert(HVM_START_INFO_V0_SIZE == 40, "start_info.h, version 0");
static_assert(sizeof(struct hvm_modlist_entry) == 32, "start_info.h");
static_assert(sizeof(struct hvm_memmap_table_entry) == 24, "start_info.h");

#endif
#endif
