/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much memory is promised: private memory that may be written, and memory that
 * is shared without a file. By the rules of Linux (overcommit-accounting.rst): one
 * promise larger than the machine is refused; with 1 nothing is; with 2 all promises
 * together stay below a share of RAM.
 */
#include "internal.h"
#include "mmap.h"
#include <uapi/errno.h>

u32 sysctl_overcommit_memory;
u32 sysctl_overcommit_ratio = 50;

static long committed;		/* pages; atomic */

unsigned long totalram_pages(void)
{
	const struct zone *zone;
	unsigned long nr = 0;

	for_each_zone(zone)
		nr += zone->managed + zone->deferred;
	return nr;
}

unsigned long vm_commit_limit(void)
{
	return totalram_pages() * min(sysctl_overcommit_ratio, 100u) / 100;
}

unsigned long vm_committed_pages(void)
{
	return max(__atomic_load_n(&committed, __ATOMIC_RELAXED), 0L);
}

int vm_charge(unsigned long pages)
{
	unsigned long sum = __atomic_add_fetch(&committed, pages, __ATOMIC_RELAXED);

	if (sysctl_overcommit_memory == 1)
		return 0;
	if (sysctl_overcommit_memory == 2 ? sum <= vm_commit_limit() : pages <= totalram_pages())
		return 0;
	vm_uncharge(pages);
	return -ENOMEM;
}

void vm_uncharge(unsigned long pages)
{
	__atomic_fetch_sub(&committed, pages, __ATOMIC_RELAXED);
}

unsigned long nr_anon_pages(void)
{
	return mem_counted(MEM_ANON_PAGES);
}

unsigned long nr_file_pages(void)
{
	return mem_counted(MEM_FILE_PAGES);
}

unsigned long nr_table_pages(void)
{
	return mem_counted(MEM_TABLE_PAGES);
}
