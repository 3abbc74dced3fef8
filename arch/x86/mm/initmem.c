/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the boot: its code and data become free memory. */
#include <kernel/initmem.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <asm/set_memory.h>
#include <kernel/printk.h>
#include <mm/init.h>

static unsigned long free_part(const char *start, const char *end)
{
	image_retire(start, end);
	return free_reserved_range(__pa(start), __pa(end));
}

void free_initmem(void)
{
	unsigned long pages = free_part(_sinittext, _einittext) + free_part(__init_bss_start, __init_bss_end);

	printk("memory: init freed: %lu KiB\n", pages << (PAGE_SHIFT - 10));
}
