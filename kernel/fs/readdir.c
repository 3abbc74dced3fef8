/* SPDX-License-Identifier: BSD-2-Clause */
/* getdents64, and its older form. */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/syscall.h>

/*
 * Entries are put together in a buffer on the stack and copied when that is full:
 * the program's buffer may lie anywhere, and an inode is locked.
 */
#define BUFFER	512u

struct getdents {
	struct dir_context ctx;
	char __user	*to;		/* where the buffer goes next */
	size_t		room;		/* bytes of the program's buffer that nothing was promised for */
	u32		used, last;	/* of the buffer; where its last entry begins */
	loff_t		pos;		/* behind the last entry that was copied */
	bool		any;		/* at least one entry was taken */
	int		err;
	char		buf[BUFFER] __aligned(8);
};

/* What both forms begin with. */
struct entry_head {
	u64	ino, next;
	u16	size;
};

static const struct entry_head *entry_at(const struct getdents *g, u32 offset)
{
	return (const struct entry_head *)(g->buf + offset);
}

/* The program's memory ends within the buffer: it gets the entries that lie before that, and may ask again. */
static __noinline bool flush_some(struct getdents *g)
{
	const struct entry_head *e;
	u32 done = 0;

	while (done < g->used) {
		e = entry_at(g, done);
		if (copy_to_user(g->to + done, e, e->size))
			break;
		g->pos = e->next;
		done += e->size;
	}
	g->room += g->used - done;
	g->used = 0;
	g->err = -EFAULT;
	return false;
}

static bool flush(struct getdents *g)
{
	if (!g->used)
		return true;
	if (unlikely(copy_to_user(g->to, g->buf, g->used)))
		return flush_some(g);
	g->pos = entry_at(g, g->last)->next;
	g->to += g->used;
	g->used = 0;
	return true;
}

/* Room for an entry of @size bytes in the buffer; NULL: the program's is full, or not there. */
static inline void *make_room(struct getdents *g, u32 size)
{
	if (unlikely(size > g->room)) {
		if (!g->any)
			g->err = -EINVAL;	/* too small for a single one */
		return NULL;
	}
	if (unlikely(g->used + size > BUFFER && !flush(g)))
		return NULL;
	g->last = g->used;
	g->used += size;
	g->room -= size;
	g->any = true;
	return g->buf + g->last;
}

static bool put64(struct dir_context *ctx, const char *name, u32 len, u64 ino, u32 type, loff_t next)
{
	struct getdents *g = container_of(ctx, struct getdents, ctx);
	u32 size = ALIGN((u32)sizeof(struct linux_dirent64) + len + 1, 8);
	struct linux_dirent64 *d = make_room(g, size);

	if (!d)
		return false;
	*(u64 *)((char *)d + size - 8) = 0;
	d->d_ino = ino;
	d->d_off = next;
	d->d_reclen = size;
	d->d_type = type;
	memcpy(d->d_name, name, len);
	return true;
}

/* The kind is the last byte, behind the NULs. */
struct linux_dirent {
	u64	d_ino, d_off;
	u16	d_reclen;
	char	d_name[];
} __packed;

static bool put_old(struct dir_context *ctx, const char *name, u32 len, u64 ino, u32 type, loff_t next)
{
	struct getdents *g = container_of(ctx, struct getdents, ctx);
	u32 size = ALIGN((u32)sizeof(struct linux_dirent) + len + 2, 8);
	struct linux_dirent *d = make_room(g, size);

	if (!d)
		return false;
	*(u64 *)((char *)d + size - 8) = 0;
	d->d_ino = ino;
	d->d_off = next;
	d->d_reclen = size;
	memcpy(d->d_name, name, len);
	((char *)d)[size - 1] = type;
	return true;
}

static int list(struct file *file, struct dir_context *ctx)
{
	struct inode *inode = file->f_inode;
	int err = -ENOENT;

	inode_lock_shared(inode);
	if (!(inode->i_flags & S_DEAD)) {
		ctx->pos = file->f_pos;
		err = file->f_op->iterate_shared(file, ctx);
		file->f_pos = ctx->pos;
	}
	inode_unlock_shared(inode);
	return err;
}

static long getdents(unsigned int fd, void __user *buf, unsigned int size, typeof(((struct dir_context *)0)->actor) put)
{
	struct fd f = fdget(fd);
	struct getdents g;
	int err;

	if (!f.file)
		return -EBADF;
	if (!f.file->f_op->iterate_shared) {
		fdput(f);
		return -ENOTDIR;
	}
	g.ctx.actor = put;
	size = (int)size < 0 ? 0 : size;	/* Linux sees a negative one */
	g.to = buf;
	g.room = size;
	g.used = 0;
	g.any = false;
	g.err = 0;
	mutex_lock(&f.file->f_pos_lock);
	g.pos = f.file->f_pos;
	err = list(f.file, &g.ctx);
	flush(&g);
	if (g.err)
		f.file->f_pos = g.pos;
	mutex_unlock(&f.file->f_pos_lock);
	touch_atime(f.file->f_inode);
	fdput(f);
	if (!err && g.room == size)
		err = g.err;
	return err ? err : size - (long)g.room;
}

SYSCALL_DEFINE3(getdents64, unsigned int, fd, void __user *, buf, unsigned int, size)
{
	return getdents(fd, buf, size, put64);
}

SYSCALL_DEFINE3(getdents, unsigned int, fd, void __user *, buf, unsigned int, size)
{
	return getdents(fd, buf, size, put_old);
}
