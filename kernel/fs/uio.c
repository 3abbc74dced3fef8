/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies between the kernel and the buffers of a read or write. A program's memory
 * may end in the middle of a copy: what lies before that is copied all the same,
 * and counts.
 */
#include <kernel/uio.h>
#include <asm/uaccess.h>
#include <kernel/fs.h>
#include <lib/string.h>
#include <mm/slab.h>

enum copy_kind { COPY_TO, COPY_FROM, COPY_ZERO };	/* of the iterator, as seen from the kernel */

/* Return: bytes copied, which are fewer when one of the pages is not there. */
static inline size_t move_user(enum copy_kind kind, void __user *user, void *kernel, size_t n)
{
	if (kind == COPY_TO)
		return n - raw_copy_to_user(user, kernel, n);
	if (kind == COPY_FROM)
		return n - raw_copy_from_user(kernel, user, n);
	return n - raw_clear_user(user, n);
}

static void copy_kernel(enum copy_kind kind, void *there, void *here, size_t n)
{
	if (kind == COPY_TO)
		memcpy(there, here, n);
	else if (kind == COPY_FROM)
		memcpy(here, there, n);
	else
		memset(there, 0, n);
}

/* Over the pieces of an array. */
static __noinline size_t copy_pieces(enum copy_kind kind, char *kernel, size_t n, struct iov_iter *i)
{
	size_t done = 0;

	while (done < n) {
		size_t room = i->iov->iov_len - i->offset, part = min(n - done, room), got = part;
		char *there = (char *)i->iov->iov_base + i->offset, *here = kernel + (kind == COPY_ZERO ? 0 : done);

		if (i->type == ITER_KVEC)
			copy_kernel(kind, there, here, part);
		else
			got = move_user(kind, there, here, part);
		iov_iter_advance(i, got);
		done += got;
		if (got < part)
			break;
	}
	return done;
}

static __inline_always size_t copy(enum copy_kind kind, void *kernel, size_t n, struct iov_iter *i)
{
	n = min(n, i->count);
	if (unlikely(!n))
		return 0;
	if (unlikely(i->type != ITER_UBUF))
		return copy_pieces(kind, kernel, n, i);
	n = move_user(kind, (char __user *)i->ubuf + i->offset, kernel, n);
	i->offset += n;
	i->count -= n;
	return n;
}

size_t copy_to_iter(const void *src, size_t n, struct iov_iter *i)
{
	return copy(COPY_TO, (void *)src, n, i);
}

size_t copy_from_iter(void *dst, size_t n, struct iov_iter *i)
{
	return copy(COPY_FROM, dst, n, i);
}

size_t iov_iter_zero(size_t n, struct iov_iter *i)
{
	return copy(COPY_ZERO, NULL, n, i);
}

void iov_iter_advance(struct iov_iter *i, size_t n)
{
	i->count -= n;
	i->offset += n;
	if (i->type == ITER_UBUF)
		return;
	while (i->count && i->offset >= i->iov->iov_len) {
		i->offset -= i->iov->iov_len;
		i->iov++;
		i->nr_segs--;
	}
}

void iov_iter_revert(struct iov_iter *i, size_t n)
{
	i->count += n;
	if (i->type != ITER_UBUF)
		while (n > i->offset) {
			n -= i->offset;
			i->iov--;
			i->nr_segs++;
			i->offset = i->iov->iov_len;
		}
	i->offset -= n;
}

/* Lengths that together fit into one call; the rest of the last one that does is cut off. */
static ssize_t check_pieces(struct iovec *iov, unsigned long nr)
{
	size_t sum = 0;

	for (unsigned long n = 0; n < nr; n++) {
		if ((ssize_t)iov[n].iov_len < 0)
			return -EINVAL;
		if (!access_ok(iov[n].iov_base, iov[n].iov_len))
			return -EFAULT;
		iov[n].iov_len = min(iov[n].iov_len, MAX_RW_COUNT - sum);
		sum += iov[n].iov_len;
	}
	return sum;
}

/* The first piece is one with something in it, if there is any. */
static void start_at_first(struct iov_iter *i)
{
	iov_iter_advance(i, 0);
}

ssize_t import_iovec(const struct iovec __user *uvec, unsigned long nr, struct iovec *fast, struct iovec **iovp,
		     struct iov_iter *i)
{
	struct iovec *iov = fast;
	ssize_t sum;

	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (nr > UIO_FASTIOV)
		iov = kmalloc(nr * sizeof(*iov), GFP_KERNEL);
	if (!iov)
		return -ENOMEM;
	sum = nr ? copy_from_user(iov, uvec, nr * sizeof(*iov)) : 0;
	if (!sum)
		sum = check_pieces(iov, nr);
	if (sum < 0) {
		if (iov != fast)
			kfree(iov);
		return sum;
	}
	*i = (struct iov_iter){ .type = ITER_IOVEC, .nr_segs = nr, .count = sum, .iov = iov };
	*iovp = iov;
	start_at_first(i);
	return sum;
}
