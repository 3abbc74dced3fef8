// SPDX-License-Identifier: BSD-2-Clause
/* sysinfo(): the machine in a few numbers. */
#include <asm/uaccess.h>
#include <kernel/pid.h>
#include <kernel/loadavg.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <mm/mm.h>
#include <kernel/sysinfo.h>
#include "internal.h"

#define SI_LOAD_SHIFT	16

struct sysinfo {
	long		uptime;			/* s */
	unsigned long	loads[3];		/* 1 << SI_LOAD_SHIFT is 1 */
	unsigned long	totalram, freeram, sharedram, bufferram, totalswap, freeswap;	/* in mem_unit bytes */
	u16		procs, pad[3];		/* what has a name is cleared */
	unsigned long	totalhigh, freehigh;
	u32		mem_unit, pad2;
};

SYSCALL_DEFINE1(sysinfo, struct sysinfo __user *, buf)
{
	struct sysinfo info = {
		.uptime = (ktime_get() + NSEC_PER_SEC - 1) / NSEC_PER_SEC, .totalram = totalram_pages() * PAGE_SIZE,
		.freeram = nr_free_pages() * PAGE_SIZE, .sharedram = nr_file_pages() * PAGE_SIZE,
		.procs = min(nr_threads_now(), 65535u), .mem_unit = 1,
	};

	get_avenrun(info.loads, SI_LOAD_SHIFT);
	return copy_to_user(buf, &info, sizeof(info));
}
