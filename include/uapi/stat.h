/* SPDX-License-Identifier: BSD-2-Clause */
/* What stat(2), statx(2), statfs(2) and getdents64(2) give to programs, as on Linux x86-64. */
#ifndef UAPI_STAT_H
#define UAPI_STAT_H

#include <lib/types.h>

#define S_IFMT	 0170000
#define S_IFSOCK 0140000
#define S_IFLNK	 0120000
#define S_IFREG	 0100000
#define S_IFBLK	 0060000
#define S_IFDIR	 0040000
#define S_IFCHR	 0020000
#define S_IFIFO	 0010000
#define S_ISUID	 0004000
#define S_ISGID	 0002000
#define S_ISVTX	 0001000
#define S_IXGRP	 0000010
#define S_IXUGO	 0000111
#define S_IRWXUGO 0000777
#define S_IALLUGO 0007777

#define S_ISLNK(m)	(((m) & S_IFMT) == S_IFLNK)
#define S_ISREG(m)	(((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m)	(((m) & S_IFMT) == S_IFDIR)
#define S_ISCHR(m)	(((m) & S_IFMT) == S_IFCHR)
#define S_ISBLK(m)	(((m) & S_IFMT) == S_IFBLK)
#define S_ISFIFO(m)	(((m) & S_IFMT) == S_IFIFO)
#define S_ISSOCK(m)	(((m) & S_IFMT) == S_IFSOCK)

/* Kinds as getdents64() tells them: the upper bits of the mode. */
#define DT_FIFO		1
#define DT_CHR		2
#define DT_DIR		4
#define DT_BLK		6
#define DT_REG		8
#define DT_LNK		10
#define DT_SOCK		12
#define S_DT(mode)	(((mode) & S_IFMT) >> 12)

/* The C library's struct stat; what is not a number of ours is named as there, with a t for the times. */
struct user_stat {
	u64	dev, ino, nlink;
	u32	mode, uid, gid, pad;
	u64	rdev;
	s64	size, blksize, blocks;
	u64	atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
	s64	unused[3];
};
static_assert(sizeof(struct user_stat) == 144, "x86-64 ABI");

struct statx_timestamp {
	s64	sec;
	u32	nsec;
	s32	pad;
};

struct statx {
	u32	mask, blksize;
	u64	attributes;
	u32	nlink, uid, gid;
	u16	mode, pad;
	u64	ino, size, blocks, attributes_mask;
	struct statx_timestamp atime, btime, ctime, mtime;
	u32	rdev_major, rdev_minor, dev_major, dev_minor;
	u64	mnt_id;
	u64	spare[13];
};
static_assert(sizeof(struct statx) == 256, "statx(2)");

#define STATX_BASIC_STATS	0x7ffu
#define STATX_BTIME		0x800u
#define STATX_MNT_ID		0x1000u
#define STATX__RESERVED		0x80000000u
#define STATX_ATTR_MOUNT_ROOT	0x2000u

struct user_statfs {
	s64	type, bsize, blocks, bfree, bavail, files, ffree;
	s32	fsid[2];
	s64	namelen, frsize, flags, spare[4];
};
static_assert(sizeof(struct user_statfs) == 120, "x86-64 ABI");

struct linux_dirent64 {
	u64	d_ino;
	s64	d_off;			/* lseek() to here for the next one */
	u16	d_reclen;
	u8	d_type;
	char	d_name[];
} __packed;

#define UTIME_NOW	0x3fffffffL
#define UTIME_OMIT	0x3ffffffeL

#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2
#define SEEK_DATA	3
#define SEEK_HOLE	4

#define F_OK	0
#define X_OK	1
#define W_OK	2
#define R_OK	4

#endif
