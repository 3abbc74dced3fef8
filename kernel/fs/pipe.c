/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes. Bytes are counted from where the pipe was empty last, so that a pipe that
 * is read as fast as it is written uses one page, again and again. Copies are made
 * with the mutex held, by one thread at a time.
 */
#include "internal.h"
#include <asm/page.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/pipe_fs.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <mm/slab.h>
#include <uapi/ioctl.h>

static const struct file_operations pipe_fops;

/* --------------------------------------------------------------------- begin and end */

static struct pipe_inode_info *alloc_pipe(void)
{
	struct pipe_inode_info *pipe = kzalloc(sizeof(*pipe), GFP_KERNEL);

	if (!pipe)
		return NULL;
	mutex_init(&pipe->mutex);
	init_waitqueue_head(&pipe->rd_wait);
	init_waitqueue_head(&pipe->wr_wait);
	pipe->pages = pipe->def_pages;
	pipe->size = PIPE_DEF_PAGES * PAGE_SIZE;
	return pipe;
}

static void free_pages_of(char **pages, u32 size)
{
	for (u32 i = 0; i < size / PAGE_SIZE; i++)
		free_page(pages[i]);
}

static void free_pipe(struct pipe_inode_info *pipe)
{
	free_pages_of(pipe->pages, pipe->size);
	if (pipe->pages != pipe->def_pages)
		kfree(pipe->pages);
	kfree(pipe);
}

struct pipe_inode_info *get_pipe_info(struct file *file)
{
	return file->f_op == &pipe_fops ? file->private_data : NULL;
}

/* ------------------------------------------------------------------------- the ring */

static inline u32 bytes_in(const struct pipe_inode_info *pipe)
{
	return pipe->head - pipe->tail;
}

static inline u32 room_in(const struct pipe_inode_info *pipe)
{
	return pipe->size - bytes_in(pipe);
}

static inline char **page_of(const struct pipe_inode_info *pipe, u32 at)
{
	return &pipe->pages[(at & (pipe->size - 1)) / PAGE_SIZE];
}

/* The page at @at has been read to its end, or all is read: only the first page is kept. */
static void page_is_read(struct pipe_inode_info *pipe, u32 at)
{
	char **page = page_of(pipe, at);

	if (page == pipe->pages)
		return;
	/* a writer that has come round may have begun to fill it from its start */
	if (bytes_in(pipe) > pipe->size - PAGE_SIZE)
		return;
	free_page(*page);
	*page = NULL;
}

/* Return: bytes moved, fewer than wanted only when the program's memory is not there or, with *@err, the kernel's. */
static size_t ring_write(struct pipe_inode_info *pipe, struct iov_iter *from, size_t n, int *err)
{
	size_t done = 0;

	while (done < n) {
		u32 offset = pipe->head & (PAGE_SIZE - 1), part = min(n - done, PAGE_SIZE - offset), got;
		char **page = page_of(pipe, pipe->head);

		if (unlikely(!*page)) {
			*page = get_free_page(GFP_KERNEL);
			if (!*page) {
				*err = -ENOMEM;
				break;
			}
		}
		got = copy_from_iter(*page + offset, part, from);
		pipe->head += got;
		done += got;
		if (unlikely(got < part)) {
			*err = -EFAULT;
			break;
		}
	}
	return done;
}

/* @n bytes, which lie in one page, have been read. */
static inline void ring_advance(struct pipe_inode_info *pipe, u32 n)
{
	pipe->tail += n;
	if (n && (!(pipe->tail & (PAGE_SIZE - 1)) || !bytes_in(pipe)))
		page_is_read(pipe, pipe->tail - 1);
	if (!bytes_in(pipe))
		pipe->head = pipe->tail = 0;
}

static size_t ring_read(struct pipe_inode_info *pipe, struct iov_iter *to, size_t n)
{
	size_t done = 0;

	while (done < n) {
		u32 offset = pipe->tail & (PAGE_SIZE - 1), part = min(n - done, PAGE_SIZE - offset);
		u32 got = copy_to_iter(*page_of(pipe, pipe->tail) + offset, part, to);

		if (unlikely(got < part))
			break;			/* what did not arrive is not read */
		ring_advance(pipe, part);
		done += part;
	}
	return done;
}

/* -------------------------------------------------------------------------- waiting */

/* Who polls looks after it stood in the queue: either it sees what we did, or we see it. */
static inline void wake_if_any(struct wait_queue_head *wq)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (unlikely(!list_empty(&wq->entries)))
		wake_up(wq);
}

/* Sleep until woken, without the mutex. Return: 0 or -ERESTARTSYS; the mutex is held. */
static int pipe_wait(struct pipe_inode_info *pipe, struct wait_queue_head *wq)
{
	DEFINE_WAIT(wait, true);

	prepare_to_wait(wq, &wait, TASK_INTERRUPTIBLE);
	mutex_unlock(&pipe->mutex);
	if (!signal_pending(current))
		schedule();
	finish_wait(wq, &wait);
	mutex_lock(&pipe->mutex);
	if (!signal_pending(current))
		return 0;
	wake_if_any(wq);		/* if it was for us, it is for the next */
	return -ERESTARTSYS;
}

int pipe_wait_bytes(struct pipe_inode_info *pipe, bool nonblock)
{
	int err;

	while (!bytes_in(pipe)) {
		if (!pipe->writers)
			return 1;
		err = nonblock ? -EAGAIN : pipe_wait(pipe, &pipe->rd_wait);
		if (err)
			return err;
	}
	return 0;
}

int pipe_wait_room(struct pipe_inode_info *pipe, bool nonblock)
{
	int err;

	for (;;) {
		if (!pipe->readers)
			return -EPIPE;
		if (room_in(pipe) >= PIPE_BUF)
			return 0;
		err = nonblock ? -EAGAIN : pipe_wait(pipe, &pipe->wr_wait);
		if (err)
			return err;
	}
}

const char *pipe_peek(struct pipe_inode_info *pipe, u32 skip, size_t *n)
{
	u32 at = pipe->tail + skip, offset = at & (PAGE_SIZE - 1);

	*n = skip < bytes_in(pipe) ? min(bytes_in(pipe) - skip, (u32)PAGE_SIZE - offset) : 0;
	return *n ? *page_of(pipe, at) + offset : NULL;
}

void pipe_consume(struct pipe_inode_info *pipe, size_t n)
{
	while (n) {
		u32 part = min(n, PAGE_SIZE - (pipe->tail & (PAGE_SIZE - 1)));

		ring_advance(pipe, part);
		n -= part;
	}
	if (room_in(pipe) >= PIPE_BUF)
		wake_if_any(&pipe->wr_wait);
}

ssize_t pipe_put(struct pipe_inode_info *pipe, const char *data, size_t n)
{
	struct iov_iter from;
	int err = 0;

	iov_iter_kernel(&from, (void *)data, n);
	n = ring_write(pipe, &from, min(n, (size_t)room_in(pipe)), &err);
	wake_if_any(&pipe->rd_wait);
	return n ? (ssize_t)n : err;
}

/* ---------------------------------------------------------------------- read, write */

static ssize_t pipe_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct pipe_inode_info *pipe = file->private_data;
	ssize_t n = 0;

	if (unlikely(!to->count))
		return 0;
	mutex_lock(&pipe->mutex);
	while (!bytes_in(pipe)) {
		if (!pipe->writers)
			goto out;
		n = file->f_flags & O_NONBLOCK ? -EAGAIN : pipe_wait(pipe, &pipe->rd_wait);
		if (n)
			goto out;
	}
	n = ring_read(pipe, to, min(to->count, (size_t)bytes_in(pipe)));
	if (!n)
		n = -EFAULT;
	if (room_in(pipe) >= PIPE_BUF)
		wake_if_any(&pipe->wr_wait);
	if (bytes_in(pipe))
		wake_if_any(&pipe->rd_wait);
out:
	mutex_unlock(&pipe->mutex);
	return n;
}

/* Room for what must be written in one piece, or for a byte of what need not. */
static inline bool has_room(const struct pipe_inode_info *pipe, size_t n)
{
	u32 room = room_in(pipe);

	return n <= PIPE_BUF ? room >= n : room > 0;
}

static ssize_t pipe_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct pipe_inode_info *pipe = file->private_data;
	ssize_t done = 0;
	int err = 0;

	if (unlikely(!from->count))
		return 0;
	mutex_lock(&pipe->mutex);
	do {
		if (unlikely(!pipe->readers)) {
			err = -EPIPE;
		} else if (has_room(pipe, from->count + done)) {
			done += ring_write(pipe, from, min(from->count, (size_t)room_in(pipe)), &err);
			wake_if_any(&pipe->rd_wait);
		} else {
			err = file->f_flags & O_NONBLOCK ? -EAGAIN : pipe_wait(pipe, &pipe->wr_wait);
		}
	} while (!err && from->count);
	if (room_in(pipe) >= PIPE_BUF)
		wake_if_any(&pipe->wr_wait);
	mutex_unlock(&pipe->mutex);
	if (unlikely(err == -EPIPE && !done && current->signal))
		send_sig_info(SIGPIPE, SEND_SIG_NOINFO, current, false);
	return done ? done : err;
}

static u32 pipe_poll(struct file *file, struct poll_table *pt)
{
	struct pipe_inode_info *pipe = file->private_data;
	u32 events = 0;

	if (file->f_mode & FMODE_READ) {
		poll_wait(file, &pipe->rd_wait, pt);
		if (bytes_in(pipe))
			events |= EPOLLIN | EPOLLRDNORM;
		if (!pipe->writers && pipe->w_counter)
			events |= EPOLLHUP;
	}
	if (file->f_mode & FMODE_WRITE) {
		poll_wait(file, &pipe->wr_wait, pt);
		if (room_in(pipe) >= PIPE_BUF)
			events |= EPOLLOUT | EPOLLWRNORM;
		if (!pipe->readers)
			events |= EPOLLERR;
	}
	return events;
}

static long pipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe_inode_info *pipe = file->private_data;
	u32 n;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&pipe->mutex);
	n = bytes_in(pipe);
	mutex_unlock(&pipe->mutex);
	return put_user(n, (u32 __user *)arg);
}

/* ---------------------------------------------------------------------- open, close */

static void pipe_release(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *pipe = file->private_data;
	bool last;

	mutex_lock(&pipe->mutex);
	pipe->readers -= !!(file->f_mode & FMODE_READ);
	pipe->writers -= !!(file->f_mode & FMODE_WRITE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	wake_up_all(&pipe->rd_wait);
	wake_up_all(&pipe->wr_wait);
	mutex_unlock(&pipe->mutex);
	inode_lock(inode);
	last = !--pipe->users;
	if (last)
		inode->i_pipe = NULL;
	inode_unlock(inode);
	if (last)
		free_pipe(pipe);
}

/* The pipe of a FIFO, with one more user. */
static struct pipe_inode_info *get_pipe(struct inode *inode)
{
	struct pipe_inode_info *pipe;

	inode_lock(inode);
	if (!inode->i_pipe)
		inode->i_pipe = alloc_pipe();
	pipe = inode->i_pipe;
	if (pipe)
		pipe->users++;
	inode_unlock(inode);
	return pipe;
}

/* Until somebody has opened the other side, which @counter tells. Context: the mutex is held */
static int wait_for_partner(struct pipe_inode_info *pipe, struct wait_queue_head *wq, const u32 *counter)
{
	u32 before = *counter;

	while (*counter == before)
		if (pipe_wait(pipe, wq))
			return -ERESTARTSYS;
	return 0;
}

/* Context: the mutex is held; this file is counted already */
static int meet(struct pipe_inode_info *pipe, struct file *file, bool fifo)
{
	bool wait = !(file->f_flags & O_NONBLOCK);

	switch (file->f_mode & (FMODE_READ | FMODE_WRITE)) {
	case FMODE_READ:
		return fifo && !pipe->writers && wait ? wait_for_partner(pipe, &pipe->rd_wait, &pipe->w_counter) : 0;
	case FMODE_WRITE:
		if (fifo && !pipe->readers)
			return wait ? wait_for_partner(pipe, &pipe->wr_wait, &pipe->r_counter) : -ENXIO;
	}
	return 0;
}

static int fifo_open(struct inode *inode, struct file *file)
{
	struct pipe_inode_info *pipe = get_pipe(inode);
	bool fifo = inode->i_sb != anon_mount()->mnt_sb;
	int err;

	if (!pipe)
		return -ENOMEM;
	nonseekable_open(inode, file);
	file->private_data = pipe;
	mutex_lock(&pipe->mutex);
	if (file->f_mode & FMODE_READ) {
		pipe->readers++;
		pipe->r_counter++;
	}
	if (file->f_mode & FMODE_WRITE) {
		pipe->writers++;
		pipe->w_counter++;
	}
	wake_up_all(&pipe->rd_wait);
	wake_up_all(&pipe->wr_wait);
	err = meet(pipe, file, fifo);
	mutex_unlock(&pipe->mutex);
	if (err)
		pipe_release(inode, file);
	else
		file->f_op = &pipe_fops;
	return err;
}

static const struct file_operations pipe_fops = {
	.read_iter = pipe_read, .write_iter = pipe_write, .poll = pipe_poll, .unlocked_ioctl = pipe_ioctl,
	.release = pipe_release, .async = true,
};

const struct file_operations fifo_fops = { .open = fifo_open };

static struct inode *pipe_inode(void)
{
	struct inode *inode = anon_inode(S_IFIFO | 0600);

	if (!inode)
		return NULL;
	inode->i_fop = &fifo_fops;
	inode->i_pipe = alloc_pipe();
	if (!inode->i_pipe) {
		iput(inode);
		return NULL;
	}
	inode->i_pipe->readers = inode->i_pipe->writers = 1;
	inode->i_pipe->r_counter = inode->i_pipe->w_counter = 1;
	inode->i_pipe->users = 2;
	return inode;
}

int create_pipe_files(struct file *files[2], int flags)
{
	struct inode *inode = pipe_inode();
	struct pipe_inode_info *pipe;

	if (!inode)
		return -ENFILE;
	pipe = inode->i_pipe;
	files[1] = alloc_file_pseudo(inode, anon_mount(), "pipe:", O_WRONLY | (flags & O_NONBLOCK), &pipe_fops);
	if (IS_ERR(files[1])) {
		free_pipe(pipe);
		iput(inode);
		return PTR_ERR(files[1]);
	}
	files[1]->private_data = pipe;
	files[0] = alloc_file_clone(files[1], O_RDONLY | (flags & O_NONBLOCK), &pipe_fops);
	if (IS_ERR(files[0])) {
		pipe->readers = 0;
		pipe->users = 1;
		fput(files[1]);
		return PTR_ERR(files[0]);
	}
	files[0]->private_data = pipe;
	return 0;
}

static long do_pipe(int __user *fds, int flags)
{
	struct file *files[2];
	int fd[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	err = create_pipe_files(files, flags);
	if (err)
		return err;
	fd[0] = get_unused_fd_flags(flags);
	fd[1] = fd[0] < 0 ? fd[0] : get_unused_fd_flags(flags);
	err = fd[1] < 0 ? fd[1] : copy_to_user(fds, fd, sizeof(fd));
	if (!err) {
		fd_install(fd[0], files[0]);
		fd_install(fd[1], files[1]);
		return 0;
	}
	if (fd[0] >= 0)
		put_unused_fd(fd[0]);
	if (fd[1] >= 0)
		put_unused_fd(fd[1]);
	fput(files[0]);
	fput(files[1]);
	return err;
}

SYSCALL_DEFINE2(pipe2, int __user *, fds, int, flags)
{
	return do_pipe(fds, flags);
}
SYSCALL_PARTIAL(pipe2, "packets (O_DIRECT)");

SYSCALL_DEFINE1(pipe, int __user *, fds)
{
	return do_pipe(fds, 0);
}

/* ------------------------------------------------------------------------- its size */

/* What is in the pipe, from its start in new pages. Context: the mutex is held */
static int copy_ring(struct pipe_inode_info *pipe, char **pages, u32 size)
{
	u32 n = bytes_in(pipe);

	for (u32 i = 0; i < n; i++) {	/* seldom, and small */
		char **page = &pages[i / PAGE_SIZE];

		if (!*page)
			*page = get_free_page(GFP_KERNEL);
		if (!*page)
			return -ENOMEM;
		(*page)[i % PAGE_SIZE] = (*page_of(pipe, pipe->tail + i))[(pipe->tail + i) & (PAGE_SIZE - 1)];
	}
	return 0;
}

static long set_ring(struct pipe_inode_info *pipe, char **pages, u32 size)
{
	u32 n = bytes_in(pipe);
	int err = n > size ? -EBUSY : copy_ring(pipe, pages, size);

	if (err) {
		free_pages_of(pages, size);
		kfree(pages);
		return err;
	}
	free_pages_of(pipe->pages, pipe->size);
	if (pipe->pages != pipe->def_pages)
		kfree(pipe->pages);
	pipe->pages = pages;
	pipe->size = size;
	pipe->tail = 0;
	pipe->head = n;
	wake_up_all(&pipe->wr_wait);
	return size;
}

long pipe_resize(struct file *file, unsigned long want)
{
	struct pipe_inode_info *pipe = get_pipe_info(file);
	u32 size = PAGE_SIZE;
	char **pages;
	long err;

	if (!pipe)
		return -EBADF;
	if (!want || want > 1UL << 31)
		return -EINVAL;
	while (size < want)
		size *= 2;
	if (size > PIPE_MAX_SIZE)
		return capable(CAP_SYS_RESOURCE) ? -ENOMEM : -EPERM;
	pages = kzalloc(size / PAGE_SIZE * sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	mutex_lock(&pipe->mutex);
	err = set_ring(pipe, pages, size);
	mutex_unlock(&pipe->mutex);
	return err;
}
