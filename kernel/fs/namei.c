/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk from a path to a dentry. It runs under RCU, without references, from
 * its beginning to its end if no file system has to be asked on the way. Where one
 * has, the place that was reached is pinned: references are taken, and the walk
 * goes on from there afterwards. rename_seq says in the end whether all that was
 * seen was true at one time; if not it is walked anew, and after a few times with
 * renames held off.
 */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs_struct.h>
#include <kernel/namei.h>
#include <mm/slab.h>
#include <uapi/mount.h>

#define E_AGAIN		4000		/* within this file: walk anew */
#define FREE_TRIES	8		/* walks before renames are held off */
#define WORD_SLACK	8		/* bytes behind a name that hash_component() may read */

struct nameidata {
	struct path	path;		/* where the walk is */
	struct path	held;		/* the place that references were taken to; dentry NULL: none */
	u32		seq;		/* of rename_seq as the walk began */
	unsigned int	flags;		/* LOOKUP_... */
	int		dfd;
	const char	*rest;		/* what is still to be walked */
	struct qstr	last;		/* of LOOKUP_PARENT, and its kind */
	enum last_type	last_type;
	bool		trailing;	/* slashes follow the last name */
	unsigned int	nr_links;	/* followed so far */
	unsigned int	depth;		/* links that are being walked with something to do behind them */
	const char	*behind[MAX_SYMLINKS];	/* that */
	char		*text[MAX_SYMLINKS];	/* copies of the links followed, nr_links of them */
};

u32 rename_seq;
static DEFINE_MUTEX(rename_mutex);

void rename_begin(void)
{
	mutex_lock(&rename_mutex);
}

void rename_end(void)
{
	mutex_unlock(&rename_mutex);
}

void rename_write_begin(void)
{
	preempt_disable();		/* walkers wait in a loop */
	__atomic_store_n(&rename_seq, rename_seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void rename_write_end(void)
{
	__atomic_store_n(&rename_seq, rename_seq + 1, __ATOMIC_RELEASE);
	preempt_enable();
}

/* -------------------------------------------------------------- paths of programs */

int getname_flags(struct filename *fn, const char __user *path, unsigned int lookup_flags)
{
	long len = strncpy_from_user(fn->embedded, path, EMBEDDED_NAME);
	char *large;

	fn->name = fn->embedded;
	if (likely(len > 0 && len < EMBEDDED_NAME))
		return 0;
	if (len <= 0)
		return len ? len : lookup_flags & LOOKUP_EMPTY ? 0 : -ENOENT;
	large = kmalloc(PATH_MAX + WORD_SLACK, GFP_KERNEL);
	if (!large)
		return -ENOMEM;
	len = strncpy_from_user(large, path, PATH_MAX);
	fn->name = large;
	if (len > 0 && len < PATH_MAX)
		return 0;
	kfree(large);
	return len < 0 ? len : len ? -ENAMETOOLONG : -ENOENT;
}

int getname(struct filename *fn, const char __user *path)
{
	return getname_flags(fn, path, 0);
}

int getname_kernel(struct filename *fn, const char *path)
{
	size_t len = strnlen(path, PATH_MAX);
	char *to = fn->embedded;

	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	if (len >= EMBEDDED_NAME)
		to = kmalloc(PATH_MAX + WORD_SLACK, GFP_KERNEL);
	if (!to)
		return -ENOMEM;
	memcpy(to, path, len + 1);
	fn->name = to;
	return 0;
}

void putname(struct filename *fn)
{
	if (unlikely(fn->name != fn->embedded))
		kfree((char *)fn->name);
}

/* ------------------------------------------------- between RCU and references */

/*
 * Take references to where we are and leave RCU. Return: -E_AGAIN when the place
 * is gone or something moved; RCU is left then too.
 */
static int pin(struct nameidata *nd)
{
	struct path p = nd->path;
	bool mnt_ok, ok;

	if (path_equal(&p, &nd->held)) {
		rcu_read_unlock();
		return 0;
	}
	mnt_ok = get_unless_zero(&p.mnt->mnt_count);
	ok = mnt_ok && get_unless_zero(&p.dentry->d_count);
	rcu_read_unlock();
	if (!ok) {
		if (mnt_ok)
			mntput(p.mnt);
		return -E_AGAIN;
	}
	if (nd->held.dentry)
		path_put(&nd->held);
	nd->held = p;
	return rename_read_retry(nd->seq) ? -E_AGAIN : 0;
}

/* Go on under RCU; a place that was pinned stays so. */
static void unpin(struct nameidata *nd)
{
	rcu_read_lock();
}

static struct fs_struct *current_fs(void)
{
	return current->fs ? current->fs : &init_fs;
}

/* Context: rcu_read_lock(). */
static struct path read_place(struct fs_struct *fs, const struct path *place)
{
	struct path p;
	u32 seq;

	do {
		seq = read_seqbegin(&fs->lock);
		p.mnt = __atomic_load_n(&place->mnt, __ATOMIC_RELAXED);
		p.dentry = __atomic_load_n(&place->dentry, __ATOMIC_RELAXED);
	} while (read_seqretry(&fs->lock, seq));
	return p;
}

static struct path root_of_current(void)
{
	struct fs_struct *fs = current_fs();

	return read_place(fs, &fs->root);
}

/* ------------------------------------------------------------------- one step */

static inline void cross_mounts(struct path *p)
{
	while (unlikely(__atomic_load_n(&p->dentry->d_flags, __ATOMIC_RELAXED) & DCACHE_MOUNTED)) {
		struct vfsmount *mnt = lookup_mnt(p->mnt, p->dentry);

		if (!mnt)
			return;
		p->mnt = mnt;
		p->dentry = mnt->mnt_root;
	}
}

/* May this thread look into the directory? */
static int may_search_slow(struct nameidata *nd, struct inode *dir)
{
	int err;

	if (!dir->i_op->permission)
		return generic_permission(dir, MAY_EXEC);
	err = pin(nd);
	if (!err)
		err = dir->i_op->permission(dir, MAY_EXEC);
	unpin(nd);
	return err;
}

static inline int may_search(struct nameidata *nd, struct inode *dir)
{
	if (likely((dir->i_mode & (S_IFMT | S_IXUGO)) == (S_IFDIR | S_IXUGO) && !dir->i_op->permission))
		return 0;
	if (!S_ISDIR(dir->i_mode))
		return -ENOTDIR;
	return may_search_slow(nd, dir);
}

struct dentry *lookup_one(struct dentry *dir, const struct qstr *name)
{
	const struct inode_operations *op = dir->d_inode->i_op;
	struct dentry *d = d_lookup(dir, name);
	struct inode *inode;

	if (d && d->d_inode->i_op->revalidate && !d->d_inode->i_op->revalidate(d)) {
		d_invalidate(d);
		dput(d);
		d = NULL;
	}
	if (d)
		return d;
	if (dir->d_inode->i_flags & S_DEAD || !op->lookup)
		return ERR_PTR(-ENOENT);
	d = d_alloc(dir, name);
	if (!d)
		return ERR_PTR(-ENOMEM);
	inode = op->lookup(dir->d_inode, name);
	if (IS_ERR(inode)) {
		dput(d);
		return ERR_CAST(inode);
	}
	d_add(d, inode, false);
	return d;
}

/* The file system is asked. */
static int step_slow(struct nameidata *nd, const struct qstr *name)
{
	struct dentry *dir = nd->path.dentry, *d;
	int err = pin(nd);

	if (!err) {
		inode_lock(dir->d_inode);
		d = lookup_one(dir, name);
		inode_unlock(dir->d_inode);
		if (IS_ERR(d)) {
			err = PTR_ERR(d);
		} else {
			mntget(nd->path.mnt);
			path_put(&nd->held);
			nd->held.mnt = nd->path.mnt;
			nd->held.dentry = nd->path.dentry = d;
		}
	}
	unpin(nd);
	return err;
}

static inline int step_down(struct nameidata *nd, const struct qstr *name)
{
	struct dentry *dir = nd->path.dentry;
	struct dentry *d = __d_lookup_rcu(dir, name);
	int err;

	if (unlikely(!d || d->d_inode->i_op->revalidate)) {
		if (!d && !dir->d_inode->i_op->lookup)
			return -ENOENT;
		err = step_slow(nd, name);
		if (err)
			return err;
		d = nd->path.dentry;
	}
	nd->path.dentry = d;
	cross_mounts(&nd->path);
	return 0;
}

/* Context: rcu_read_lock(). Not above the root of this thread. */
static void step_up(struct nameidata *nd)
{
	struct path root = root_of_current(), *p = &nd->path;

	while (!path_equal(p, &root)) {
		struct vfsmount *up;

		if (p->dentry != p->mnt->mnt_root) {
			p->dentry = __atomic_load_n(&p->dentry->d_parent, __ATOMIC_ACQUIRE);
			break;
		}
		up = __atomic_load_n(&p->mnt->mnt_parent, __ATOMIC_ACQUIRE);
		if (up == p->mnt)
			break;
		p->dentry = __atomic_load_n(&p->mnt->mnt_mountpoint, __ATOMIC_ACQUIRE);
		p->mnt = up;
	}
	cross_mounts(p);
}

/* --------------------------------------------------------------- symbolic links */

/* A copy of the text of the link we stand on. Context: under RCU, also when it returns. */
static char *read_link(struct nameidata *nd, struct inode *inode)
{
	const char *link = inode->i_link;
	size_t len = link ? strlen(link) : PATH_MAX - 1;
	char *text = kmalloc(len + 1 + WORD_SLACK, GFP_KERNEL);
	int n;

	if (!text)
		return ERR_PTR(-ENOMEM);
	if (link) {
		memcpy(text, link, len + 1);
		return text;
	}
	n = pin(nd);
	if (!n)
		n = inode->i_op->readlink ? inode->i_op->readlink(inode, text, len) : -EINVAL;
	unpin(nd);
	if (n < 0) {
		kfree(text);
		return ERR_PTR(n);
	}
	text[n] = '\0';
	return text;
}

/* A link that leads to a place by itself. */
static int jump(struct nameidata *nd, struct inode *inode)
{
	struct path to;
	int err = pin(nd);

	if (!err)
		err = inode->i_op->follow(inode, &to);
	if (!err) {
		path_put(&nd->held);
		nd->held = nd->path = to;
	}
	unpin(nd);
	return err;
}

/* What the link we stand on says is to be walked next. Context: under RCU. */
static int follow_link(struct nameidata *nd)
{
	struct inode *inode = nd->path.dentry->d_inode;
	char *text;

	if (nd->nr_links >= MAX_SYMLINKS || nd->path.mnt->mnt_flags & MS_NOSYMFOLLOW)
		return -ELOOP;
	if (inode->i_op->follow) {
		nd->text[nd->nr_links++] = NULL;
		return jump(nd, inode);
	}
	text = read_link(nd, inode);
	if (IS_ERR(text))
		return PTR_ERR(text);
	nd->text[nd->nr_links++] = text;
	if (!*text)
		return -ENOENT;
	if (*nd->rest)
		nd->behind[nd->depth++] = nd->rest;
	nd->rest = text;
	if (*text == '/')
		nd->path = root_of_current();
	else
		nd->path.dentry = __atomic_load_n(&nd->path.dentry->d_parent, __ATOMIC_ACQUIRE);
	return 0;
}

/* --------------------------------------------------------------------- the walk */

static inline const char *skip_slashes(const char *s)
{
	while (*s == '/')
		s++;
	return s;
}

static inline enum last_type type_of(const struct qstr *name)
{
	if (likely(name->name[0] != '.' || name->len > 2))
		return LAST_NORM;
	if (name->len == 1)
		return LAST_DOT;
	return name->name[1] == '.' ? LAST_DOTDOT : LAST_NORM;
}

/* Through one name. Return: 0, or 1 when it was a link, which is to be walked now, or -Exxx */
static inline int walk_name(struct nameidata *nd, const struct qstr *name, enum last_type type, bool follow)
{
	int err;

	if (unlikely(type != LAST_NORM)) {
		if (type == LAST_DOTDOT)
			step_up(nd);
		return 0;
	}
	err = step_down(nd, name);
	if (err || likely(!S_ISLNK(nd->path.dentry->d_inode->i_mode)) || !follow)
		return err;
	err = follow_link(nd);
	return err ? err : 1;
}

/*
 * What nd->rest says, from nd->path on. Context: under RCU, also when it returns.
 * The text that is walked is at @s; nd->rest is what is behind the name that is.
 */
static int walk(struct nameidata *nd)
{
	const char *s = skip_slashes(nd->rest), *after;
	unsigned int flags = nd->flags;
	struct qstr name;
	int err;

	for (;;) {
		enum last_type type;
		bool last;

		if (unlikely(!*s)) {
			if (!nd->depth) {
				nd->last_type = LAST_ROOT;
				return 0;
			}
			s = nd->behind[--nd->depth];
			continue;
		}
		err = may_search(nd, nd->path.dentry->d_inode);
		if (unlikely(err))
			return err;
		name.name = s;
		name.len = hash_component(s, &name.hash);
		if (unlikely(name.len > NAME_MAX))
			return -ENAMETOOLONG;
		after = s + name.len;
		last = false;
		if (*after) {
			after = skip_slashes(after + 1);
			if (unlikely(!*after))
				last = nd->trailing |= !nd->depth;
		} else {
			last = !nd->depth;
		}
		type = type_of(&name);
		if (last && flags & LOOKUP_PARENT) {
			nd->last = name;
			nd->last_type = type;
			nd->rest = after;
			return 0;
		}
		nd->rest = after;
		err = walk_name(nd, &name, type, !last || flags & LOOKUP_FOLLOW || nd->trailing);
		if (unlikely(err)) {
			if (err < 0)
				return err;
			s = skip_slashes(nd->rest);	/* of the link */
			continue;
		}
		if (last)
			return 0;
		s = after;
	}
}

/* Where a walk begins. Context: under RCU when it returns 0. */
static int begin(struct nameidata *nd, const char *name)
{
	struct fs_struct *fs = current_fs();

	nd->held.dentry = NULL;
	nd->nr_links = nd->depth = 0;
	nd->trailing = false;
	nd->rest = name;
	if (unlikely(nd->dfd != AT_FDCWD && *name != '/')) {
		struct fd f = fdget_raw(nd->dfd);

		if (!f.file)
			return -EBADF;
		nd->held = f.file->f_path;
		path_get(&nd->held);
		fdput(f);
		if (*name && !S_ISDIR(nd->held.dentry->d_inode->i_mode)) {
			path_put(&nd->held);
			nd->held.dentry = NULL;
			return -ENOTDIR;
		}
	}
	nd->seq = rename_read_begin();
	rcu_read_lock();
	if (nd->held.dentry)
		nd->path = nd->held;
	else
		nd->path = read_place(fs, *name == '/' ? &fs->root : &fs->pwd);
	return 0;
}

/* After a walk: nothing of it is kept but nd->held if @keep. */
static void finish(struct nameidata *nd, bool keep)
{
	while (unlikely(nd->nr_links))
		kfree(nd->text[--nd->nr_links]);
	if (!keep && nd->held.dentry)
		path_put(&nd->held);
}

/* One walk from begin to end, pinned. */
static int walk_once(struct nameidata *nd, const char *name)
{
	int err = begin(nd, name);

	if (err)
		return err;
	err = walk(nd);
	if (!err && !(nd->flags & LOOKUP_PARENT) && unlikely(nd->trailing || nd->flags & LOOKUP_DIRECTORY) &&
	    !S_ISDIR(nd->path.dentry->d_inode->i_mode))
		err = -ENOTDIR;
	if (!err)
		return pin(nd);
	rcu_read_unlock();
	return rename_read_retry(nd->seq) ? -E_AGAIN : err;
}

/* As often as it takes. Return: 0 with nd->held and the texts of links to be given back by finish(), or -Exxx */
static int walk_path(struct nameidata *nd, const char *name)
{
	unsigned int tries = 0;
	int err;

	for (;;) {
		err = walk_once(nd, name);
		if (likely(!err))
			break;
		finish(nd, false);
		if (err != -E_AGAIN)
			break;
		if (++tries == FREE_TRIES)
			rename_begin();
	}
	if (unlikely(tries >= FREE_TRIES))
		rename_end();
	return err;
}

/* --------------------------------------------------------------------- look-ups */

int filename_lookup(int dfd, struct filename *fn, unsigned int lookup_flags, struct path *path)
{
	struct nameidata nd;
	int err;

	nd.dfd = dfd;
	nd.flags = lookup_flags;
	err = walk_path(&nd, fn->name);
	if (err)
		return err;
	*path = nd.held;
	finish(&nd, true);
	return 0;
}

static __noinline int getattr_pinned(int dfd, struct filename *fn, unsigned int lookup_flags, struct kstat *stat)
{
	struct path path;
	int err = filename_lookup(dfd, fn, lookup_flags, &path);

	if (err)
		return err;
	err = vfs_getattr(path.dentry->d_inode, stat);
	path_put(&path);
	return err;
}

/* What can be read under RCU needs no references at all. */
int filename_getattr(int dfd, struct filename *fn, unsigned int lookup_flags, struct kstat *stat)
{
	struct nameidata nd;
	struct inode *inode;
	bool ok;
	int err;

	nd.dfd = dfd;
	nd.flags = lookup_flags;
	err = begin(&nd, fn->name);
	if (unlikely(err))
		return err;
	err = walk(&nd);
	inode = nd.path.dentry->d_inode;
	ok = !err && !inode->i_op->getattr && (!nd.trailing || S_ISDIR(inode->i_mode));
	if (likely(ok))
		__generic_fillattr(inode, stat);
	rcu_read_unlock();
	ok &= !rename_read_retry(nd.seq);
	finish(&nd, false);
	return likely(ok) ? 0 : getattr_pinned(dfd, fn, lookup_flags, stat);
}

int user_path_at(int dfd, const char __user *name, unsigned int lookup_flags, struct path *path)
{
	struct filename fn;
	int err = getname_flags(&fn, name, lookup_flags);

	if (err)
		return err;
	err = filename_lookup(dfd, &fn, lookup_flags, path);
	putname(&fn);
	return err;
}

int kern_path(const char *name, unsigned int lookup_flags, struct path *path)
{
	struct filename fn;
	int err = getname_kernel(&fn, name);

	if (err)
		return err;
	err = filename_lookup(AT_FDCWD, &fn, lookup_flags, path);
	putname(&fn);
	return err;
}

int lookup_parent(int dfd, struct filename *fn, struct path *path, struct last_name *last)
{
	struct nameidata nd;
	int err;

	nd.dfd = dfd;
	nd.flags = LOOKUP_PARENT;
	err = walk_path(&nd, fn->name);
	if (err)
		return err;
	*path = nd.held;
	*last = (struct last_name){ nd.last, nd.last_type, nd.trailing };	/* in @fn, for no link at the end is followed */
	finish(&nd, true);
	return 0;
}

struct dentry *filename_create(int dfd, struct filename *fn, struct path *path, unsigned int lookup_flags)
{
	struct last_name last;
	struct dentry *d;
	int err = lookup_parent(dfd, fn, path, &last);

	if (err)
		return ERR_PTR(err);
	inode_lock(path->dentry->d_inode);
	if (last.type == LAST_NORM)
		d = lookup_one(path->dentry, &last.name);
	else
		d = dget(path->dentry);
	if (!IS_ERR(d)) {
		dput(d);
		err = -EEXIST;
	} else if (PTR_ERR(d) != -ENOENT) {
		err = PTR_ERR(d);
	} else if (last.trailing && !(lookup_flags & LOOKUP_DIRECTORY)) {
		err = -ENOENT;
	} else {
		err = mnt_want_write(path->mnt);
	}
	d = err ? ERR_PTR(err) : d_alloc(path->dentry, &last.name);
	if (d && !IS_ERR(d))
		return d;
	inode_unlock(path->dentry->d_inode);
	path_put(path);
	return d ? d : ERR_PTR(-ENOMEM);
}

struct dentry *kern_path_create(const char *name, struct path *path, unsigned int lookup_flags)
{
	struct filename fn;
	struct dentry *d;
	int err = getname_kernel(&fn, name);

	if (err)
		return ERR_PTR(err);
	d = filename_create(AT_FDCWD, &fn, path, lookup_flags);
	putname(&fn);
	return d;
}

void done_path_create(struct path *path, struct dentry *dentry)
{
	inode_unlock(path->dentry->d_inode);
	dput(dentry);
	path_put(path);
}

void follow_down_mounts(struct path *path)
{
	struct path p = *path;

	rcu_read_lock();
	cross_mounts(&p);
	path_get(&p);			/* mounts are taken out with rename_begin() held, as by our caller */
	rcu_read_unlock();
	path_put(path);
	*path = p;
}

/* ------------------------------------------------------------------ open(O_CREAT) */

/* The last name in its locked directory: found or made. Return: with a reference, or ERR_PTR */
static struct dentry *lookup_or_make(struct nameidata *nd, u32 flags, umode_t mode, bool *created)
{
	struct dentry *dir = nd->held.dentry, *d = lookup_one(dir, &nd->last);
	int err;

	if (!IS_ERR(d) || PTR_ERR(d) != -ENOENT)
		return d;
	err = mnt_want_write(nd->held.mnt);
	if (err)
		return ERR_PTR(err);
	d = d_alloc(dir, &nd->last);
	if (!d)
		return ERR_PTR(-ENOMEM);
	err = vfs_make(dir->d_inode, d, S_IFREG | mode, 0, NULL);
	if (err) {
		dput(d);
		return ERR_PTR(err);
	}
	*created = true;
	return d;
}

/* Rule of sticky directories: nobody is made to write to what somebody else has put there. */
static int may_create_in_sticky(const struct inode *dir, const struct inode *inode)
{
	if (!(dir->i_mode & S_ISVTX) || !(dir->i_mode & 022) || inode->i_uid == dir->i_uid ||
	    inode->i_uid == current_fsuid() || !(S_ISREG(inode->i_mode) || S_ISFIFO(inode->i_mode)))
		return 0;
	return dir->i_mode & 002 ? -EACCES : 0;
}

/* The end of one walk to the directory, which is pinned. Return: as walk_name(), under RCU if 1 */
static int create_last(struct nameidata *nd, u32 flags, umode_t mode, bool *created)
{
	struct inode *dir = nd->held.dentry->d_inode;
	struct dentry *d;
	int err;

	if (nd->last_type != LAST_NORM)
		return flags & O_EXCL ? -EEXIST : -EISDIR;
	if (nd->trailing)
		return -EISDIR;
	inode_lock(dir);
	d = lookup_or_make(nd, flags, mode, created);
	inode_unlock(dir);
	if (IS_ERR(d))
		return PTR_ERR(d);
	err = *created ? 0 : flags & O_EXCL ? -EEXIST : may_create_in_sticky(dir, d->d_inode);
	if (err) {
		dput(d);
		return err;
	}
	mntget(nd->held.mnt);
	path_put(&nd->held);
	nd->path.dentry = nd->held.dentry = d;
	nd->path.mnt = nd->held.mnt;
	unpin(nd);
	cross_mounts(&nd->path);
	if (!S_ISLNK(nd->path.dentry->d_inode->i_mode) || flags & O_NOFOLLOW)
		return pin(nd);
	err = follow_link(nd);
	if (!err)
		return 1;
	rcu_read_unlock();
	return err;
}

static int create_once(struct nameidata *nd, const char *name, u32 flags, umode_t mode, bool *created)
{
	int err = begin(nd, name);

	if (err)
		return err;
	for (;;) {
		err = walk(nd);
		if (err) {
			rcu_read_unlock();
			return rename_read_retry(nd->seq) ? -E_AGAIN : err;
		}
		err = pin(nd);
		if (!err)
			err = create_last(nd, flags, mode, created);
		if (err != 1)
			return err;
	}
}

int lookup_create(int dfd, struct filename *fn, u32 flags, umode_t mode, struct path *path, bool *created)
{
	struct nameidata nd;
	int err;

	nd.dfd = dfd;
	nd.flags = LOOKUP_PARENT;
	*created = false;
	do {
		err = create_once(&nd, fn->name, flags, mode, created);
		finish(&nd, !err);
	} while (err == -E_AGAIN && !*created);
	*path = nd.held;
	return err;
}
