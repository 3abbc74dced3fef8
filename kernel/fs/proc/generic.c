// SPDX-License-Identifier: BSD-2-Clause
/* Inodes, directories and links of the trees of tables, see internal.h. */
#include "internal.h"
#include <kernel/cred.h>
#include <lib/string.h>
#include <mm/slab.h>

#define WRITE_MAX	4096		/* bytes of a write with NUL */
#define NUMBERS_OFF	0x10000		/* places in a directory: names from FIRST_OFF on, numbers from here */

static const struct inode_operations dir_iops, file_iops, link_iops, place_iops;
static const struct file_operations dir_fops, file_fops;

static struct proc_file *proc_file_of(const struct inode *inode)
{
	return inode->i_private;
}

struct task_struct *proc_get_task(const struct proc_file *pf)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *p = pf->pid ? pf->pid->task : NULL;

	if (p)
		get_task_struct(p);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return p;
}

/* ---------------------------------------------------------------- inodes */

static umode_t kind_of(const struct proc_entry *e)
{
	return e->children || e->number ? S_IFDIR : e->readlink || e->follow ? S_IFLNK : S_IFREG;
}

/* The user of the process; root's is what is in the directory of one who lets nobody look. */
static void set_owner(struct inode *inode, const struct proc_file *pf)
{
	struct task_struct *p = proc_get_task(pf);
	const struct cred *cred = &init_cred;

	rcu_read_lock();
	if (p && (inode->i_mode == (S_IFDIR | 0555) || task_dumpable(p)))
		cred = task_cred(p);
	inode->i_uid = cred->euid;
	inode->i_gid = cred->egid;
	rcu_read_unlock();
	if (p)
		put_task_struct(p);
}

static struct inode *make_inode(struct super_block *sb, const struct proc_file *like)
{
	const struct proc_entry *e = like->entry;
	struct proc_file *pf = kmalloc(sizeof(*pf), GFP_KERNEL);
	struct inode *inode = pf ? new_inode(sb, NULL, kind_of(e) | e->mode) : NULL;

	if (!inode) {
		kfree(pf);
		return NULL;
	}
	*pf = *like;
	get_pid(pf->pid);
	inode->i_private = pf;
	set_owner(inode, pf);
	if (S_ISDIR(inode->i_mode)) {
		inode->i_op = &dir_iops;
		inode->i_fop = &dir_fops;
		inode->i_nlink = 2;
	} else if (S_ISLNK(inode->i_mode)) {
		inode->i_op = e->follow ? &place_iops : &link_iops;
	} else {
		inode->i_op = &file_iops;
		inode->i_fop = &file_fops;
	}
	return inode;
}

static void evict(struct inode *inode)
{
	struct proc_file *pf = proc_file_of(inode);

	put_pid(pf->pid);
	kfree(pf);
}

static bool is_gone(const struct proc_file *pf)
{
	return pf->pid && !__atomic_load_n(&pf->pid->task, __ATOMIC_RELAXED);
}

static int permission(struct inode *inode, int mask)
{
	const struct proc_file *pf = proc_file_of(inode);
	struct task_struct *p;
	bool may, own_files;

	if (!pf->entry->private_)
		return generic_permission(inode, mask);
	p = proc_get_task(pf);
	if (!p)
		return -ESRCH;
	may = may_look(p);
	own_files = pf->entry->number && p->signal == current->signal;	/* even if the directory is root's */
	put_task_struct(p);
	return own_files ? 0 : may ? generic_permission(inode, mask) : -EACCES;
}

static int no_setattr(struct inode *inode, const struct iattr *attr)
{
	return attr->valid & (ATTR_MODE | ATTR_UID | ATTR_GID) ? -EPERM : 0;
}

static bool revalidate(struct dentry *dentry)
{
	struct proc_file *pf = proc_file_of(dentry->d_inode);

	if (pf->pid)
		set_owner(dentry->d_inode, pf);
	return !is_gone(pf);
}

/* ---------------------------------------------------------------- directories */

static const struct proc_entry *find_name(const struct proc_entry *table, const struct qstr *name)
{
	const struct proc_entry *e;

	for (e = table; e && e->name; e++)
		if (strlen(e->name) == name->len && !memcmp(e->name, name->name, name->len))
			return e;
	return NULL;
}

/* -1 when it is no number as directories show them. */
static int parse_number(const struct qstr *name)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < name->len; i++) {
		char c = name->name[i];

		if (c < '0' || c > '9' || (i && name->name[0] == '0'))
			return -1;
		n = n * 10 + c - '0';
		if (n > 0x7fffffff)
			return -1;
	}
	return name->len ? (int)n : -1;
}

static struct inode *lookup(struct inode *dir, const struct qstr *name)
{
	struct proc_file *pf = proc_file_of(dir), child = { .pid = pf->pid, .number = pf->number };
	struct inode *inode;
	int nr;

	if (is_gone(pf))
		return ERR_PTR(-ENOENT);
	child.entry = find_name(pf->entry->children, name);
	if (!child.entry && pf->entry->number) {
		nr = parse_number(name);
		if (nr >= 0)
			child.entry = pf->entry->number(pf, nr, &child);
	}
	if (!child.entry)
		return ERR_PTR(-ENOENT);
	inode = make_inode(dir->i_sb, &child);
	if (child.pid != pf->pid)
		put_pid(child.pid);	/* number() took one */
	return inode ? inode : ERR_PTR(-ENOMEM);
}

static bool emit_names(const struct proc_entry *table, struct dir_context *ctx)
{
	const struct proc_entry *e;
	loff_t off = FIRST_OFF;

	for (e = table; e && e->name; e++, off++)
		if (ctx->pos <= off && !dir_emit(ctx, e->name, strlen(e->name), off, S_DT(kind_of(e)), off + 1))
			return false;
	return true;
}

static int iterate(struct file *file, struct dir_context *ctx)
{
	struct proc_file *pf = proc_file_of(file->f_inode);
	u32 type = pf->entry->private_ ? DT_LNK : DT_DIR;	/* numbers are open files, or processes */
	char name[16];
	int nr;

	if (!dir_emit_dots(file, ctx) || !emit_names(pf->entry->children, ctx) || !pf->entry->next_number)
		return 0;
	nr = max(ctx->pos - NUMBERS_OFF, (loff_t)0);
	while ((nr = pf->entry->next_number(pf, nr)) >= 0) {
		int len = snprintf(name, sizeof(name), "%d", nr);

		if (!dir_emit(ctx, name, len, NUMBERS_OFF + nr, type, NUMBERS_OFF + nr + 1))
			break;
		nr++;
	}
	return 0;
}

static const struct inode_operations dir_iops = {
	.lookup = lookup, .revalidate = revalidate, .permission = permission, .setattr = no_setattr,
};
static const struct file_operations dir_fops = { .iterate_shared = iterate, .llseek = generic_file_llseek };

/* ---------------------------------------------------------------- links */

static int readlink(struct inode *inode, char *buf, size_t size)
{
	struct proc_file *pf = proc_file_of(inode);
	struct path path;
	char *text;
	int err;

	if (pf->entry->readlink)
		return pf->entry->readlink(pf, buf, size);
	err = pf->entry->follow(pf, &path);
	if (err)
		return err;
	text = d_path(&path, buf, size);
	if (!IS_ERR(text)) {
		err = strlen(text);
		memmove(buf, text, err);
	} else {
		err = PTR_ERR(text);
	}
	path_put(&path);
	return err;
}

static int follow(struct inode *inode, struct path *path)
{
	struct proc_file *pf = proc_file_of(inode);

	return pf->entry->follow(pf, path);
}

/* A link of text is followed by its name, one that leads to a place directly. */
static const struct inode_operations link_iops = {
	.readlink = readlink, .revalidate = revalidate, .setattr = no_setattr,
};
static const struct inode_operations place_iops = {
	.readlink = readlink, .follow = follow, .revalidate = revalidate, .setattr = no_setattr,
};

/* ---------------------------------------------------------------- files */

static int show(struct seq_file *m)
{
	struct proc_file *pf = proc_file_of(m->private);

	return pf->entry->show(m, pf);
}

static int open(struct inode *inode, struct file *file)
{
	struct proc_file *pf = proc_file_of(inode);

	if (file->f_mode & FMODE_WRITE && !pf->entry->write)
		return -EACCES;
	return pf->entry->show ? single_open(file, show, inode) : 0;
}

static ssize_t write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct proc_file *pf = proc_file_of(file->f_inode);
	size_t n = min(iov_iter_count(from), (size_t)WRITE_MAX - 1);
	char *text = kmalloc(n + 1, GFP_KERNEL);
	int err = 0;

	if (!text)
		return -ENOMEM;
	if (copy_from_iter(text, n, from) != n)
		err = -EFAULT;
	text[n] = '\0';
	if (!err)
		err = pf->entry->write(pf, text, n);
	kfree(text);
	return err ? err : (ssize_t)n;
}

static ssize_t read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	return file->private_data ? seq_read(file, to, pos) : -EINVAL;
}

static void release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		seq_release(inode, file);
}

static const struct inode_operations file_iops = {
	.revalidate = revalidate, .permission = permission, .setattr = no_setattr,
};
static const struct file_operations file_fops = {
	.open = open, .read_iter = read, .write_iter = write, .llseek = seq_lseek, .release = release,
};

/* ---------------------------------------------------------------- the tree */

static const struct super_operations proc_ops = { .evict_inode = evict };

int proc_fill_super(struct super_block *sb, const struct proc_entry *root)
{
	sb->s_op = &proc_ops;
	sb->s_root = d_make_root(make_inode(sb, &(struct proc_file){ .entry = root }));
	return sb->s_root ? 0 : -ENOMEM;
}
