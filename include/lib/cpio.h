/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a cpio archive of the newc kind, as an initial RAM disk begins with
 * (cpio(5); Linux buffer-format.rst). Archives may follow each other, with
 * zeros between them; the first thing that is neither ends them all, for a
 * compressed one may come there. Nothing is copied: names and contents lie in
 * the archive, and nothing outside of it is read, whatever it holds.
 */
#ifndef LIB_CPIO_H
#define LIB_CPIO_H

#include <lib/types.h>

struct cpio_reader {
	const u8	*data;		/* set by the user: the archive, at any address */
	u64		size;		/* set by the user: bytes */
	u64		pos;		/* 0 to begin with; after the last file, where the archives end */
	const char	*error;		/* NULL to begin with; else what is wrong with the header at pos */
};

struct cpio_entry {
	const char	*name;		/* ends with NUL within the archive */
	const u8	*data;		/* contents; a multiple of 4 bytes from the archive's first */
	u32		size;		/* bytes of contents */
	u32		mode;		/* type and permissions as in stat(2) */
	u32		ino, dev_major, dev_minor;	/* the same for all names of one file; its contents are with one of them */
	u32		nlink, uid, gid;
	u32		mtime;		/* seconds since 1970 */
	u32		rdev_major, rdev_minor;	/* of a device */
};

#define CPIO_S_IFMT	0170000u
#define CPIO_S_IFREG	0100000u

/**
 * cpio_next() - the next entry, of any type
 * Return: false when there are no more; reader->error says whether that is
 * because of damage. What came before the damage can be used.
 */
bool cpio_next(struct cpio_reader *reader, struct cpio_entry *entry);

/** cpio_find() - the next regular file called @path, exactly; false as cpio_next() */
bool cpio_find(struct cpio_reader *reader, const char *path, struct cpio_entry *entry);

#endif
