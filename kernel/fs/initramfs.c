/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first files: the initial RAM disk is a row of cpio archives, plain or packed
 * by LZ4 or gzip, which are unpacked into the root. What is wrong with one of them
 * is told, and what came before stays.
 *
 * Whole pages of a file in a plain archive become the file's where they begin at a
 * page. All else is copied and freed, at the end or as soon as pages behind it are used.
 */
#include "internal.h"
#include <asm/page.h>
#include <kernel/initrd.h>
#include <kernel/namei.h>
#include <kernel/printk.h>
#include <kernel/timekeeping.h>
#include <lib/cpio.h>
#include <lib/inflate.h>
#include <lib/lz4.h>
#include <mm/init.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define LZ4_LEGACY_MAGIC	0x184c2102u
#define LZ4_LEGACY_BLOCK	(8u << 20)	/* bytes that each block but the last makes */
#define FIRST_ROOM		(1u << 20)
#define MAX_ROOM		(2ULL << 30)

/* The first name of a file that has several. */
struct hard_link {
	struct hard_link *next;
	u32		ino, major, minor;
	char		path[];
};

struct unpack {
	unsigned long	files;
	u64		bytes;
	struct hard_link *links;
	bool		plain;		/* what is read is the initial RAM disk itself */
	phys_addr_t	reserved;	/* it is so from here to its end, but for pages that this entry's file has */
	phys_addr_t	used, used_end;	/* those; used_end is at most reserved: none */
	unsigned long	in_place;	/* such pages in all */
};

/* ------------------------------------------------------------------------ one entry */

static int make_node(const char *path, umode_t mode, dev_t rdev, const char *target)
{
	struct path dir;
	struct dentry *d = kern_path_create(path, &dir, S_ISDIR(mode) ? LOOKUP_DIRECTORY : 0);
	int err;

	if (IS_ERR(d))
		return PTR_ERR(d);
	err = vfs_make(dir.dentry->d_inode, d, mode, rdev, target);
	done_path_create(&dir, d);
	return err;
}

/* The directories on the way to @path, where the archive leaves them out. */
static int make_parents(const char *path)
{
	size_t len = strlen(path);
	char *part = kmalloc(len + 1, GFP_KERNEL);
	int err = 0;

	if (!part)
		return -ENOMEM;
	for (size_t i = 1; i < len && !err; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		err = make_node(part, S_IFDIR | 0755, 0, NULL);
		if (err == -EEXIST)
			err = 0;
	}
	kfree(part);
	return err;
}

static int remove_name(const char *path)
{
	struct filename fn;
	struct last_name last;
	struct dentry *d;
	struct path dir;
	int err = getname_kernel(&fn, path);

	if (err)
		return err;
	err = lookup_parent(AT_FDCWD, &fn, &dir, &last);
	if (!err) {
		inode_lock(dir.dentry->d_inode);
		d = lookup_one(dir.dentry, &last.name);
		err = IS_ERR(d) ? PTR_ERR(d) : vfs_unlink(dir.dentry->d_inode, d, false);
		inode_unlock(dir.dentry->d_inode);
		if (!IS_ERR(d))
			dput(d);
		path_put(&dir);
	}
	putname(&fn);
	return err;
}

/* Like make_node(), in the place of another file and below directories that are made for it. */
static int make_anyway(const char *path, umode_t mode, dev_t rdev, const char *target)
{
	int err = make_node(path, mode, rdev, target);

	if (err == -ENOENT && !make_parents(path))
		err = make_node(path, mode, rdev, target);
	if (err == -EEXIST && !S_ISDIR(mode) && !remove_name(path))
		err = make_node(path, mode, rdev, target);
	return err == -EEXIST && S_ISDIR(mode) ? 0 : err;
}

static void set_owner(const struct path *path, const struct cpio_entry *e)
{
	struct inode *inode = path->dentry->d_inode;

	inode->i_uid = e->uid;
	inode->i_gid = e->gid;
	if (!S_ISLNK(inode->i_mode))
		inode->i_mode = (inode->i_mode & S_IFMT) | (e->mode & S_IALLUGO);
	inode->i_mtime = (s64)e->mtime * (s64)NSEC_PER_SEC;
}

/* Pages of the archive become the first of the empty file. Return: how many, or -Exxx */
static long use_in_place(struct unpack *u, struct inode *inode, const struct cpio_entry *e)
{
	phys_addr_t start = __pa(e->data);
	unsigned long nr;
	int err;

	if (!u->plain || start & ~PAGE_MASK || i_size_read(inode))
		return 0;
	nr = adopt_reserved_range(start, start + ALIGN_DOWN(e->size, PAGE_SIZE));
	if (!nr)
		return 0;
	u->used = start;
	u->used_end = start + (nr << PAGE_SHIFT);
	err = tmpfs_use_pages(inode, virt_to_page(e->data), nr);
	u->in_place += err ? 0 : nr;
	return err ? err : (long)nr;
}

/* The pages that the last entry's file has are past; so is all before them. */
static void free_past(struct unpack *u)
{
	if (u->used_end <= u->reserved)
		return;
	free_reserved_range(u->reserved, u->used);
	u->reserved = u->used_end;
}

static int write_file(struct unpack *u, const struct path *path, const struct cpio_entry *e)
{
	struct file *file = dentry_open(path, O_WRONLY | O_LARGEFILE);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	n = use_in_place(u, path->dentry->d_inode, e);
	if (n >= 0) {
		pos = (loff_t)n << PAGE_SHIFT;
		n = pos < e->size ? kernel_write(file, e->data + pos, e->size - pos, &pos) : 0;
	}
	fput(file);
	return n < 0 ? n : pos == e->size ? 0 : -ENOSPC;
}

static struct hard_link *find_link(const struct unpack *u, const struct cpio_entry *e)
{
	struct hard_link *l = u->links;

	while (l && (l->ino != e->ino || l->major != e->dev_major || l->minor != e->dev_minor))
		l = l->next;
	return l;
}

static int keep_link(struct unpack *u, const struct cpio_entry *e)
{
	size_t size = strlen(e->name) + 1;
	struct hard_link *l = kmalloc(sizeof(*l) + size, GFP_KERNEL);

	if (!l)
		return -ENOMEM;
	*l = (struct hard_link){ u->links, e->ino, e->dev_major, e->dev_minor };
	memcpy(l->path, e->name, size);
	u->links = l;
	return 0;
}

static int link_names(const char *old_name, const char *name)
{
	struct path old, dir;
	struct dentry *d;
	int err = kern_path(old_name, 0, &old);

	if (err)
		return err;
	d = kern_path_create(name, &dir, 0);
	if (IS_ERR(d)) {
		err = PTR_ERR(d);
	} else {
		err = vfs_link(old.dentry, dir.dentry->d_inode, d);
		done_path_create(&dir, d);
	}
	path_put(&old);
	return err;
}

/* A name of a file: the first one makes it, and the contents may come with any. */
static int make_regular(struct unpack *u, const struct cpio_entry *e)
{
	struct hard_link *l = e->nlink > 1 ? find_link(u, e) : NULL;
	int err;

	if (l) {
		remove_name(e->name);
		err = link_names(l->path, e->name);
		if (err != -ENOENT)
			return err;
		err = make_parents(e->name);
		return err ? err : link_names(l->path, e->name);
	}
	err = make_anyway(e->name, S_IFREG | 0600, 0, NULL);
	if (!err && e->nlink > 1)
		err = keep_link(u, e);
	return err;
}

static int make_symlink(const struct cpio_entry *e)
{
	char *target;
	int err;

	if (!e->size || e->size >= PATH_MAX)
		return -ENAMETOOLONG;
	target = kmalloc(e->size + 1, GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	memcpy(target, e->data, e->size);
	target[e->size] = '\0';
	err = make_anyway(e->name, S_IFLNK | S_IRWXUGO, 0, target);
	kfree(target);
	return err;
}

static int make_entry(struct unpack *u, const struct cpio_entry *e)
{
	umode_t mode = e->mode;

	switch (mode & S_IFMT) {
	case S_IFREG:
		return make_regular(u, e);
	case S_IFLNK:
		return make_symlink(e);
	case S_IFDIR:
	case S_IFIFO:
	case S_IFSOCK:
		return make_anyway(e->name, mode, 0, NULL);
	case S_IFCHR:
	case S_IFBLK:
		return make_anyway(e->name, mode, MKDEV(e->rdev_major, e->rdev_minor), NULL);
	}
	return -EINVAL;
}

static int unpack_entry(struct unpack *u, const struct cpio_entry *e)
{
	struct path path;
	int err = make_entry(u, e);

	if (err)
		return err;
	err = kern_path(e->name, 0, &path);
	if (err)
		return err;
	if (S_ISREG(e->mode) && S_ISREG(path.dentry->d_inode->i_mode) && e->size)
		err = write_file(u, &path, e);
	set_owner(&path, e);
	path_put(&path);
	u->files++;
	u->bytes += S_ISREG(e->mode) ? e->size : 0;
	return err;
}

/* ----------------------------------------------------------------------- one archive */

static void forget_links(struct unpack *u)
{
	while (u->links) {
		struct hard_link *l = u->links;

		u->links = l->next;
		kfree(l);
	}
}

/* Plain archives from @data on. Return: bytes of them; what is wrong is told */
static u64 unpack_plain(struct unpack *u, const u8 *data, u64 size)
{
	struct cpio_reader r = { .data = data, .size = size };
	struct cpio_entry e;

	while (cpio_next(&r, &e)) {
		int err = unpack_entry(u, &e);

		if (err)
			printk(KERN_WARNING "initramfs: '%.200s' of %u bytes: error %d\n", e.name, e.size, -err);
		free_past(u);
		if (err == -ENOSPC || err == -ENOMEM)
			break;
	}
	forget_links(u);
	if (!r.error)
		return r.pos;
	printk(KERN_WARNING "initramfs: damaged at byte %llu: %s\n", (unsigned long long)r.pos, r.error);
	return size;
}

/* -------------------------------------------------------------------- packed archives */

static bool grow(struct inflate_out *out)
{
	u64 room = out->room ? out->room * 2 : FIRST_ROOM;
	u8 *data = room <= MAX_ROOM ? vmalloc(room) : NULL;

	if (!data)
		return false;
	memcpy(data, out->data, out->size);
	vfree(out->data);
	out->data = data;
	out->room = room;
	return true;
}

static const char *expand_gzip(const u8 *data, u64 size, size_t *used, struct inflate_out *out)
{
	struct inflate_work *work = kmalloc(sizeof(*work), GFP_KERNEL);
	const char *error = work ? gunzip(data, size, used, out, work) : "there is no memory for it";

	kfree(work);
	return error;
}

/* Blocks, each behind its length, until something that can be none (lz4_Frame_format.md, Legacy frame). */
static const char *expand_lz4(const u8 *data, u64 size, size_t *used, struct inflate_out *out)
{
	u64 at = 4;

	while (size - at >= 4) {
		u32 n = get_unaligned_le32(data + at);
		s64 got;

		if (n == LZ4_LEGACY_MAGIC) {	/* another frame */
			at += 4;
			continue;
		}
		if (!n || n > size - at - 4 || n > LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)
			break;
		while (out->room - out->size < LZ4_LEGACY_BLOCK)
			if (!grow(out))
				return "there is no memory for it";
		got = lz4_decompress(data + at + 4, n, out->data + out->size, LZ4_LEGACY_BLOCK);
		if (got < 0)
			return "a block is damaged";
		out->size += got;
		at += 4 + n;
	}
	*used = at;
	return out->size ? NULL : "it is empty";
}

struct format {
	const char	*name;
	u8		magic[6], size;		/* bytes of the magic */
	const char	*(*expand)(const u8 *data, u64 size, size_t *used, struct inflate_out *out);	/* NULL: not known here */
};

static const struct format formats[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, expand_gzip },
	{ "LZ4", { 0x02, 0x21, 0x4c, 0x18 }, 4, expand_lz4 },
	{ "LZ4 (frames of the newer kind; lz4 -l makes the other)", { 0x04, 0x22, 0x4d, 0x18 }, 4, NULL },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, NULL },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, NULL },
	{ "bzip2", { 'B', 'Z', 'h' }, 3, NULL },
	{ "LZMA", { 0x5d, 0, 0 }, 3, NULL },
	{ "LZO", { 0x89, 'L', 'Z', 'O', 0, 0x0d }, 6, NULL },
};

static const struct format *format_of(const u8 *data, u64 size)
{
	for (const struct format *f = formats; f < formats + ARRAY_SIZE(formats); f++)
		if (size >= f->size && !memcmp(data, f->magic, f->size))
			return f;
	return NULL;
}

/* Return: bytes of it, @size when nothing behind it can be found */
static u64 unpack_packed(struct unpack *u, const u8 *data, u64 size)
{
	const struct format *f = format_of(data, size);
	struct inflate_out out = { .grow = grow };
	const char *error;
	size_t used = size;

	if (!f || !f->expand) {
		printk(KERN_WARNING "initramfs: %s\n", f ? "packed in a format that is not known here:" :
		       "neither a cpio archive nor packed in a format that is known");
		if (f)
			printk(KERN_WARNING "initramfs: %s; gzip and LZ4 are\n", f->name);
		return size;
	}
	error = f->expand(data, size, &used, &out);
	if (error)
		printk(KERN_WARNING "initramfs: %s: %s\n", f->name, error);
	u->plain = false;
	unpack_plain(u, out.data, out.size);
	u->plain = true;
	vfree(out.data);
	vm_flush();			/* it was large: its pages are free now */
	return error ? size : used;
}

static u64 skip_zeros(const u8 *data, u64 size)
{
	u64 n = 0;

	while (n < size && !data[n])
		n++;
	return n;
}

static void unpack_initramfs(struct unpack *u, const u8 *data, u64 size)
{
	u64 at = 0;

	while ((at += skip_zeros(data + at, size - at)) < size) {
		u64 plain = unpack_plain(u, data + at, size - at);

		at += plain ? plain : unpack_packed(u, data + at, size - at);
	}
	printk("initramfs: %lu files, %llu KiB, %lu KiB in place\n", u->files,
	       (unsigned long long)(u->bytes + 1023) >> 10, u->in_place << (PAGE_SHIFT - 10));
}

bool populate_rootfs(void)
{
	struct unpack u = { .plain = true, .reserved = initrd.start };

	make_node("/dev", S_IFDIR | 0755, 0, NULL);
	make_node("/dev/console", S_IFCHR | 0600, MKDEV(5, 1), NULL);
	make_node("/root", S_IFDIR | 0700, 0, NULL);
	if (!initrd.size)
		return false;
	unpack_initramfs(&u, __va(initrd.start), initrd.size);
	free_reserved_range(u.reserved, initrd.start + initrd.size);
	initrd.size = 0;
	return u.files;
}
