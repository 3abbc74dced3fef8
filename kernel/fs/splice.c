/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moving bytes from file to file without a program's memory in between: sendfile,
 * copy_file_range, splice, tee, vmsplice. Bytes leave a pipe only once they have
 * arrived; a file that was read too far is put back to where the writing ended.
 */
#include "internal.h"
#include <asm/page.h>
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/pipe_fs.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <mm/slab.h>

#define BUFFER	(4 * PAGE_SIZE)		/* bytes moved at a time between files */

struct transfer {
	struct file	*in, *out;
	loff_t		*in_pos, *out_pos;
	size_t		count;
	bool		nonblock;
};

/* ------------------------------------------------------------------- file to file */

/* One buffer full. Return: bytes, 0 at the end of the input, or -Exxx */
static ssize_t move_buffer(struct transfer *t, char *buf)
{
	ssize_t n = kernel_read(t->in, buf, min(t->count, BUFFER), t->in_pos), written = 0;

	if (n <= 0)
		return n;
	while (written < n) {
		ssize_t got = kernel_write(t->out, buf + written, n - written, t->out_pos);

		if (got <= 0) {
			*t->in_pos -= n - written;
			return written ? written : got;
		}
		written += got;
	}
	return n;
}

static ssize_t move_all(struct transfer *t)
{
	char *buf = kmalloc(BUFFER, GFP_KERNEL);
	ssize_t done = 0, n = 0;

	if (!buf)
		return -ENOMEM;
	while (t->count) {
		size_t want = min(t->count, BUFFER);

		n = move_buffer(t, buf);
		if (n <= 0)
			break;
		done += n;
		t->count -= n;
		if (n < want || signal_pending(current))
			break;
	}
	kfree(buf);
	return done ? done : n;
}

/* A place that a program keeps itself. */
static int get_offset(const loff_t __user *from, loff_t *pos)
{
	if (copy_from_user(pos, from, sizeof(*pos)))
		return -EFAULT;
	return *pos < 0 ? -EINVAL : 0;
}

static ssize_t sendfile(struct file *out, struct file *in, loff_t __user *offset, size_t count)
{
	struct transfer t = { .in = in, .out = out, .in_pos = &in->f_pos, .out_pos = &out->f_pos,
			      .count = min(count, MAX_RW_COUNT) };
	loff_t pos;
	ssize_t n;

	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!(in->f_mode & FMODE_PREAD) || !in->f_op->read_iter)
		return offset ? -ESPIPE : -EINVAL;
	if (out->f_flags & O_APPEND || (ssize_t)count < 0)
		return -EINVAL;
	if (offset) {
		n = get_offset(offset, &pos);
		if (n)
			return n;
		t.in_pos = &pos;
	}
	n = move_all(&t);
	if (offset && copy_to_user(offset, &pos, sizeof(pos)))
		return -EFAULT;
	return n;
}

SYSCALL_DEFINE4(sendfile, int, out_fd, int, in_fd, loff_t __user *, offset, size_t, count)
{
	struct fd in = fdget(in_fd), out = fdget(out_fd);
	ssize_t n = -EBADF;

	if (in.file && out.file)
		n = sendfile(out.file, in.file, offset, count);
	fdput(in);
	fdput(out);
	return n;
}

static int copy_range_checks(const struct transfer *t)
{
	const struct inode *from = t->in->f_inode, *to = t->out->f_inode;

	if (S_ISDIR(from->i_mode) || S_ISDIR(to->i_mode))
		return -EISDIR;
	if (!S_ISREG(from->i_mode) || !S_ISREG(to->i_mode))
		return -EINVAL;
	if (!(t->in->f_mode & FMODE_READ) || !(t->out->f_mode & FMODE_WRITE) || t->out->f_flags & O_APPEND)
		return -EBADF;
	if (from == to && *t->in_pos < *t->out_pos + (loff_t)t->count && *t->out_pos < *t->in_pos + (loff_t)t->count)
		return -EINVAL;
	return 0;
}

static ssize_t copy_range(struct file *in, loff_t __user *in_off, struct file *out, loff_t __user *out_off, size_t count)
{
	loff_t in_pos = in->f_pos, out_pos = out->f_pos;
	struct transfer t = { in, out, &in_pos, &out_pos, count, false };
	ssize_t n = in_off ? get_offset(in_off, &in_pos) : 0;

	if (!n && out_off)
		n = get_offset(out_off, &out_pos);
	if (!n)
		n = copy_range_checks(&t);
	if (n)
		return n;
	n = move_all(&t);
	if (n <= 0)
		return n;
	if (in_off ? copy_to_user(in_off, &in_pos, sizeof(in_pos)) : (in->f_pos = in_pos, 0))
		return -EFAULT;
	if (out_off ? copy_to_user(out_off, &out_pos, sizeof(out_pos)) : (out->f_pos = out_pos, 0))
		return -EFAULT;
	return n;
}

SYSCALL_DEFINE6(copy_file_range, int, in_fd, loff_t __user *, in_off, int, out_fd, loff_t __user *, out_off,
		size_t, count, unsigned int, flags)
{
	struct fd in, out;
	ssize_t n = -EBADF;

	if (flags)
		return -EINVAL;
	in = fdget(in_fd);
	out = fdget(out_fd);
	if (in.file && out.file)
		n = copy_range(in.file, in_off, out.file, out_off, min(count, MAX_RW_COUNT));
	fdput(in);
	fdput(out);
	return n;
}

/* -------------------------------------------------------------------------- splice */

static void lock_both(struct pipe_inode_info *a, struct pipe_inode_info *b)
{
	mutex_lock(a < b ? &a->mutex : &b->mutex);
	mutex_lock_nested(a < b ? &b->mutex : &a->mutex);
}

/* Neither end is waited for with the other one locked. Return: 0, 1 (end of input) or -Exxx */
static int wait_for_both(struct pipe_inode_info *in, struct pipe_inode_info *out, bool nonblock)
{
	int err;

	mutex_lock(&in->mutex);
	err = pipe_wait_bytes(in, nonblock);
	mutex_unlock(&in->mutex);
	if (err)
		return err;
	mutex_lock(&out->mutex);
	err = pipe_wait_room(out, nonblock);
	mutex_unlock(&out->mutex);
	return err;
}

/* @keep: the bytes stay in the input too, as for tee() */
static ssize_t pipe_to_pipe(struct transfer *t, struct pipe_inode_info *in, struct pipe_inode_info *out, bool keep)
{
	ssize_t done = 0, got = 0;

	if (in == out)
		return -EINVAL;
	while (!done) {
		int err = wait_for_both(in, out, t->nonblock);

		if (err)
			return err < 0 ? err : 0;
		lock_both(in, out);
		while (done < t->count) {
			size_t n;
			const char *from = pipe_peek(in, keep ? done : 0, &n);

			got = n ? pipe_put(out, from, min(n, t->count - done)) : 0;
			if (got <= 0)
				break;
			if (!keep)
				pipe_consume(in, got);
			done += got;
		}
		mutex_unlock(&in->mutex);
		mutex_unlock(&out->mutex);
		if (got < 0)
			break;
	}
	return done ? done : got;
}

/* A write that waits for nobody can be made with the pipe locked, and takes from it what it wrote. */
static ssize_t pipe_to_regular(struct transfer *t, struct pipe_inode_info *in)
{
	ssize_t done = 0;
	int err;

	mutex_lock(&in->mutex);
	err = pipe_wait_bytes(in, t->nonblock);
	while (!err && done < t->count) {
		size_t n;
		const char *from = pipe_peek(in, 0, &n);
		ssize_t got = n ? kernel_write(t->out, from, min(n, t->count - done), t->out_pos) : 0;

		if (got <= 0) {
			err = got;
			break;
		}
		pipe_consume(in, got);
		done += got;
	}
	mutex_unlock(&in->mutex);
	return done ? done : err < 0 ? err : 0;
}

/* To what may make us wait, a terminal: the bytes are taken first. */
static ssize_t pipe_to_other(struct transfer *t, char *buf)
{
	loff_t nowhere = 0;
	ssize_t n = kernel_read(t->in, buf, min(t->count, BUFFER), &nowhere), written = 0;

	while (written < n) {
		ssize_t got = kernel_write(t->out, buf + written, n - written, t->out_pos);

		if (got <= 0)
			return written ? written : got;
		written += got;
	}
	return n;
}

/* Bytes of @buf into the pipe, waiting as often as it takes. Return: how many were put, or -Exxx */
static ssize_t put_all(struct pipe_inode_info *out, const char *buf, size_t n, bool nonblock)
{
	size_t done = 0;
	ssize_t got = 0;

	mutex_lock(&out->mutex);
	while (done < n) {
		got = pipe_wait_room(out, nonblock);
		if (!got)
			got = pipe_put(out, buf + done, n - done);
		if (got < 0)
			break;
		done += got;
	}
	mutex_unlock(&out->mutex);
	return done ? (ssize_t)done : got;
}

/* As much as there is room for now, once there is some. Return: bytes of room, or -Exxx */
static ssize_t wait_room(struct pipe_inode_info *out, bool nonblock)
{
	ssize_t n;

	mutex_lock(&out->mutex);
	n = pipe_wait_room(out, nonblock);
	if (!n)
		n = out->size - (out->head - out->tail);
	mutex_unlock(&out->mutex);
	return n;
}

static ssize_t file_to_pipe(struct transfer *t, struct pipe_inode_info *out, char *buf)
{
	ssize_t room = wait_room(out, t->nonblock), n, put;

	if (room < 0)
		return room;
	n = kernel_read(t->in, buf, min(min(t->count, BUFFER), (size_t)room), t->in_pos);
	if (n <= 0)
		return n;
	put = put_all(out, buf, n, t->nonblock);
	if (put < n && t->in->f_mode & FMODE_PREAD)
		*t->in_pos -= n - max(put, (ssize_t)0);
	return put;
}

static ssize_t through_buffer(struct transfer *t, struct pipe_inode_info *in, struct pipe_inode_info *out)
{
	char *buf = kmalloc(BUFFER, GFP_KERNEL);
	ssize_t n;

	if (!buf)
		return -ENOMEM;
	n = in ? pipe_to_other(t, buf) : file_to_pipe(t, out, buf);
	kfree(buf);
	return n;
}

static ssize_t do_splice(struct transfer *t, loff_t __user *in_off, loff_t __user *out_off)
{
	struct pipe_inode_info *in = get_pipe_info(t->in), *out = get_pipe_info(t->out);
	loff_t pos;
	ssize_t n;

	if (!(t->in->f_mode & FMODE_READ) || !(t->out->f_mode & FMODE_WRITE))
		return -EBADF;
	if ((in && in_off) || (out && out_off))
		return -ESPIPE;
	if (!in && !out)
		return -EINVAL;
	t->nonblock |= (in && t->in->f_flags & O_NONBLOCK) || (out && t->out->f_flags & O_NONBLOCK);
	if (in && out)
		return pipe_to_pipe(t, in, out, false);
	t->in_pos = &t->in->f_pos;
	t->out_pos = &t->out->f_pos;
	if (in_off || out_off) {
		if (!((in_off ? t->in : t->out)->f_mode & FMODE_PREAD))
			return -EINVAL;
		n = get_offset(in_off ? in_off : out_off, &pos);
		if (n)
			return n;
		*(in_off ? &t->in_pos : &t->out_pos) = &pos;
	}
	if (in && t->out->f_flags & O_APPEND)
		return -EINVAL;
	if (in && S_ISREG(t->out->f_inode->i_mode))
		n = pipe_to_regular(t, in);
	else
		n = through_buffer(t, in, out);
	if (n > 0 && (in_off || out_off) && copy_to_user(in_off ? in_off : out_off, &pos, sizeof(pos)))
		return -EFAULT;
	return n;
}

/* @n as it is told to the program, which gets SIGPIPE for a pipe that nobody reads. */
static ssize_t tell(ssize_t n)
{
	if (n == -EPIPE)
		send_sig_info(SIGPIPE, SEND_SIG_NOINFO, current, false);
	return n;
}

#define SPLICE_FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT)

SYSCALL_DEFINE6(splice, int, in_fd, loff_t __user *, in_off, int, out_fd, loff_t __user *, out_off, size_t, count,
		unsigned int, flags)
{
	struct fd in, out;
	ssize_t n = -EBADF;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	if (!count)
		return 0;
	in = fdget(in_fd);
	out = fdget(out_fd);
	if (in.file && out.file) {
		struct transfer t = { .in = in.file, .out = out.file, .count = min(count, MAX_RW_COUNT),
				      .nonblock = flags & SPLICE_F_NONBLOCK };

		n = do_splice(&t, in_off, out_off);
	}
	fdput(in);
	fdput(out);
	return tell(n);
}

SYSCALL_DEFINE4(tee, int, in_fd, int, out_fd, size_t, count, unsigned int, flags)
{
	struct fd in, out;
	ssize_t n = -EBADF;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	if (!count)
		return 0;
	in = fdget(in_fd);
	out = fdget(out_fd);
	if (in.file && out.file && in.file->f_mode & FMODE_READ && out.file->f_mode & FMODE_WRITE) {
		struct pipe_inode_info *from = get_pipe_info(in.file), *to = get_pipe_info(out.file);
		struct transfer t = { .count = min(count, MAX_RW_COUNT), .nonblock = flags & SPLICE_F_NONBLOCK };

		t.nonblock |= (in.file->f_flags | out.file->f_flags) & O_NONBLOCK;
		n = from && to ? pipe_to_pipe(&t, from, to, true) : -EINVAL;
	}
	fdput(in);
	fdput(out);
	return tell(n);
}

/* Pages of the program are copied, which it cannot tell from their being lent. */
SYSCALL_DEFINE4(vmsplice, int, fd, const struct iovec __user *, vec, unsigned long, nr, unsigned int, flags)
{
	struct iovec fast[UIO_FASTIOV], *iov;
	struct iov_iter i;
	struct fd f;
	ssize_t n;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	n = get_pipe_info(f.file) ? import_iovec(vec, nr, fast, &iov, &i) : -EBADF;
	if (n >= 0) {
		n = transfer_as(f.file, flags & SPLICE_F_NONBLOCK ? O_NONBLOCK : 0, &i, &f.file->f_pos,
				f.file->f_mode & FMODE_WRITE ? vfs_iter_write : vfs_iter_read);
		if (iov != fast)
			kfree(iov);
	}
	fdput(f);
	return n;
}
