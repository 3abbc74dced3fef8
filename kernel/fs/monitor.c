/* SPDX-License-Identifier: BSD-2-Clause */
/* Files seen from the monitor: ls, cat, mounts. */
#include "internal.h"
#include <asm/page.h>
#include <kernel/console.h>
#include <kernel/monitor.h>
#include <kernel/namei.h>
#include <kernel/printk.h>
#include <mm/page_alloc.h>

struct lister {
	struct dir_context ctx;
	struct dentry	*dir;
};

static void print_inode(const char *name, int len, struct inode *inode)
{
	struct kstat k;

	if (vfs_getattr(inode, &k))
		return;
	printk("%07o %5u %5u %10llu %.*s", k.mode, k.uid, k.gid, (unsigned long long)k.size, len, name);
	printk(inode->i_link && S_ISLNK(k.mode) ? " -> %s\n" : "\n", inode->i_link);
}

static bool print_entry(struct dir_context *ctx, const char *name, u32 len, u64 ino, u32 type, loff_t next)
{
	struct lister *l = container_of(ctx, struct lister, ctx);
	struct qstr q = { name, len, full_name_hash(name, len) };
	struct dentry *d = d_lookup(l->dir, &q);

	if (d)
		print_inode(name, len, d->d_inode);
	else
		printk("%*s%.*s\n", 31, "", (int)len, name);
	dput(d);
	return true;
}

static void list_directory(struct file *file)
{
	struct lister l = { .ctx = { .actor = print_entry }, .dir = file->f_path.dentry };

	inode_lock_shared(file->f_inode);
	file->f_op->iterate_shared(file, &l.ctx);
	inode_unlock_shared(file->f_inode);
}

static int cmd_ls(int argc, char **argv)
{
	const char *name = argc == 2 ? argv[1] : "/";
	struct file *file;
	struct path path;
	int err;

	if (argc > 2)
		return -1;
	err = kern_path(name, 0, &path);
	if (err) {
		printk("ls: %s: error %d\n", name, -err);
		return 0;
	}
	file = S_ISDIR(path.dentry->d_inode->i_mode) ? dentry_open(&path, O_RDONLY | O_DIRECTORY) : ERR_PTR(-ENOTDIR);
	if (!IS_ERR(file)) {
		list_directory(file);
		fput(file);
	} else {
		print_inode(name, strlen(name), path.dentry->d_inode);
	}
	path_put(&path);
	return 0;
}
MONITOR_COMMAND(ls, "[PATH]", "files of the initramfs, and what was made since", cmd_ls);

static int cmd_cat(int argc, char **argv)
{
	char *page;
	struct file *file;
	loff_t pos = 0;
	ssize_t n;

	if (argc != 2)
		return -1;
	file = filp_open(argv[1], O_RDONLY | O_NONBLOCK, 0);
	if (IS_ERR(file)) {
		printk("cat: %s: error %ld\n", argv[1], -PTR_ERR(file));
		return 0;
	}
	page = get_free_page(GFP_KERNEL);
	while (page && (n = kernel_read(file, page, PAGE_SIZE, &pos)) > 0)
		console_write(page, n);
	free_page(page);
	fput(file);
	return 0;
}
MONITOR_COMMAND(cat, "PATH", "the contents of a file", cmd_cat);

static int cmd_unpack(int argc, char **argv)
{
	if (argc != 1)
		return -1;
	if (!populate_rootfs())
		printk("unpack: there is no initial RAM disk, or nothing in it\n");
	return 0;
}
MONITOR_COMMAND(unpack, "", "the initial RAM disk into /, as it is done before a program is started", cmd_unpack);
