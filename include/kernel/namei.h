/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From names to files. A walk takes no lock and no reference on its way: it runs
 * under RCU, and begins anew when somebody has renamed or mounted something
 * meanwhile. Only where a file system has to be asked does it stop for that.
 */
#ifndef KERNEL_NAMEI_H
#define KERNEL_NAMEI_H

#include <kernel/fs.h>

#define PATH_MAX	4096		/* bytes of a path with its NUL */
#define NAME_MAX	255		/* bytes of one name */
#define MAX_SYMLINKS	40		/* followed in one walk */

/* lookup_flags */
#define LOOKUP_FOLLOW		0x01	/* a symbolic link at the end too */
#define LOOKUP_DIRECTORY	0x02	/* nothing but a directory */
#define LOOKUP_EMPTY		0x04	/* an empty path means where the walk begins */
#define LOOKUP_PARENT		0x08	/* stop before the last name */

/* A path that was copied from a program. Short ones need no memory of their own. */
#define EMBEDDED_NAME	120
struct filename {
	const char	*name;		/* ends with NUL; 8 bytes behind it can be read */
	char		embedded[EMBEDDED_NAME + 8];
};

/**
 * getname() - copy a path from a program; getname_flags(): LOOKUP_EMPTY allows an empty one
 * getname_kernel() - one of the kernel's own, kept by the caller
 * putname() - done with it
 * Return: 0, -EFAULT, -ENAMETOOLONG, -ENOENT (empty) or -ENOMEM; nothing to put then.
 */
int getname_flags(struct filename *fn, const char __user *path, unsigned int lookup_flags);
int getname(struct filename *fn, const char __user *path);
int getname_kernel(struct filename *fn, const char *path);
void putname(struct filename *fn);

/**
 * filename_lookup() - what @fn names, seen from directory @dfd (or AT_FDCWD)
 * user_path_at() - the same for a path that a program gave
 * kern_path() - for one of the kernel's own
 * Return: 0 with references in @path, for path_put(), or -Exxx.
 */
int filename_lookup(int dfd, struct filename *fn, unsigned int lookup_flags, struct path *path);
int user_path_at(int dfd, const char __user *name, unsigned int lookup_flags, struct path *path);
int kern_path(const char *name, unsigned int lookup_flags, struct path *path);

/**
 * filename_create() - room for a new name: its directory, locked, and a dentry that is in no directory yet
 * @path: set to the directory, with references
 * @lookup_flags: LOOKUP_DIRECTORY: a directory is to be made, so slashes may follow the name
 * Return: the dentry, or ERR_PTR, -EEXIST among them, with nothing to undo; done_path_create() ends it.
 */
struct dentry *filename_create(int dfd, struct filename *fn, struct path *path, unsigned int lookup_flags);
struct dentry *kern_path_create(const char *name, struct path *path, unsigned int lookup_flags);
void done_path_create(struct path *path, struct dentry *dentry);

/* What two walks may not see half of: whoever renames, mounts or unmounts is between these. */
void rename_begin(void);
void rename_end(void);

/** follow_down_mounts() - what is mounted on @path, and on that; references go along */
void follow_down_mounts(struct path *path);

#endif
