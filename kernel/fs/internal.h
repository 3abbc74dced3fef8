/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of kernel/fs. */
#ifndef FS_INTERNAL_H
#define FS_INTERNAL_H

#include <asm/page.h>
#include <kernel/fs.h>
#include <lib/string.h>
#include <lib/unaligned.h>
#include <mm/filemap.h>

/* ------------------------------------------------------------------- references */

/* One more unless there is none: what RCU let us find may be on its way out. */
static inline bool get_unless_zero(u32 *count)
{
	u32 n = __atomic_load_n(count, __ATOMIC_RELAXED);

	do
		if (!n)
			return false;
	while (!__atomic_compare_exchange_n(count, &n, n + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

/* ------------------------------------------------------------------ names, dcache.c */

#define HASH_START	0ULL
#define REPEAT(byte)	(0x0101010101010101ULL * (byte))

/* A high bit at the first byte of @w that is zero; above that one there may be wrong ones. */
static inline u64 first_zero(u64 w)
{
	return (w - REPEAT(0x01)) & ~w & REPEAT(0x80);
}

static inline u64 hash_mix(u64 h, u64 w)
{
	h = (h ^ w) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

/*
 * Length and hash of the name at @s, which ends before a slash or NUL.
 * Eight bytes behind the end can be read.
 */
static inline u32 hash_component(const char *s, u32 *hash)
{
	u64 h = HASH_START, w, end;
	u32 len = 0, n;

	for (;; len += 8) {
		w = get_unaligned_le64(s + len);
		end = first_zero(w) | first_zero(w ^ REPEAT('/'));
		if (end)
			break;
		h = hash_mix(h, w);
	}
	n = __builtin_ctzll(end) & ~7u;
	*hash = hash_mix(h, w & ((1ULL << n) - 1));
	return len + n / 8;
}

/** __d_lookup_rcu() - the dentry below @parent with that name, NULL: none right now. Context: rcu_read_lock() */
struct dentry *__d_lookup_rcu(const struct dentry *parent, const struct qstr *name);

/** d_move() - @dentry is called @name in @parent from now on. Context: rename_write_begin(), both directories locked */
void d_move(struct dentry *dentry, struct dentry *parent, struct dname *name);

/** dname_alloc() - a name for d_move(). NULL: no memory; dname_free() - one that nobody got */
struct dname *dname_alloc(const struct qstr *name);
void dname_free(struct dname *name);

/**
 * d_alloc_root() - a dentry without parent and name in the table, with the reference to @inode
 * d_alloc_unlinked() - one below @parent that never had a name; takes over @inode. NULL: no memory
 * d_path_from() - d_path() seen from @root; *@reached: whether @path is below it
 */
struct dentry *d_alloc_root(const char *name, struct inode *inode);
struct dentry *d_alloc_unlinked(struct dentry *parent, struct inode *inode);
char *d_path_from(const struct path *path, const struct path *root, char *buf, size_t size, bool *reached);

/** dentry_path() - the path from the root of its tree, at the end of @buf; ERR_PTR */
char *dentry_path(struct dentry *d, char *buf, size_t size);

/** d_invalidate() - an unpinned dentry is found no more */
void d_invalidate(struct dentry *dentry);

void dcache_init(void);
void inode_init_caches(void);
void file_init_caches(void);
void mount_init(void);

void anon_inode_init(void);
#define TMPFS_MAGIC	0x01021994

/**
 * tmpfs_file() - an open file of pages that has no name, in the tree of @mnt; @seals: F_SEAL_... to begin with
 * memfd_get_seals(), memfd_add_seals() - for fcntl(): the seals or 0, or -Exxx
 */
struct file *tmpfs_file(struct vfsmount *mnt, const char *name, int flags, u32 seals);
int memfd_get_seals(struct file *file);
int memfd_add_seals(struct file *file, u32 seals);

/**
 * tmpfs_use_pages() - pages allocated singly, @nr of them in a row, become the first of an empty file
 * Return: 0, or -Exxx when there is no room for all. What the file does not have of them is freed.
 */
int tmpfs_use_pages(struct inode *inode, struct page *pages, unsigned long nr);

int tmpfs_fill_super(struct super_block *sb, const char *data);
void tmpfs_init(void);
void devtmpfs_init(void);
void memfd_init(void);
void mem_devices_init(void);
void console_device_init(void);

/* --------------------------------------------------- walks against renames, namei.c */

extern u32 rename_seq;			/* odd while names or mounts move; atomic */

/* rename_write_begin(), rename_write_end() - nobody's walk is valid that was under way. Context: rename_begin() */
void rename_write_begin(void);
void rename_write_end(void);

static inline u32 rename_read_begin(void)
{
	u32 seq;

	while ((seq = __atomic_load_n(&rename_seq, __ATOMIC_ACQUIRE)) & 1)
		__builtin_ia32_pause();
	return seq;
}

static inline bool rename_read_retry(u32 seq)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&rename_seq, __ATOMIC_RELAXED) != seq;
}

/* --------------------------------------------------------------- trees, super.c */

/**
 * get_super() - the tree of a single type, or a new one. ERR_PTR
 * put_super() - a mount of it is gone; the last takes the tree along
 */
struct super_block *get_super(struct file_system_type *type, const char *data);
void put_super(struct super_block *sb);
struct file_system_type *find_filesystem(const char *name);
int vfs_statfs(struct super_block *sb, struct user_statfs *buf);

/** chroot_fs_refs() - whoever has @old as its root or working directory has @new from now on */
void chroot_fs_refs(const struct path *old, const struct path *new);

/* ----------------------------------------------------------------------- others */

/** lookup_mnt() - what is mounted on @dentry of @mnt; NULL: nothing. Context: rcu_read_lock() */
struct vfsmount *lookup_mnt(const struct vfsmount *mnt, const struct dentry *dentry);

/** is_mountpoint() - whether anything is mounted on @dentry, in whatever mount. Context: its inode_lock(), or rename_begin() */
bool is_mountpoint(const struct dentry *dentry);

/** lookup_one() - @name in the locked directory @dir, with a reference; ERR_PTR(-ENOENT) */
struct dentry *lookup_one(struct dentry *dir, const struct qstr *name);

enum last_type { LAST_NORM, LAST_DOT, LAST_DOTDOT, LAST_ROOT };

/* The last name of a path. */
struct last_name {
	struct qstr	name;		/* of LAST_NORM, in the path */
	enum last_type	type;
	bool		trailing;	/* slashes follow */
};

struct filename;

/** filename_getattr() - vfs_getattr() of what @fn names */
int filename_getattr(int dfd, struct filename *fn, unsigned int lookup_flags, struct kstat *stat);

/** lookup_parent() - the directory of the last name of @fn, with references in @path, and that name */
int lookup_parent(int dfd, struct filename *fn, struct path *path, struct last_name *last);

/**
 * lookup_create() - for open(O_CREAT): what @fn names, made as a regular file if it is not there
 * Return: 0 with references in @path, or -Exxx.
 */
int lookup_create(int dfd, struct filename *fn, u32 flags, umode_t mode, struct path *path, bool *created);

/** __generic_fillattr() - generic_fillattr() in the middle of something */
static __inline_always void __generic_fillattr(struct inode *inode, struct kstat *stat)
{
	stat->ino = inode->i_ino;
	stat->size = i_size_read(inode);
	stat->blocks = inode->i_mapping ? inode->i_mapping->nrpages << (PAGE_SHIFT - 9) : 0;
	stat->dev = inode->i_sb->s_dev;
	stat->rdev = inode->i_rdev;
	stat->nlink = inode->i_nlink;
	stat->uid = inode->i_uid;
	stat->gid = inode->i_gid;
	stat->blksize = PAGE_SIZE;
	stat->mode = inode->i_mode;
	stat->atime = inode->i_atime;
	stat->mtime = inode->i_mtime;
	stat->ctime = inode->i_ctime;
	stat->btime = inode->i_btime;
}

/** touch_atime() - it was read, if that is worth noting: since it was changed, or for a day */
void touch_atime(struct inode *inode);

/**
 * limit_write() - cut a write at *@pos to what RLIMIT_FSIZE allows; limit_size() - whether it allows this size
 * Return: 0, or -EFBIG, with SIGXFSZ.
 */
int limit_write(const loff_t *pos, struct iov_iter *from);
int limit_size(const struct inode *inode, loff_t size);

/** get_write_access() - one more who writes: 0, or -ETXTBSY; put_write_access() - one less */
int get_write_access(struct inode *inode);

static inline void put_write_access(struct inode *inode)
{
	__atomic_fetch_sub(&inode->i_writecount, 1, __ATOMIC_RELEASE);
}

/** get_empty_file() - a file with one reference and nothing else, or ERR_PTR(-ENOMEM); put_empty_file() - its end */
struct file *get_empty_file(u32 flags);
void put_empty_file(struct file *file);

/**
 * open_path() - open what @path names, whose references it takes over in any case
 * open_path_as() - the same as @file, an empty one, which it takes over too
 */
struct file *open_path(struct path *path, u32 flags);
struct file *open_path_as(struct file *file, struct path *path, u32 flags);

/**
 * anon_inode() - an inode of the tree that no path leads to, for alloc_file_pseudo() with anon_mount()
 * alloc_file_clone() - another open file of what @base is, with functions of its own
 */
struct inode *anon_inode(umode_t mode);
struct vfsmount *anon_mount(void);
struct file *alloc_file_clone(const struct file *base, int flags, const struct file_operations *fops);

/** chrdev_open() - i_fop->open of character devices; fifo_open() - of FIFOs */
extern const struct file_operations chrdev_fops, blkdev_fops, fifo_fops, socket_fops;

struct files_struct;

/** locks_remove_file() - @file is closed: locks that are its own go; locks_remove_posix() - those of @owner, who has closed it once */
void locks_remove_file(struct file *file);
void locks_remove_posix(struct file *file, struct files_struct *owner);
void locks_free_context(struct inode *inode);

/**
 * fd_install_from() - number from @start on and install in one; on failure the reference to @file is dropped
 * do_fcntl_dupfd(), get_close_on_exec(), set_close_on_exec() - for fcntl()
 */
int fd_install_from(unsigned int start, struct file *file, unsigned int flags);
int get_unused_fd_from(unsigned int start, unsigned int flags);
int do_fcntl_dupfd(struct file *file, unsigned int start, unsigned int flags);
bool get_close_on_exec(unsigned int fd);
void set_close_on_exec(unsigned int fd, bool set);
void fdtable_init(void);

typedef ssize_t (*transfer_fn)(struct file *file, struct iov_iter *i, loff_t *pos);

/** transfer_as() - what vfs_iter_read() or vfs_iter_write() does of a pipe or regular file that has @more_flags (O_...) too */
ssize_t transfer_as(struct file *file, u32 more_flags, struct iov_iter *i, loff_t *pos, transfer_fn transfer);

/** file_change_flags() - those of @mask in file->f_flags become as in @flags */
void file_change_flags(struct file *file, u32 mask, u32 flags);

/** fasync_set() - O_ASYNC of @file, or no more, by its descriptor @fd; nothing for a file without. 0, -ENOMEM. May sleep */
int fasync_set(unsigned int fd, struct file *file, bool on);

/** fasync_release_file() - @file, which has an f_async, is closed */
void fasync_release_file(struct file *file);

/** fasync_fcntl() - F_SETOWN, F_GETOWN, ..._EX, F_SETSIG, F_GETSIG */
long fasync_fcntl(struct file *file, unsigned int cmd, unsigned long arg);

/** fcntl_lock() - F_GETLK, F_SETLK and their kind */
long fcntl_lock(unsigned int fd, struct file *file, unsigned int cmd, struct flock __user *ulock);

/* notes for inotify, cheap while nobody watches anything */
void __fsnotify(struct inode *inode, u32 mask, const char *name, u32 cookie);
void fsnotify_inode_gone(struct inode *inode);
extern u32 fsnotify_watches;		/* in the whole system; atomic */

static inline void fsnotify(struct inode *inode, u32 mask, const char *name)
{
	if (unlikely(__atomic_load_n(&fsnotify_watches, __ATOMIC_RELAXED)))
		__fsnotify(inode, mask, name, 0);
}

/* an event of a file, told to who watches it and to who watches its directory */
void __fsnotify_dentry(struct dentry *dentry, u32 mask);

static inline void fsnotify_dentry(struct dentry *dentry, u32 mask)
{
	if (unlikely(__atomic_load_n(&fsnotify_watches, __ATOMIC_RELAXED)))
		__fsnotify_dentry(dentry, mask);
}

#endif
