/* SPDX-License-Identifier: BSD-2-Clause */
/* The initial RAM disk: checked, kept out of memblock's hands, told about. */
#include <kernel/initmem.h>
#include <kernel/initrd.h>
#include <asm/e820.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/xxhash.h>
#include <mm/memblock.h>

struct initrd initrd;

/* By the map, for memblock knows no RAM yet. Neighbours of one type are one entry there. */
static bool __init all_ram(phys_addr_t start, u64 size)
{
	unsigned int i;

	for (i = 0; i < e820_table.nr; i++) {
		const struct boot_e820_entry *e = &e820_table.entry[i];

		if (e->type == E820_TYPE_RAM && start >= e->addr && start - e->addr < e->size)
			return size <= e->size - (start - e->addr);
	}
	return false;
}

/* What is wrong with [@start, @start + @size), NULL for nothing. */
static const char *__init find_fault(phys_addr_t start, u64 size)
{
	if (!start)
		return "it has a size and no address";
	if (start + size < start)
		return "it runs past the last address";
	if (!all_ram(start, size))
		return "not all of it is RAM";
	if (start < __pa(_end) && start + size > __pa(_text))
		return "it lies in the kernel";
	return NULL;
}

void __init initrd_reserve(void)
{
	phys_addr_t start = boot_params.hdr.ramdisk_image | (u64)boot_params.ext_ramdisk_image << 32;
	u64 size = boot_params.hdr.ramdisk_size | (u64)boot_params.ext_ramdisk_size << 32;
	const char *fault;

	if (!size)
		return;
	fault = find_fault(start, size);
	if (!fault && memblock_reserve(start, size, MEM_INITRD))
		fault = "memblock has no room for it";
	if (fault) {
		boot_warn(STAGE_MEMBLOCK, "initrd of %llu bytes at %#llx ignored: %s",
			  (unsigned long long)size, (unsigned long long)start, fault);
		return;
	}
	initrd = (struct initrd){ start, size };
}

void __init initrd_print(void)
{
	if (!initrd.size)
		return;
	printk("initrd: physical %#llx-%#llx, %llu KiB", (unsigned long long)initrd.start,
	       (unsigned long long)(initrd.start + initrd.size - 1), (unsigned long long)(initrd.size + 1023) >> 10);
	if (cmdline_find_option_bool(boot_command_line, "initrd.verify"))
		printk(", xxh64 %016llx", (unsigned long long)xxh64(__va(initrd.start), initrd.size, 0));
	printk("\n");
}
