/* SPDX-License-Identifier: BSD-2-Clause */
/* Flags of mount(2) and umount2(2), and of statfs(2). */
#ifndef UAPI_MOUNT_H
#define UAPI_MOUNT_H

#define MS_RDONLY	0x1UL
#define MS_NOSUID	0x2UL
#define MS_NODEV	0x4UL
#define MS_NOEXEC	0x8UL
#define MS_SYNCHRONOUS	0x10UL
#define MS_REMOUNT	0x20UL
#define MS_MANDLOCK	0x40UL
#define MS_DIRSYNC	0x80UL
#define MS_NOSYMFOLLOW	0x100UL
#define MS_NOATIME	0x400UL
#define MS_NODIRATIME	0x800UL
#define MS_BIND		0x1000UL
#define MS_MOVE		0x2000UL
#define MS_REC		0x4000UL
#define MS_SILENT	0x8000UL
#define MS_UNBINDABLE	0x20000UL
#define MS_PRIVATE	0x40000UL
#define MS_SLAVE	0x80000UL
#define MS_SHARED	0x100000UL
#define MS_RELATIME	0x200000UL
#define MS_STRICTATIME	0x1000000UL
#define MS_LAZYTIME	0x2000000UL
#define MS_MGC_VAL	0xc0ed0000UL
#define MS_MGC_MSK	0xffff0000UL

#define MNT_FORCE	1
#define MNT_DETACH	2
#define MNT_EXPIRE	4
#define UMOUNT_NOFOLLOW	8

#define ST_VALID	0x20

#endif
