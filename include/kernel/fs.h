/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files: what they are (inode), what they are called (dentry), which tree they
 * are in (super_block, vfsmount), and one that is open (file).
 *
 * Every file system lives in memory, and its directories are the dentries: what a
 * directory has is what hangs below it, by name in one hash table of all, in the
 * order it came in a list. A dentry in the table always has an inode, the same for
 * its whole life. So walking paths, listing, linking, unlinking and renaming are
 * the same for all file systems, which say only how an inode is made; one whose
 * names come and go by themselves (proc) is asked by lookup().
 *
 * Locks, outer to inner: rename_begin(), inode_lock() of directories, parents
 * first, inode_lock() of files, then spinlocks. Everything below is freed by RCU.
 */
#ifndef KERNEL_FS_H
#define KERNEL_FS_H

#include <kernel/mutex.h>
#include <kernel/rcupdate.h>
#include <kernel/rwsem.h>
#include <kernel/uio.h>
#include <lib/err.h>
#include <lib/list.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/stat.h>

struct address_space;
struct cred;
struct dir_context;
struct file_lock_context;
struct inode;
struct pipe_inode_info;
struct poll_table;
struct path;
struct seq_file;
struct super_block;
struct vm_area_struct;
struct vfsmount;

#define MAX_RW_COUNT	0x7ffff000UL	/* most bytes of one read or write */
#define MAX_LFS_FILESIZE 0x7fffffffffffffffLL

/* A device number, as programs see it too. */
#define MKDEV(major, minor) \
	((dev_t)(((u32)(minor) & 0xff) | ((u32)(major) & 0xfff) << 8 | ((u64)(minor) & 0xfff00) << 12))
#define MAJOR(dev)	((u32)((dev) >> 8) & 0xfff)
#define MINOR(dev)	((u32)((dev) & 0xff) | (u32)((dev) >> 12 & 0xfff00))

/* May this be done to the file? Also the bits of a mode for others. */
#define MAY_EXEC	1
#define MAY_WRITE	2
#define MAY_READ	4

/* ---------------------------------------------------------------------- names */

struct qstr {
	const char	*name;		/* need not end with NUL */
	u32		len;
	u32		hash;		/* by full_name_hash() */
};

/* A name that does not change; a dentry that is renamed gets another. */
struct dname {
	u32	hash, len;
	char	name[];			/* with NUL */
};

#define DNAME_INLINE	32		/* bytes with NUL that need no memory of their own */

/* dentry.d_flags */
#define DCACHE_MOUNTED		0x1	/* something is mounted on it, in some mount */
#define DCACHE_UNHASHED		0x2	/* has no name any more, or not yet */
#define DCACHE_PINNED		0x4	/* stays without users: its directory knows no other way to it */

struct dentry {
	struct dentry	*d_next, **d_pprev;	/* chain of the hash table; its lock, read under RCU */
	struct dentry	*d_parent;		/* itself: a root; changed by renames, read under RCU */
	struct dname	*d_name;		/* likewise */
	struct inode	*d_inode;		/* NULL only before it has a name */
	u32		d_count;		/* references; 0: about to be freed; atomic */
	u32		d_flags;		/* DCACHE_...; atomic */
	u64		d_off;			/* place in the directory, for getdents; ascending along d_child */
	union {
		struct list_head d_child;	/* in d_subdirs of the parent; inode_lock() of the parent */
		struct rcu_head	 d_rcu;
	};
	struct list_head d_subdirs;		/* inode_lock() */
	struct {
		u32	hash, len;
		char	name[DNAME_INLINE];
	} d_iname;				/* the struct dname of most */
};
static_assert(sizeof(struct dentry) == 128, "two cache lines, of which a walk reads one");

/** full_name_hash() - of the @len bytes of a name */
u32 full_name_hash(const char *name, u32 len);

/**
 * d_alloc() - a dentry below @parent that has no inode and is in no table; one reference
 * Return: NULL when there is no memory.
 */
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name);

/**
 * d_add() - give it @inode, whose reference it takes over, and put it into its directory
 * @pinned: it stays there until it is unlinked, as for files that are nowhere else
 * Context: inode_lock() of the directory.
 */
void d_add(struct dentry *dentry, struct inode *inode, bool pinned);

/** d_lookup() - the dentry called @name below @parent, with a reference; NULL: none. Any context that may not be in NMI */
struct dentry *d_lookup(struct dentry *parent, const struct qstr *name);

/** d_delete() - take the name away; who has it open keeps it. Context: inode_lock() of the directory, and of a directory itself */
void d_delete(struct dentry *dentry);

/** d_make_root() - the root of a tree, takes over @inode, which may be NULL. Return: NULL when there is no memory or inode */
struct dentry *d_make_root(struct inode *inode);

/** d_path() - the path of @path from the root of this thread, at the end of @buf; ERR_PTR(-ENAMETOOLONG) */
char *d_path(const struct path *path, char *buf, size_t size);

/** dget() - one more reference, by who has one; dput() - one less, may sleep; NULL is allowed in both */
static inline struct dentry *dget(struct dentry *d)
{
	if (d)
		__atomic_fetch_add(&d->d_count, 1, __ATOMIC_RELAXED);
	return d;
}

void __dput(struct dentry *d);

static inline void dput(struct dentry *d)
{
	if (d && unlikely(!__atomic_sub_fetch(&d->d_count, 1, __ATOMIC_ACQ_REL)))
		__dput(d);
}

static inline bool d_unhashed(const struct dentry *d)
{
	return __atomic_load_n(&d->d_flags, __ATOMIC_RELAXED) & DCACHE_UNHASHED;
}

static inline bool IS_ROOT(const struct dentry *d)
{
	return d == d->d_parent;
}

/* --------------------------------------------------------------------- inodes */

struct iattr {
	u32	valid;			/* ATTR_... */
	umode_t	mode;
	u32	uid, gid;
	loff_t	size;
	s64	atime, mtime;		/* ns */
	struct file *file;		/* ftruncate(); NULL: by name */
};

#define ATTR_MODE	0x01
#define ATTR_UID	0x02
#define ATTR_GID	0x04
#define ATTR_SIZE	0x08
#define ATTR_ATIME	0x10
#define ATTR_MTIME	0x20
#define ATTR_KILL_PRIV	0x40		/* set-user-ID and its kind go */

struct kstat {
	u64	ino, size, blocks;
	dev_t	dev, rdev;
	u32	nlink, uid, gid, blksize;
	umode_t	mode;
	s64	atime, mtime, ctime, btime;	/* ns since 1970 */
};

/* What differs from file system to file system. Any may be NULL. */
struct inode_operations {
	/*
	 * In directory @dir, whose lock is held: the inode called @name, with a reference, or ERR_PTR(-ENOENT).
	 * What it gives is kept while somebody uses it and forgotten then. NULL: the dentries are all there is.
	 */
	struct inode	*(*lookup)(struct inode *dir, const struct qstr *name);
	/* Whether a dentry from lookup() still holds. May sleep. */
	bool		(*revalidate)(struct dentry *dentry);
	/*
	 * A new inode for directory @dir, whose lock is held, with a reference and one link: of the kind and with the
	 * permissions in @mode; @rdev: of a device; @target: of a symbolic link. NULL: nothing can be made here.
	 */
	struct inode	*(*make)(struct inode *dir, umode_t mode, dev_t rdev, const char *target);
	/* Whether @dir may lose or gain names: 0 or -Exxx. NULL: if it can make inodes. */
	int		(*may_change)(struct inode *dir);
	/* The text of a symbolic link without i_link, at most @size bytes without NUL. Return: bytes or -Exxx. */
	int		(*readlink)(struct inode *inode, char *buf, size_t size);
	/* A link that leads to a place rather than a name: with references in @path. Return: 0 or -Exxx. */
	int		(*follow)(struct inode *inode, struct path *path);
	/* NULL: generic_permission(). MAY_... in @mask; may sleep. */
	int		(*permission)(struct inode *inode, int mask);
	/* Checked already. NULL: simple_setattr(). Context: inode_lock() */
	int		(*setattr)(struct inode *inode, const struct iattr *attr);
	/* NULL: generic_fillattr(). May sleep. */
	int		(*getattr)(struct inode *inode, struct kstat *stat);
};

struct super_operations {
	void	(*free_inode)(struct inode *inode);	/* after a grace period. NULL: free_inode_nonrcu() */
	void	(*evict_inode)(struct inode *inode);	/* nobody uses it any more: give back contents. May sleep */
	void	(*put_super)(struct super_block *sb);	/* the tree is gone */
	int	(*statfs)(struct super_block *sb, struct user_statfs *buf);	/* NULL: zeros; type is set already */
	void	(*show_options)(struct seq_file *m, struct super_block *sb);	/* ",size=1024k"; NULL: none */
	int	(*remount)(struct super_block *sb, const char *data);
};

struct file_system_type {
	const char	*name;
	u64		magic;		/* statfs.type */
	bool		single;		/* mounts of it all show the same tree */
	/* The tree: sb->s_root and s_op are to be set; @data: options of a program, NUL-terminated, hostile. 0 or -Exxx */
	int		(*fill_super)(struct super_block *sb, const char *data);
	struct super_block *the_sb;	/* of single ones, once made */
	struct file_system_type *next;
};

struct super_block {
	struct file_system_type *s_type;
	const struct super_operations *s_op;
	struct dentry	*s_root;
	dev_t		s_dev;
	u32		s_active;	/* mounts and others; atomic */
	u32		s_flags;	/* MS_RDONLY */
	u64		s_next_ino;	/* atomic */
	void		*s_fs_info;
	struct rcu_head	s_rcu;
};

/* inode.i_flags */
#define S_DEAD		0x1		/* a directory that was removed: nothing is made in it */
#define S_LINKABLE	0x2		/* O_TMPFILE: may get its first link */

struct inode {
	umode_t		i_mode;
	u16		i_flags;	/* S_...; inode_lock() */
	u32		i_uid, i_gid;
	u32		i_nlink;	/* inode_lock() of the directories */
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;	/* what open() gives to files of it */
	struct super_block *i_sb;
	struct address_space *i_mapping;	/* pages of a regular file; else NULL */
	u64		i_ino;
	loff_t		i_size;		/* inode_lock(); read without */
	s64		i_atime, i_mtime, i_ctime, i_btime;	/* ns since 1970; each is read and written at once */
	u32		i_count;	/* references; atomic */
	s32		i_writecount;	/* > 0: open for writing; < 0: runs as a program, nobody may write; atomic */
	dev_t		i_rdev;
	struct rw_semaphore i_rwsem;	/* inode_lock() */
	union {
		const char	*i_link;	/* symbolic link: the text, freed with the inode; NULL: readlink() */
		u64		i_next_off;	/* directory: d_off of the next one */
		struct pipe_inode_info *i_pipe;	/* FIFO that is open; inode_lock() */
	};
	struct file_lock_context *i_flctx;	/* locks, made at their first use; atomic */
	struct list_head *i_watches;	/* of inotify, NULL: none; kernel/fs/inotify.c */
	void		*i_private;
	struct rcu_head	i_rcu;
};

/* inode_lock() - nobody else changes it or reads its contents; inode_lock_shared() - nobody changes it */
static inline void inode_lock(struct inode *inode)		{ down_write(&inode->i_rwsem); }
static inline void inode_unlock(struct inode *inode)		{ up_write(&inode->i_rwsem); }
static inline void inode_lock_shared(struct inode *inode)	{ down_read(&inode->i_rwsem); }
static inline void inode_unlock_shared(struct inode *inode)	{ up_read(&inode->i_rwsem); }

static inline loff_t i_size_read(const struct inode *inode)
{
	return __atomic_load_n(&inode->i_size, __ATOMIC_ACQUIRE);
}

static inline void i_size_write(struct inode *inode, loff_t size)
{
	__atomic_store_n(&inode->i_size, size, __ATOMIC_RELEASE);
}

/**
 * inode_init() - set up one that was just allocated, all zeros: number, times, one reference, one link
 * Owner is this thread's for files, with the set-group-ID rule of directory @dir, which may be NULL.
 * new_inode() - allocate one too. Return: NULL when there is no memory.
 */
void inode_init(struct inode *inode, struct super_block *sb, struct inode *dir, umode_t mode);
struct inode *new_inode(struct super_block *sb, struct inode *dir, umode_t mode);

/** init_special_inode() - i_fop of devices and FIFOs, by i_mode and @rdev */
void init_special_inode(struct inode *inode, dev_t rdev);

/** igrab() - one more reference, by who has one; iput() - one less, NULL is allowed, may sleep */
static inline struct inode *igrab(struct inode *inode)
{
	__atomic_fetch_add(&inode->i_count, 1, __ATOMIC_RELAXED);
	return inode;
}

void iput(struct inode *inode);

/** current_time() - for i_atime and its kind: ns since 1970 */
s64 current_time(void);

/** inode_permission() - whether this thread may do @mask (MAY_...) to it: 0, -EACCES, -EROFS or what the file system says */
int inode_permission(struct inode *inode, int mask);
int generic_permission(struct inode *inode, int mask);

void generic_fillattr(struct inode *inode, struct kstat *stat);
int simple_setattr(struct inode *inode, const struct iattr *attr);

/** vfs_getattr() - what stat() shows. Return: 0 or -Exxx */
int vfs_getattr(struct inode *inode, struct kstat *stat);

/* --------------------------------------------------------------------- mounts */

struct path {
	struct vfsmount	*mnt;
	struct dentry	*dentry;
};

struct vfsmount {
	struct dentry	*mnt_root;		/* what of the tree it shows; with a reference */
	struct super_block *mnt_sb;		/* with a reference */
	struct vfsmount	*mnt_parent;		/* itself: the root of all, or taken out; changed by rename_begin() */
	struct dentry	*mnt_mountpoint;	/* likewise */
	u32		mnt_count;		/* references; atomic */
	u32		mnt_flags;		/* MS_RDONLY and the like */
	u32		mnt_id;
	const char	*mnt_devname;		/* as mount(2) was told */
	struct vfsmount	*mnt_hash;		/* chain by parent and mount point; read under RCU */
	struct list_head mnt_list;		/* all, in the order they came; mounts_lock */
	struct list_head mnt_mounts, mnt_child;	/* tree; rename_begin() */
	struct rcu_head	mnt_rcu;
};

static inline void mntget(struct vfsmount *mnt)
{
	__atomic_fetch_add(&mnt->mnt_count, 1, __ATOMIC_RELAXED);
}

void mntput(struct vfsmount *mnt);

static inline void path_get(const struct path *path)
{
	mntget(path->mnt);
	dget(path->dentry);
}

void path_put(const struct path *path);

static inline bool path_equal(const struct path *a, const struct path *b)
{
	return a->dentry == b->dentry && a->mnt == b->mnt;
}

/** register_filesystem() - mount(2) knows it from now on; @type is static */
void register_filesystem(struct file_system_type *type);

/** filesystem_next() - the one after @type, the first for NULL; for /proc/filesystems */
struct file_system_type *filesystem_next(struct file_system_type *type);

/**
 * kern_mount() - a tree that no path leads to, for the kernel's own files
 * Return: the mount with a reference, or ERR_PTR.
 */
struct vfsmount *kern_mount(struct file_system_type *type);

/** do_mount_at() - mount a new tree of @fstype on path @where, as the kernel. Return: 0 or -Exxx */
int do_mount_at(const char *devname, const char *where, const char *fstype, unsigned long flags, const char *data);

/** show_mounts() - /proc/mounts; show_mountinfo() - /proc/self/mountinfo. 0 or -ENOMEM */
int show_mounts(struct seq_file *m);
int show_mountinfo(struct seq_file *m);

/** mnt_want_write() - 0, or -EROFS when nothing may be changed there */
int mnt_want_write(const struct vfsmount *mnt);

/* ----------------------------------------------------------------- open files */

/* file.f_mode */
#define FMODE_READ	0x01
#define FMODE_WRITE	0x02
#define FMODE_LSEEK	0x04		/* has a position */
#define FMODE_PREAD	0x08		/* pread() and pwrite() work */
#define FMODE_PATH	0x10		/* O_PATH: stands for a place only */
#define FMODE_EXEC	0x20		/* opened to run it */
#define FMODE_SHARED	0x40		/* was in a table of several threads: freed by RCU */
#define FMODE_POS_LOCK	0x80		/* read() and write() hold f_pos_lock: regular files and directories */
#define FMODE_WRITER	0x100		/* counts in i_writecount */

struct file_operations {
	/*
	 * Bytes from *@pos on; a file without FMODE_LSEEK does not look at @pos. Waits unless O_NONBLOCK.
	 * Return: bytes, 0 at the end, -Exxx only if none were moved. *@pos is moved along.
	 */
	ssize_t	(*read_iter)(struct file *file, struct iov_iter *to, loff_t *pos);
	ssize_t	(*write_iter)(struct file *file, struct iov_iter *from, loff_t *pos);
	loff_t	(*llseek)(struct file *file, loff_t offset, int whence);	/* NULL: -ESPIPE */
	u32	(*poll)(struct file *file, struct poll_table *pt);	/* <kernel/poll.h>; NULL: always ready */
	long	(*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);	/* NULL: -ENOTTY */
	int	(*mmap)(struct file *file, struct vm_area_struct *vma);	/* NULL: -ENODEV */
	int	(*open)(struct inode *inode, struct file *file);	/* may set f_op, private_data, f_mode */
	void	(*release)(struct inode *inode, struct file *file);	/* last reference gone; may sleep */
	void	(*flush)(struct file *file);				/* each close() */
	int	(*fsync)(struct file *file);				/* NULL: -EINVAL */
	int	(*iterate_shared)(struct file *file, struct dir_context *ctx);	/* inode_lock_shared() held */
	long	(*fallocate)(struct file *file, int mode, loff_t offset, loff_t len);	/* inode_lock() held */
	void	(*show_fdinfo)(struct seq_file *m, struct file *file);
	bool	async;			/* O_ASYNC sends a signal */
};

struct file {
	u32		f_count;	/* references; atomic */
	u32		f_mode;		/* FMODE_...; as it was opened */
	u32		f_flags;	/* O_...; f_lock */
	struct spinlock	f_lock;
	const struct file_operations *f_op;
	struct inode	*f_inode;
	struct path	f_path;		/* with references */
	loff_t		f_pos;		/* f_pos_lock if others have the file too */
	void		*private_data;
	struct mutex	f_pos_lock;
	const struct cred *f_cred;	/* who opened it; with a reference */
	struct list_head *f_ep;		/* epoll instances that watch it; epoll's lock */
	struct file_async *f_async;	/* F_SETOWN, F_SETSIG, O_ASYNC; made at their first use, kernel/fs/fasync.c */
	struct rcu_head	f_rcu;
};

static inline struct file *get_file(struct file *file)
{
	__atomic_fetch_add(&file->f_count, 1, __ATOMIC_RELAXED);
	return file;
}

void __fput(struct file *file);

/** fput() - one reference less; the last closes the file. May sleep */
static inline void fput(struct file *file)
{
	if (!__atomic_sub_fetch(&file->f_count, 1, __ATOMIC_ACQ_REL))
		__fput(file);
}

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

/**
 * filp_open() - open a file for the kernel, by the rights of this thread
 * @flags, @mode: as of open(2)
 * open_exec() - for execve(): readable, a regular file, with MAY_EXEC; nobody can write to it until
 *               allow_write_access() and fput()
 * do_open_execat() - the same seen from directory @dfd; @flags: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
 * Return: the file, or ERR_PTR.
 */
struct file *filp_open(const char *path, int flags, umode_t mode);
struct file *open_exec(const char *path);
struct filename;
struct file *do_open_execat(int dfd, struct filename *fn, int flags);

/** deny_write_access() - 0, or -ETXTBSY when somebody writes to it; allow_write_access() - the end of that */
int deny_write_access(struct file *file);
void allow_write_access(struct file *file);

/** dentry_open() - open @path; takes references of its own. Return: the file, or ERR_PTR */
struct file *dentry_open(const struct path *path, int flags);

/**
 * kernel_read() - @n bytes of a file from *@pos on, or fewer at its end; kernel_write()
 * Return: bytes or -Exxx.
 */
ssize_t kernel_read(struct file *file, void *buf, size_t n, loff_t *pos);
ssize_t kernel_write(struct file *file, const void *buf, size_t n, loff_t *pos);

/**
 * alloc_anon_file() - an open file that has no name: a pipe, an epoll instance
 * @name:  as /proc/PID/fd shows it: "anon_inode:[eventpoll]"; static
 * @fops, @priv: file->f_op and private_data
 * @flags: O_RDONLY, O_WRONLY or O_RDWR, and O_NONBLOCK
 * Return: the file, or ERR_PTR. fops->open is not called; release is, also by fput() after this.
 * anon_inode_getfd() - the same with a number for it; O_CLOEXEC counts
 */
struct file *alloc_anon_file(const char *name, const struct file_operations *fops, void *priv, int flags);
int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags);

/** alloc_file_pseudo() - the same for an inode of its own, whose reference it takes when it succeeds */
struct file *alloc_file_pseudo(struct inode *inode, struct vfsmount *mnt, const char *name, int flags,
			       const struct file_operations *fops);

/** vfs_read(), vfs_write() - as the system calls do it, with checks of f_mode */
ssize_t vfs_iter_read(struct file *file, struct iov_iter *to, loff_t *pos);
ssize_t vfs_iter_write(struct file *file, struct iov_iter *from, loff_t *pos);

loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);
loff_t noop_llseek(struct file *file, loff_t offset, int whence);

/** nonseekable_open() - for open(): the file has no position */
int nonseekable_open(struct inode *inode, struct file *file);

/* ---------------------------------------------------------------- directories */

/*
 * Who lists a directory: iterate_shared() calls actor() for each entry from pos on, and
 * sets pos to @next after each that was taken. It returns false when there is no more room.
 */
struct dir_context {
	bool	(*actor)(struct dir_context *ctx, const char *name, u32 len, u64 ino, u32 type, loff_t next);
	loff_t	pos;
};

static inline bool dir_emit(struct dir_context *ctx, const char *name, u32 len, u64 ino, u32 type, loff_t next)
{
	if (!ctx->actor(ctx, name, len, ino, type, next))
		return false;
	ctx->pos = next;
	return true;
}

#define FIRST_OFF	2		/* of "." it is 0, of ".." 1 */

/** dir_emit_dots() - "." and ".." where pos is before them; false: no more room */
bool dir_emit_dots(struct file *file, struct dir_context *ctx);

/** dcache_dir_ops - of a directory whose dentries are all there is */
extern const struct file_operations dcache_dir_ops;

/* ------------------------------------------- names that the kernel makes itself */

/**
 * simple_create() - put a new file into directory @dir of a tree of the kernel's own (proc, sysfs, devtmpfs)
 * @mode: kind and permissions; @fops, @priv: i_fop (NULL: by kind) and i_private
 * Return: the dentry, with the reference of the tree only, or ERR_PTR (-EEXIST, -ENOMEM).
 * simple_remove() - take it away with all below it; who has it open keeps it
 */
struct dentry *simple_create(struct dentry *dir, const char *name, umode_t mode, dev_t rdev,
			     const struct file_operations *fops, void *priv);
void simple_remove(struct dentry *dentry);

/* ------------------------------------------------------------- what VFS calls do */

int vfs_make(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev, const char *target);
int vfs_link(struct dentry *old, struct inode *dir, struct dentry *new);
int vfs_unlink(struct inode *dir, struct dentry *dentry, bool directory);
int notify_change(struct inode *inode, struct iattr *attr);

/** inode_owner_or_capable() - whether this thread owns it or is root */
bool inode_owner_or_capable(const struct inode *inode);

/* ------------------------------------------------------------------- the start */

/** vfs_init() - caches and tables, the root tree; after mm_init() and rcu_init() */
void vfs_init(void);

/** populate_rootfs() - /dev, /root and all that the initramfs holds. Return: whether there was one */
bool populate_rootfs(void);

#endif
