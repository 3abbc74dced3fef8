/* SPDX-License-Identifier: BSD-2-Clause */
/* memfd_create: files of memory that have no name, and may be sealed. */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/syscall.h>
#include <lib/printf.h>

#define PREFIX		"/memfd:"
#define MAX_NAME	249		/* bytes of the name, as on Linux */
#define ALL_FLAGS	(MFD_CLOEXEC | MFD_ALLOW_SEALING)

static struct vfsmount *mem_mnt;

void memfd_init(void)
{
	static struct file_system_type type = { .name = "memfd", .magic = TMPFS_MAGIC, .fill_super = tmpfs_fill_super };

	mem_mnt = kern_mount(&type);
}

SYSCALL_DEFINE2(memfd_create, const char __user *, uname, unsigned int, flags)
{
	char name[sizeof(PREFIX) + MAX_NAME] = PREFIX;
	struct file *file;
	long len;

	if (flags & ~ALL_FLAGS)
		return -EINVAL;
	len = strncpy_from_user(name + sizeof(PREFIX) - 1, uname, MAX_NAME + 1);
	if (len < 0)
		return len;
	if (len > MAX_NAME)
		return -EINVAL;
	file = tmpfs_file(mem_mnt, name, O_RDWR | O_LARGEFILE, flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	return alloc_fd_install(file, flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
}
SYSCALL_PARTIAL(memfd_create, "MFD_HUGETLB");
