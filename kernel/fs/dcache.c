/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names. Every dentry that can be found by name is in one hash table, by parent
 * and name; its chains are read under RCU and changed under one of a few locks.
 * Pinned ones, whose directory knows of no other way to them, are also in the
 * list of their parent, in the order they came.
 *
 * A name is changed by hanging another struct dname to the dentry. A reader who
 * follows a chain while its dentry moves to another one is led astray, and finds
 * out by rename_seq.
 */
#include "internal.h"
#include <kernel/fs_struct.h>
#include <lib/printf.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>

#define MIN_HASH_BITS	8
#define MAX_HASH_BITS	16
#define PAGES_PER_BUCKET 16		/* of RAM */
#define NR_LOCKS	64

static struct dentry **table;
static unsigned int table_bits;
static struct spinlock chain_locks[NR_LOCKS];	/* by number of chain */
static struct kmem_cache *dentry_cache;

/* A name that did not fit into its dentry, or that came later. */
struct outer_name {
	struct rcu_head	rcu;
	struct dname	dname;
};

static struct dname *inner_name(struct dentry *d)
{
	return (struct dname *)&d->d_iname;
}

static struct outer_name *outer_name(struct dname *name)
{
	return container_of(name, struct outer_name, dname);
}

void dcache_init(void)
{
	unsigned long buckets = nr_free_pages() / PAGES_PER_BUCKET;

	for (table_bits = MIN_HASH_BITS; table_bits < MAX_HASH_BITS && 1UL << table_bits < buckets; )
		table_bits++;
	table = kzalloc(sizeof(*table) << table_bits, GFP_KERNEL);
	for (unsigned int i = 0; i < NR_LOCKS; i++)
		spin_lock_init(&chain_locks[i]);
	dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 64, NULL);
}

/* ----------------------------------------------------------------------- names */

u32 full_name_hash(const char *name, u32 len)
{
	u64 h = HASH_START, w = 0;

	for (; len >= 8; name += 8, len -= 8)
		h = hash_mix(h, get_unaligned_le64(name));
	for (u32 i = 0; i < len; i++)
		w |= (u64)(u8)name[i] << 8 * i;
	return hash_mix(h, w);
}

/* By words, the last of which overlaps the one before it. */
static inline bool names_equal(const char *a, const char *b, u32 len)
{
	if (likely(len >= 8)) {
		for (u32 i = 0; i + 8 < len; i += 8)
			if (get_unaligned_le64(a + i) != get_unaligned_le64(b + i))
				return false;
		return get_unaligned_le64(a + len - 8) == get_unaligned_le64(b + len - 8);
	}
	if (len >= 4)
		return get_unaligned_le32(a) == get_unaligned_le32(b) &&
		       get_unaligned_le32(a + len - 4) == get_unaligned_le32(b + len - 4);
	for (u32 i = 0; i < len; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void set_name(struct dname *to, const struct qstr *from)
{
	to->hash = from->hash;
	to->len = from->len;
	memcpy(to->name, from->name, from->len);
	to->name[from->len] = '\0';
}

struct dname *dname_alloc(const struct qstr *name)
{
	struct outer_name *outer = kmalloc(sizeof(*outer) + name->len + 1, GFP_KERNEL);

	if (!outer)
		return NULL;
	set_name(&outer->dname, name);
	return &outer->dname;
}

static void free_outer(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct outer_name, rcu));
}

void dname_free(struct dname *name)
{
	kfree(outer_name(name));
}

/* ---------------------------------------------------------------------- chains */

static unsigned int chain_of(const struct dentry *parent, u32 hash)
{
	return (hash ^ (u32)((unsigned long)parent >> 7)) * 0x9e3779b1u >> (32 - table_bits);
}

static struct spinlock *lock_of(unsigned int chain)
{
	return &chain_locks[chain % NR_LOCKS];
}

static void hash_in(struct dentry *d)
{
	unsigned int chain = chain_of(d->d_parent, d->d_name->hash);
	struct dentry **first = &table[chain];

	spin_lock(lock_of(chain));
	d->d_next = *first;
	d->d_pprev = first;
	if (d->d_next)
		d->d_next->d_pprev = &d->d_next;
	__atomic_fetch_and(&d->d_flags, ~DCACHE_UNHASHED, __ATOMIC_RELAXED);
	rcu_assign_pointer(*first, d);
	spin_unlock(lock_of(chain));
}

/* d_next stays: a reader may stand here. */
static void hash_out(struct dentry *d)
{
	unsigned int chain = chain_of(d->d_parent, d->d_name->hash);

	spin_lock(lock_of(chain));
	if (!d_unhashed(d)) {
		__atomic_store_n(d->d_pprev, d->d_next, __ATOMIC_RELAXED);
		if (d->d_next)
			d->d_next->d_pprev = d->d_pprev;
		__atomic_fetch_or(&d->d_flags, DCACHE_UNHASHED, __ATOMIC_RELAXED);
	}
	spin_unlock(lock_of(chain));
}

struct dentry *__d_lookup_rcu(const struct dentry *parent, const struct qstr *name)
{
	struct dentry *d = rcu_dereference(table[chain_of(parent, name->hash)]);

	for (; d; d = rcu_dereference(d->d_next)) {
		const struct dname *dn;

		if (d->d_parent != parent)
			continue;
		dn = rcu_dereference(d->d_name);
		if (dn->hash == name->hash && dn->len == name->len && names_equal(dn->name, name->name, name->len))
			return d;
	}
	return NULL;
}

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d;
	u32 seq;

	do {
		seq = rename_read_begin();
		rcu_read_lock();
		d = __d_lookup_rcu(parent, name);
		if (d && !get_unless_zero(&d->d_count))
			d = NULL;		/* its last user is just forgetting it */
		rcu_read_unlock();
	} while (!d && rename_read_retry(seq));
	return d;
}

/* -------------------------------------------------------------------- dentries */

static struct dentry *new_dentry(const struct qstr *name)
{
	struct dentry *d = kmem_cache_alloc(dentry_cache, GFP_KERNEL);

	if (!d)
		return NULL;
	d->d_name = inner_name(d);
	if (unlikely(name->len >= DNAME_INLINE)) {
		d->d_name = dname_alloc(name);
		if (!d->d_name) {
			kmem_cache_free(dentry_cache, d);
			return NULL;
		}
	} else {
		set_name(d->d_name, name);
	}
	d->d_inode = NULL;
	d->d_count = 1;
	d->d_flags = DCACHE_UNHASHED;
	d->d_off = 0;
	list_init(&d->d_child);
	list_init(&d->d_subdirs);
	return d;
}

struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d = new_dentry(name);

	if (d)
		d->d_parent = dget(parent);
	return d;
}

struct dentry *d_alloc_root(const char *name, struct inode *inode)
{
	struct qstr q = { name, strlen(name), 0 };
	struct dentry *d = new_dentry(&q);

	if (d) {
		d->d_parent = d;
		d->d_inode = inode;
	}
	return d;
}

struct dentry *d_alloc_unlinked(struct dentry *parent, struct inode *inode)
{
	char text[24];
	struct qstr name = { text, snprintf(text, sizeof(text), "#%llu", (unsigned long long)inode->i_ino), 0 };
	struct dentry *d = d_alloc(parent, &name);

	if (d)
		d->d_inode = inode;
	return d;
}

struct dentry *d_make_root(struct inode *inode)
{
	struct dentry *d;

	if (!inode)
		return NULL;
	d = d_alloc_root("/", inode);
	if (d)
		__atomic_fetch_and(&d->d_flags, ~DCACHE_UNHASHED, __ATOMIC_RELAXED);
	else
		iput(inode);
	return d;
}

void d_add(struct dentry *d, struct inode *inode, bool pinned)
{
	d->d_inode = inode;
	if (pinned) {
		d->d_flags |= DCACHE_PINNED;
		d->d_count++;
		d->d_off = d->d_parent->d_inode->i_next_off++;
		list_add_tail(&d->d_child, &d->d_parent->d_subdirs);
	}
	hash_in(d);
}

void d_delete(struct dentry *d)
{
	hash_out(d);
	if (!(d->d_flags & DCACHE_PINNED))
		return;
	list_del(&d->d_child);
	list_init(&d->d_child);
	__atomic_fetch_and(&d->d_flags, ~DCACHE_PINNED, __ATOMIC_RELAXED);
	dput(d);
}

void d_invalidate(struct dentry *d)
{
	hash_out(d);
}

void d_move(struct dentry *d, struct dentry *parent, struct dname *name)
{
	struct dentry *old_parent = d->d_parent;
	struct dname *old_name = d->d_name;

	hash_out(d);
	list_del(&d->d_child);
	__atomic_store_n(&d->d_parent, dget(parent), __ATOMIC_RELEASE);
	rcu_assign_pointer(d->d_name, name);
	d->d_off = parent->d_inode->i_next_off++;
	list_add_tail(&d->d_child, &parent->d_subdirs);
	hash_in(d);
	if (old_name != inner_name(d))
		call_rcu(&outer_name(old_name)->rcu, free_outer);
	dput(old_parent);		/* not the last: it is locked */
}

static void free_dentry(struct rcu_head *rcu)
{
	struct dentry *d = container_of(rcu, struct dentry, d_rcu);

	if (d->d_name != inner_name(d))
		dname_free(d->d_name);
	kmem_cache_free(dentry_cache, d);
}

void __dput(struct dentry *d)
{
	while (d) {
		struct dentry *parent = IS_ROOT(d) ? NULL : d->d_parent;

		if (!d_unhashed(d) && parent)
			hash_out(d);
		iput(d->d_inode);
		call_rcu(&d->d_rcu, free_dentry);
		d = parent && !__atomic_sub_fetch(&parent->d_count, 1, __ATOMIC_ACQ_REL) ? parent : NULL;
	}
}

/* ----------------------------------------------------------------------- paths */

/* Text that grows from the end of a buffer to its front. */
struct backwards {
	char	*buf, *at;
	bool	full;
};

static void prepend(struct backwards *b, const char *s, u32 len)
{
	if (b->at - b->buf < len) {
		b->full = true;
		return;
	}
	b->at -= len;
	memcpy(b->at, s, len);
}

/* Context: rcu_read_lock(). Return: whether it came to @root. */
static bool prepend_path(struct backwards *b, struct path p, const struct path *root)
{
	while (!path_equal(&p, root)) {
		const struct dname *name;
		struct dentry *parent;

		if (p.dentry == p.mnt->mnt_root) {
			struct vfsmount *up = __atomic_load_n(&p.mnt->mnt_parent, __ATOMIC_ACQUIRE);

			if (up == p.mnt)
				return false;
			p.dentry = __atomic_load_n(&p.mnt->mnt_mountpoint, __ATOMIC_ACQUIRE);
			p.mnt = up;
			continue;
		}
		parent = __atomic_load_n(&p.dentry->d_parent, __ATOMIC_ACQUIRE);
		if (parent == p.dentry)
			return false;		/* only while it moves */
		name = rcu_dereference(p.dentry->d_name);
		prepend(b, name->name, name->len);
		prepend(b, "/", 1);
		p.dentry = parent;
	}
	return true;
}

char *d_path_from(const struct path *path, const struct path *root, char *buf, size_t size, bool *reached)
{
	bool gone = d_unhashed(path->dentry);
	struct backwards b;
	u32 seq;

	do {
		seq = rename_read_begin();
		b = (struct backwards){ buf, buf + size, false };
		prepend(&b, gone ? " (deleted)" : "", (gone ? 10 : 0) + 1);
		rcu_read_lock();
		*reached = prepend_path(&b, *path, root);
		rcu_read_unlock();
	} while (rename_read_retry(seq));
	if (b.at[0] != '/')
		prepend(&b, "/", 1);
	return b.full ? ERR_PTR(-ENAMETOOLONG) : b.at;
}

char *dentry_path(struct dentry *d, char *buf, size_t size)
{
	struct backwards b;
	u32 seq;

	do {
		struct dentry *at = d;

		seq = rename_read_begin();
		b = (struct backwards){ buf, buf + size, false };
		prepend(&b, "", 1);
		rcu_read_lock();
		while (!IS_ROOT(at)) {
			const struct dname *name = rcu_dereference(at->d_name);

			prepend(&b, name->name, name->len);
			prepend(&b, "/", 1);
			at = __atomic_load_n(&at->d_parent, __ATOMIC_ACQUIRE);
		}
		rcu_read_unlock();
	} while (rename_read_retry(seq));
	if (b.at[0] != '/')
		prepend(&b, "/", 1);
	return b.full ? ERR_PTR(-ENAMETOOLONG) : b.at;
}

/* Of files that are in no tree: "pipe:[8]", "anon_inode:[eventpoll]", "/memfd:name (deleted)". */
static char *pseudo_path(const struct dentry *d, char *buf, size_t size)
{
	const struct dname *name = d->d_name;
	int n;

	if (name->len && name->name[name->len - 1] == ':')
		n = snprintf(buf, size, "%s[%llu]", name->name, (unsigned long long)d->d_inode->i_ino);
	else
		n = snprintf(buf, size, "%s%s", name->name, name->name[0] == '/' ? " (deleted)" : "");
	return n < size ? buf : ERR_PTR(-ENAMETOOLONG);
}

char *d_path(const struct path *path, char *buf, size_t size)
{
	struct path root;
	char *text;
	bool reached;

	if (IS_ROOT(path->dentry) && d_unhashed(path->dentry))
		return pseudo_path(path->dentry, buf, size);
	get_fs_root(current->fs, &root);
	text = d_path_from(path, &root, buf, size, &reached);
	path_put(&root);
	return text;
}
