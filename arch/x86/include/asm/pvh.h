/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PVH door of vmlinux: what a hypervisor says of the machine, as the
 * boot_params every other door brings.
 */
#ifndef ASM_PVH_H
#define ASM_PVH_H

#include <asm/page.h>
#include <boot/pvh.h>

/* The entry point: fixed, as code without a stack cannot find out where it is. */
#define PVH_ENTRY_OFFSET	0x100		/* from the start of the image */
#define PVH_ENTRY_ADDR		(LOAD_PHYSICAL_ADDR + PVH_ENTRY_OFFSET)

#ifndef __ASSEMBLY__
#include <asm/e820.h>
#include <boot/bootparam.h>

/* boot_params and what does not fit into it; filled while low, read like any loader's */
struct pvh_handoff {
	struct boot_params params;
	struct {			/* SETUP_E820_EXT, linked when the map is longer than the zero page takes */
		struct setup_data head;
		struct boot_e820_entry entry[E820_MAX_ENTRIES - E820_MAX_ENTRIES_ZEROPAGE];
	} __packed ext;
};

/* Where the hypervisor's tables can be read, and what they must keep clear of. */
struct pvh_place {
	/* the bytes [@pa, @pa + @len), NULL where they cannot be reached; @len is not 0 */
	const void	*(*map)(phys_addr_t pa, u64 len);
	phys_addr_t	kernel_start, kernel_end;	/* the image in memory, .bss with it */
};

/**
 * pvh_convert() - make @out of the start_info at @pa, all of which may be wrong
 * @detail: on failure the number the sentence is about
 * The first module becomes the initrd. Entry types that e820 does not know
 * become reserved. @out is cleared first; it holds no pointer to the start_info,
 * only to the command line and the module.
 * Return: NULL, or what is wrong with it, a sentence for a numbered message.
 */
const char *pvh_convert(phys_addr_t pa, const struct pvh_place *place, struct pvh_handoff *out, u64 *detail);

/**
 * pvh_prepare() - low, from pvh_head.S: record the stages, convert, or stop with a message
 * @pa:  physical address of struct hvm_start_info
 * @tsc: time of our first instruction
 * Return: physical address of boot_params.
 */
phys_addr_t pvh_prepare(phys_addr_t pa, u64 tsc);

#endif
#endif
