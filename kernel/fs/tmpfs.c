/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in memory: the pages in a file's page cache are the file. A write takes
 * the inode's lock, a read takes it shared, so neither sees half of the other and
 * no page goes while it is copied. Faults of the copies take no such lock.
 */
#include "internal.h"
#include <asm/page.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/seq_file.h>
#include <kernel/signal.h>
#include <lib/kstrtox.h>
#include <lib/memparse.h>
#include <mm/filemap.h>
#include <mm/mm.h>
#include <mm/page_tree.h>
#include <mm/slab.h>
#include <uapi/mount.h>

struct tmpfs_sb {
	u64	max_pages, max_inodes;	/* 0: as many as there is memory for */
	u64	pages, inodes;		/* taken; atomic */
	umode_t	mode;			/* of the root */
	u32	uid, gid;
};

struct tmpfs_inode {
	struct inode		vfs;
	struct address_space	pages;
	u32			seals;		/* of memfd_create(); inode_lock() */
};

static struct kmem_cache *file_cache, *other_cache;	/* with pages, and without */
static const struct inode_operations dir_iops, file_iops;
static const struct file_operations file_fops;
static const struct super_operations super_ops;

static struct tmpfs_inode *TMPFS_I(struct inode *inode)
{
	return container_of(inode, struct tmpfs_inode, vfs);
}

/* ------------------------------------------------------------------------- limits */

/* Take @n of what is limited to @max. */
static bool charge(u64 *taken, u64 max, u64 n)
{
	if (__atomic_add_fetch(taken, n, __ATOMIC_RELAXED) <= max || !max)
		return true;
	__atomic_fetch_sub(taken, n, __ATOMIC_RELAXED);
	return false;
}

static void uncharge(u64 *taken, u64 n)
{
	__atomic_fetch_sub(taken, n, __ATOMIC_RELAXED);
}

/* Pages of one tree together are counted only where they are limited. */
static bool charge_page(struct inode *inode)
{
	struct tmpfs_sb *sbi = inode->i_sb->s_fs_info;

	return !sbi->max_pages || charge(&sbi->pages, sbi->max_pages, 1);
}

static void uncharge_one(struct inode *inode)
{
	struct tmpfs_sb *sbi = inode->i_sb->s_fs_info;

	if (sbi->max_pages)
		uncharge(&sbi->pages, 1);
}

/* @before: pages of the file as it was */
static void uncharge_pages(struct inode *inode, unsigned long before)
{
	struct tmpfs_sb *sbi = inode->i_sb->s_fs_info;
	unsigned long now = inode->i_mapping->nrpages;

	if (sbi->max_pages && now < before)
		uncharge(&sbi->pages, before - now);
}

/* ------------------------------------------------------------------------- inodes */

static void set_kind(struct inode *inode, dev_t rdev)
{
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &file_iops;
		inode->i_fop = &file_fops;
		inode->i_mapping = &TMPFS_I(inode)->pages;
		address_space_init(inode->i_mapping, inode);
		break;
	case S_IFDIR:
		inode->i_op = &dir_iops;
		inode->i_fop = &dcache_dir_ops;
		inode->i_size = 40;
		break;
	default:
		init_special_inode(inode, rdev);
	}
}

static int set_link(struct inode *inode, const char *target)
{
	size_t len = strlen(target);
	char *text = kmalloc(len + 1, GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	memcpy(text, target, len + 1);
	inode->i_link = text;
	inode->i_size = len;
	return 0;
}

static struct inode *tmpfs_make_in(struct super_block *sb, struct inode *dir, umode_t mode, dev_t rdev,
				   const char *target)
{
	struct kmem_cache *cache = S_ISREG(mode) ? file_cache : other_cache;
	struct tmpfs_sb *sbi = sb->s_fs_info;
	struct inode *inode;

	if (!charge(&sbi->inodes, sbi->max_inodes, 1))
		return ERR_PTR(-ENOSPC);
	inode = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO);
	if (!inode)
		goto no_memory;
	inode_init(inode, sb, dir, mode);
	set_kind(inode, rdev);
	if (!S_ISLNK(mode) || !set_link(inode, target))
		return inode;
	kmem_cache_free(cache, inode);
no_memory:
	uncharge(&sbi->inodes, 1);
	return ERR_PTR(-ENOSPC);
}

static struct inode *tmpfs_make(struct inode *dir, umode_t mode, dev_t rdev, const char *target)
{
	return tmpfs_make_in(dir->i_sb, dir, mode, rdev, target);
}

static void tmpfs_evict(struct inode *inode)
{
	struct tmpfs_sb *sbi = inode->i_sb->s_fs_info;
	unsigned long before;

	if (inode->i_mapping) {
		before = inode->i_mapping->nrpages;
		i_size_write(inode, 0);
		truncate_pagecache(inode->i_mapping, 0);
		uncharge_pages(inode, before);
	}
	uncharge(&sbi->inodes, 1);
}

static void tmpfs_free_inode(struct inode *inode)
{
	kmem_cache_free(S_ISREG(inode->i_mode) ? file_cache : other_cache, inode);
}

/* ------------------------------------------------------------------------- reading */

/* Bytes to the end of the page, or of what is wanted. */
static inline size_t part_of_page(loff_t pos, size_t left)
{
	return min(left, PAGE_SIZE - (size_t)(pos & (PAGE_SIZE - 1)));
}

/* Pages one after the other. None goes while the inode is locked, so nobody holds references. */
struct run {
	struct page	**slot;		/* of the next page */
	unsigned int	left;		/* slots that lie in a row; 0: to be looked up */
};

static inline struct page *next_page(struct run *r, struct address_space *mapping, unsigned long index)
{
	if (unlikely(!r->left))
		r->slot = page_tree_run(mapping, index, &r->left);
	r->left--;
	return __atomic_load_n(r->slot++, __ATOMIC_ACQUIRE);
}

/* To one buffer of a program, without a detour: each instruction here is one for each page. Return: bytes */
static size_t read_to_user(struct address_space *mapping, char __user *to, loff_t pos, size_t n)
{
	unsigned long index = pos >> PAGE_SHIFT, offset = pos & (PAGE_SIZE - 1);
	size_t left = n, part = PAGE_SIZE - offset, missing;

	if (!access_ok(to, n))
		return 0;
	stac();
	do {
		unsigned int nr;
		struct page **slot = page_tree_run(mapping, index, &nr), **end = slot + nr;

		index += nr;
		do {
			const struct page *page = __atomic_load_n(slot++, __ATOMIC_ACQUIRE);

			if (part > left)
				part = left;
			if (likely(page))
				missing = copy_user(to, (char *)page_address(page) + offset, part);
			else
				missing = zero_user(to, part);
			if (unlikely(missing)) {
				left -= part - missing;
				goto out;
			}
			to += part;
			left -= part;
			offset = 0;
			part = PAGE_SIZE;
		} while (left && slot < end);
	} while (left);
out:
	clac();
	return n - left;
}

/* Context: inode_lock_shared(). Return: bytes */
static size_t read_pages(struct address_space *mapping, struct iov_iter *to, loff_t pos, size_t n)
{
	struct run r = { 0 };
	size_t done = 0;

	if (likely(to->type == ITER_UBUF)) {
		done = read_to_user(mapping, (char __user *)to->ubuf + to->offset, pos, n);
		iov_iter_advance(to, done);
		return done;
	}
	while (done < n) {
		size_t part = part_of_page(pos + done, n - done), got;
		const struct page *page = next_page(&r, mapping, (pos + done) >> PAGE_SHIFT);

		if (page)
			got = copy_to_iter((char *)page_address(page) + ((pos + done) & (PAGE_SIZE - 1)), part, to);
		else
			got = iov_iter_zero(part, to);
		done += got;
		if (got < part)
			break;
	}
	return done;
}

static void file_accessed(struct file *file)
{
	const u32 never = MS_NOATIME | MS_RDONLY;

	if (file->f_flags & O_NOATIME || (file->f_path.mnt->mnt_flags | file->f_inode->i_sb->s_flags) & never)
		return;
	touch_atime(file->f_inode);
}

static ssize_t tmpfs_read_iter(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct inode *inode = file->f_inode;
	size_t n = 0;
	loff_t size;

	inode_lock_shared(inode);
	size = i_size_read(inode);
	if (*pos < size)
		n = min((u64)to->count, (u64)(size - *pos));
	if (n) {
		size_t got = read_pages(inode->i_mapping, to, *pos, n);

		*pos += got;
		n = got ? (ssize_t)got : -EFAULT;
	}
	inode_unlock_shared(inode);
	file_accessed(file);
	return n;
}

/* ------------------------------------------------------------------------- writing */

/* A page that is not in the file yet, for the part of it that begins at @offset. */
static struct page *new_page(struct inode *inode, unsigned int offset, size_t n)
{
	struct page *page;
	char *va;

	if (!charge_page(inode))
		return ERR_PTR(-ENOSPC);
	page = filemap_alloc_page();
	if (!page) {
		uncharge_one(inode);
		return ERR_PTR(-ENOSPC);
	}
	va = page_address(page);
	memset(va, 0, offset);
	memset(va + offset + n, 0, PAGE_SIZE - offset - n);
	return page;
}

/* A page that the file has not. Return: bytes, 0 when a fault has made it meanwhile, or -Exxx */
static __noinline ssize_t write_new(struct inode *inode, struct iov_iter *from, loff_t pos, size_t n)
{
	unsigned int offset = pos & (PAGE_SIZE - 1);
	struct page *page = new_page(inode, offset, n);
	size_t got;
	int err;

	if (IS_ERR(page))
		return PTR_ERR(page);
	got = copy_from_iter((char *)page_address(page) + offset, n, from);
	memset((char *)page_address(page) + offset + got, 0, n - got);
	err = got ? add_to_page_cache(page, inode->i_mapping, pos >> PAGE_SHIFT) : -EFAULT;
	put_page(page);
	if (likely(!err))
		return got;
	uncharge_one(inode);
	if (err == -EEXIST) {
		iov_iter_revert(from, got);
		return 0;
	}
	return err == -ENOMEM ? -ENOSPC : err;
}

static int use_page(struct inode *inode, struct page *page, unsigned long index)
{
	int err;

	if (!charge_page(inode))
		return -ENOSPC;
	err = add_to_page_cache(page, inode->i_mapping, index);
	if (err)
		uncharge_one(inode);
	return err;
}

int tmpfs_use_pages(struct inode *inode, struct page *pages, unsigned long nr)
{
	int err = inode->i_fop == &file_fops ? 0 : -EINVAL;

	inode_lock(inode);
	for (unsigned long i = 0; i < nr; i++) {
		filemap_use_page(pages + i);
		if (!err)
			err = use_page(inode, pages + i, i);
		put_page(pages + i);
		if (!err)
			i_size_write(inode, (loff_t)(i + 1) << PAGE_SHIFT);
	}
	inode_unlock(inode);
	return err;
}

/* One page of a write. Context: inode_lock() */
static inline ssize_t write_part(struct inode *inode, struct run *r, struct iov_iter *from, loff_t pos, size_t n)
{
	struct page *page = next_page(r, inode->i_mapping, pos >> PAGE_SHIFT);
	size_t got;

	if (likely(page)) {
		got = copy_from_iter((char *)page_address(page) + (pos & (PAGE_SIZE - 1)), n, from);
		if (got < n)
			r->left = 0;		/* within the page */
		return got ? (ssize_t)got : -EFAULT;
	}
	r->left = 0;				/* the slots may be others then */
	return write_new(inode, from, pos, n);
}

/* What does not depend on the data. */
static int write_checks(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct inode *inode = file->f_inode;

	if (file->f_flags & O_APPEND)
		*pos = i_size_read(inode);
	if (unlikely(TMPFS_I(inode)->seals)) {
		if (TMPFS_I(inode)->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
			return -EPERM;
		if (TMPFS_I(inode)->seals & F_SEAL_GROW && *pos + (loff_t)from->count > i_size_read(inode))
			return -EPERM;
	}
	return limit_write(pos, from);
}

/* Who writes to a program takes its set-user-ID bit away. */
static void file_modified(struct inode *inode)
{
	if (unlikely(inode->i_mode & (S_ISUID | S_ISGID)) && !capable(CAP_FSETID)) {
		inode->i_mode &= ~S_ISUID;
		if (inode->i_mode & S_IXGRP)
			inode->i_mode &= ~S_ISGID;
	}
	inode->i_mtime = inode->i_ctime = current_time();
}

static ssize_t tmpfs_write_iter(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct inode *inode = file->f_inode;
	struct run r = { 0 };
	ssize_t done = 0, n;

	inode_lock(inode);
	n = write_checks(file, from, pos);
	if (!n && from->count)
		file_modified(inode);
	while (!n && from->count) {
		ssize_t got = write_part(inode, &r, from, *pos, part_of_page(*pos, from->count));

		if (got < 0) {
			n = got;
			break;
		}
		done += got;
		*pos += got;
		if (*pos > inode->i_size)
			i_size_write(inode, *pos);
	}
	inode_unlock(inode);
	return done ? done : n;
}

/* ---------------------------------------------------------------------------- size */

static int tmpfs_set_size(struct inode *inode, loff_t size)
{
	u32 seals = TMPFS_I(inode)->seals;
	loff_t old = inode->i_size;
	unsigned long before = inode->i_mapping->nrpages;

	if ((size < old && seals & F_SEAL_SHRINK) || (size > old && seals & F_SEAL_GROW))
		return -EPERM;
	i_size_write(inode, size);
	if (size < old) {
		truncate_pagecache(inode->i_mapping, size);
		uncharge_pages(inode, before);
	}
	return 0;
}

static int tmpfs_setattr(struct inode *inode, const struct iattr *attr)
{
	if (attr->valid & ATTR_SIZE) {
		int err = limit_size(inode, attr->size);

		if (!err)
			err = tmpfs_set_size(inode, attr->size);
		if (err)
			return err;
	}
	return simple_setattr(inode, attr);
}

static int punch_hole(struct inode *inode, loff_t start, loff_t end)
{
	unsigned long before = inode->i_mapping->nrpages;

	if (TMPFS_I(inode)->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return -EPERM;
	truncate_pagecache_range(inode->i_mapping, start, end);
	uncharge_pages(inode, before);
	return 0;
}

/* Pages for all of the range. Those that were made stay if there are too few. */
static int make_pages(struct inode *inode, loff_t start, loff_t end)
{
	for (unsigned long index = start >> PAGE_SHIFT; index <= (u64)(end - 1) >> PAGE_SHIFT; index++) {
		unsigned long before = inode->i_mapping->nrpages;
		struct page *page;

		if (fatal_signal_pending(current))
			return -EINTR;
		if (!charge_page(inode))
			return -ENOSPC;
		page = find_or_create_page(inode->i_mapping, index);
		if (!page || inode->i_mapping->nrpages == before)
			uncharge_one(inode);
		if (!page)
			return -ENOSPC;
		put_page(page);
	}
	return 0;
}

static long tmpfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file->f_inode;
	loff_t end = offset + len;
	bool keep = mode & FALLOC_FL_KEEP_SIZE;
	int err;

	if (mode & FALLOC_FL_ZERO_RANGE)
		return -EOPNOTSUPP;
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		err = keep ? punch_hole(inode, offset, end) : -EOPNOTSUPP;
	} else {
		if (!keep && end > inode->i_size && TMPFS_I(inode)->seals & F_SEAL_GROW)
			return -EPERM;
		err = limit_size(inode, end);
		if (!err)
			err = make_pages(inode, offset, end);
		if (!err && !keep && end > inode->i_size)
			i_size_write(inode, end);
	}
	if (!err)
		file_modified(inode);
	return err;
}

/* Holes are where no page is. Context: the position is ours */
static loff_t seek_data(struct inode *inode, loff_t offset, bool hole)
{
	loff_t size = i_size_read(inode);
	unsigned long index = offset >> PAGE_SHIFT, last, at;
	struct page *page;

	if (offset < 0 || offset >= size)
		return -ENXIO;
	last = (size - 1) >> PAGE_SHIFT;
	for (;;) {
		at = index;
		if (!find_get_pages(inode->i_mapping, &at, last, &page, 1))
			return hole ? max(offset, (loff_t)index << PAGE_SHIFT) : -ENXIO;
		at = page->index;
		put_page(page);
		if (!hole)
			return max(offset, (loff_t)at << PAGE_SHIFT);
		if (at != index)
			return max(offset, (loff_t)index << PAGE_SHIFT);
		if (index++ == last)
			return size;
	}
}

static loff_t tmpfs_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t pos;

	if (whence != SEEK_DATA && whence != SEEK_HOLE)
		return generic_file_llseek(file, offset, whence);
	pos = seek_data(file->f_inode, offset, whence == SEEK_HOLE);
	if (pos >= 0)
		file->f_pos = pos;
	return pos;
}

static int tmpfs_fsync(struct file *file)
{
	return 0;			/* it is where it is kept */
}

/* --------------------------------------------------------------------------- seals */

int memfd_get_seals(struct file *file)
{
	return file->f_op == &file_fops ? (int)TMPFS_I(file->f_inode)->seals : -EINVAL;
}

int memfd_add_seals(struct file *file, u32 seals)
{
	const u32 all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
	struct inode *inode = file->f_inode;
	int err = 0;

	if (file->f_op != &file_fops || seals & ~all)
		return -EINVAL;
	if (!(file->f_mode & FMODE_WRITE))
		return -EPERM;
	inode_lock(inode);
	if (TMPFS_I(inode)->seals & F_SEAL_SEAL)
		err = -EPERM;
	else if (seals & F_SEAL_WRITE && __atomic_load_n(&inode->i_mapping->nr_writable, __ATOMIC_ACQUIRE))
		err = -EBUSY;
	else
		TMPFS_I(inode)->seals |= seals;
	inode_unlock(inode);
	return err;
}

static int tmpfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	u32 seals = TMPFS_I(file->f_inode)->seals;

	if (vma->vm_flags & VM_SHARED && seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vma->vm_flags &= ~VM_MAYWRITE;
	}
	return generic_file_mmap(file, vma);
}

struct file *tmpfs_file(struct vfsmount *mnt, const char *name, int flags, u32 seals)
{
	struct inode *inode = tmpfs_make_in(mnt->mnt_sb, NULL, S_IFREG | S_IRWXUGO, 0, NULL);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	inode->i_nlink = 0;
	TMPFS_I(inode)->seals = seals;
	file = alloc_file_pseudo(inode, mnt, name, flags, &file_fops);
	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_POS_LOCK;
	return file;
}

/* ------------------------------------------------------------------------ the tree */

/* A number, with K, M or G; @percent: also of RAM. Return: 0 or -EINVAL */
static int parse_count(const char *value, bool percent, u64 *n)
{
	const char *end;

	*n = memparse(value, &end);
	if (end == value || *n >> 62)
		return -EINVAL;
	if (percent && *end == '%') {
		if (*n > 100)
			return -EINVAL;
		*n = totalram_pages() * *n / 100 * PAGE_SIZE;
		end++;
	}
	return *end ? -EINVAL : 0;
}

static int parse_id(const char *value, unsigned int base, u64 limit, u32 *id)
{
	u64 n = 0;

	if (kstrtou64(value, base, &n) || n > limit)
		return -EINVAL;
	*id = n;
	return 0;
}

static int set_option(struct tmpfs_sb *sbi, const char *name, const char *value)
{
	u32 id = 0;
	u64 n = 0;
	int err;

	if (!strcmp(name, "size")) {
		err = parse_count(value, true, &n);
		sbi->max_pages = (n + PAGE_SIZE - 1) / PAGE_SIZE;
	} else if (!strcmp(name, "nr_blocks")) {
		err = parse_count(value, false, &sbi->max_pages);
	} else if (!strcmp(name, "nr_inodes")) {
		err = parse_count(value, false, &sbi->max_inodes);
	} else if (!strcmp(name, "mode")) {
		err = parse_id(value, 8, S_IALLUGO, &id);
		sbi->mode = id;
	} else if (!strcmp(name, "uid")) {
		err = parse_id(value, 10, ~0u - 1, &sbi->uid);
	} else if (!strcmp(name, "gid")) {
		err = parse_id(value, 10, ~0u - 1, &sbi->gid);
	} else {
		err = -EINVAL;
	}
	return err;
}

/* "size=10m,mode=1777", in a copy that is cut up. */
static int parse_options(struct tmpfs_sb *sbi, char *at)
{
	int err = 0;

	while (!err && *at) {
		char *next = strchr(at, ','), *value;

		if (next)
			*next++ = '\0';
		value = strchr(at, '=');
		if (value) {
			*value = '\0';
			err = set_option(sbi, at, value + 1);
		} else if (*at) {
			err = -EINVAL;
		}
		at = next ? next : "";
	}
	return err;
}

static int read_options(struct tmpfs_sb *sbi, const char *data)
{
	size_t size = strlen(data) + 1;
	char *copy = kmalloc(size, GFP_KERNEL);
	int err;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, size);
	err = parse_options(sbi, copy);
	kfree(copy);
	return err;
}

int tmpfs_fill_super(struct super_block *sb, const char *data)
{
	struct tmpfs_sb *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);
	struct inode *root;
	int err;

	if (!sbi)
		return -ENOMEM;
	*sbi = (struct tmpfs_sb){ .mode = S_IRWXUGO, .uid = current_fsuid(), .gid = current_fsgid() };
	/* what programs fill leaves them half of RAM; no limit: ramfs, and what has no names */
	if (!strcmp(sb->s_type->name, "tmpfs") || !strcmp(sb->s_type->name, "rootfs"))
		sbi->max_pages = sbi->max_inodes = totalram_pages() / 2;
	if (!strcmp(sb->s_type->name, "tmpfs"))
		sbi->mode |= S_ISVTX;
	else
		sbi->mode = 0755;
	err = read_options(sbi, data);
	sb->s_fs_info = sbi;
	sb->s_op = &super_ops;
	root = err ? ERR_PTR(err) : tmpfs_make_in(sb, NULL, S_IFDIR | sbi->mode, 0, NULL);
	if (IS_ERR(root)) {
		kfree(sbi);
		return PTR_ERR(root);
	}
	root->i_nlink = 2;
	root->i_uid = sbi->uid;
	root->i_gid = sbi->gid;
	sb->s_root = d_make_root(root);
	if (sb->s_root)
		return 0;
	kfree(sbi);
	return -ENOMEM;
}

static void tmpfs_put_super(struct super_block *sb)
{
	kfree(sb->s_fs_info);
}

static int tmpfs_remount(struct super_block *sb, const char *data)
{
	struct tmpfs_sb *sbi = sb->s_fs_info, new = *sbi;
	int err = read_options(&new, data);

	if (err)
		return err;
	/* pages were not counted while they had no limit, and are never fewer than the limit */
	if (!sbi->max_pages != !new.max_pages || (new.max_pages && new.max_pages < sbi->pages) ||
	    (new.max_inodes && new.max_inodes < sbi->inodes))
		return -EINVAL;
	sbi->max_pages = new.max_pages;
	sbi->max_inodes = new.max_inodes;
	return 0;
}

static int tmpfs_statfs(struct super_block *sb, struct user_statfs *buf)
{
	struct tmpfs_sb *sbi = sb->s_fs_info;

	buf->blocks = sbi->max_pages;
	buf->bfree = buf->bavail = sbi->max_pages ? sbi->max_pages - min(sbi->pages, sbi->max_pages) : 0;
	buf->files = sbi->max_inodes;
	buf->ffree = sbi->max_inodes ? sbi->max_inodes - min(sbi->inodes, sbi->max_inodes) : 0;
	return 0;
}

static void tmpfs_show_options(struct seq_file *m, struct super_block *sb)
{
	struct tmpfs_sb *sbi = sb->s_fs_info;

	if (sbi->max_pages && sbi->max_pages != totalram_pages() / 2)
		seq_printf(m, ",size=%lluk", (unsigned long long)sbi->max_pages << (PAGE_SHIFT - 10));
	if (sbi->max_inodes && sbi->max_inodes != totalram_pages() / 2)
		seq_printf(m, ",nr_inodes=%llu", (unsigned long long)sbi->max_inodes);
	if (sbi->mode != (S_IRWXUGO | S_ISVTX))
		seq_printf(m, ",mode=%03o", sbi->mode);
	if (sbi->uid)
		seq_printf(m, ",uid=%u", sbi->uid);
	if (sbi->gid)
		seq_printf(m, ",gid=%u", sbi->gid);
}

static const struct inode_operations dir_iops = { .make = tmpfs_make };
static const struct inode_operations file_iops = { .setattr = tmpfs_setattr };

static const struct file_operations file_fops = {
	.read_iter = tmpfs_read_iter, .write_iter = tmpfs_write_iter, .llseek = tmpfs_llseek, .mmap = tmpfs_mmap,
	.fsync = tmpfs_fsync, .fallocate = tmpfs_fallocate,
};

static const struct super_operations super_ops = {
	.free_inode = tmpfs_free_inode, .evict_inode = tmpfs_evict, .put_super = tmpfs_put_super,
	.statfs = tmpfs_statfs, .show_options = tmpfs_show_options, .remount = tmpfs_remount,
};

static struct file_system_type tmpfs_type = { .name = "tmpfs", .magic = TMPFS_MAGIC, .fill_super = tmpfs_fill_super };
static struct file_system_type ramfs_type = { .name = "ramfs", .magic = 0x858458f6, .fill_super = tmpfs_fill_super };

void tmpfs_init(void)
{
	file_cache = kmem_cache_create("tmpfs_file", sizeof(struct tmpfs_inode), 0, NULL);
	other_cache = kmem_cache_create("tmpfs_inode", sizeof(struct inode), 0, NULL);
	register_filesystem(&tmpfs_type);
	register_filesystem(&ramfs_type);
}
