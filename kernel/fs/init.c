/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of all that is a file. */
#include "internal.h"

void vfs_init(void)
{
	dcache_init();
	inode_init_caches();
	file_init_caches();
	fdtable_init();
	tmpfs_init();
	mount_init();		/* "/" is there */
	anon_inode_init();	/* pipes */
	memfd_init();
	devtmpfs_init();	/* drivers may add nodes */
	mem_devices_init();	/* /dev/null */
}
