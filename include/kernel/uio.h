/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the bytes of a read or write go to or come from: one buffer or several,
 * of a user program or of the kernel. What is copied is taken off the iterator.
 * User memory is copied with its faults resolved, so nobody copies under a
 * spinlock or with preemption off.
 */
#ifndef KERNEL_UIO_H
#define KERNEL_UIO_H

#include <lib/types.h>
#include <uapi/uio.h>

enum iter_type {
	ITER_UBUF,			/* one buffer of a program */
	ITER_IOVEC,			/* several */
	ITER_KVEC,			/* buffers of the kernel */
};

struct iov_iter {
	u32	type;			/* enum iter_type */
	u32	nr_segs;		/* pieces left; the first is the current one */
	size_t	count;			/* bytes left in all */
	size_t	offset;			/* bytes of the current piece that are done */
	union {
		void __user		*ubuf;
		const struct iovec	*iov;	/* addresses of the program or of the kernel; kept by the caller */
	};
	struct iovec one;		/* of iov_iter_kernel() */
};

static inline size_t iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

/** iov_iter_ubuf() - one buffer of a program; @size is at most MAX_RW_COUNT, nothing is checked yet */
static inline void iov_iter_ubuf(struct iov_iter *i, void __user *buf, size_t size)
{
	i->type = ITER_UBUF;
	i->nr_segs = 1;
	i->count = size;
	i->offset = 0;
	i->ubuf = buf;
}

/** iov_iter_kernel() - one buffer of the kernel */
static inline void iov_iter_kernel(struct iov_iter *i, void *buf, size_t size)
{
	i->type = ITER_KVEC;
	i->nr_segs = 1;
	i->count = size;
	i->offset = 0;
	i->one = (struct iovec){ buf, size };
	i->iov = &i->one;
}

/**
 * import_iovec() - check an array of buffers that a program gave
 * @fast: room for UIO_FASTIOV of them, used when that is enough
 * @iovp: set to the checked copy; kfree() it unless it is @fast
 * Return: bytes in all, at most MAX_RW_COUNT, or -EINVAL, -EFAULT, -ENOMEM with nothing to free.
 */
#define UIO_FASTIOV	8
ssize_t import_iovec(const struct iovec __user *uvec, unsigned long nr, struct iovec *fast, struct iovec **iovp,
		     struct iov_iter *i);

/**
 * copy_to_iter() - @n bytes to the next places of the iterator
 * copy_from_iter() - @n bytes from there
 * iov_iter_zero() - @n zeros to there
 * Return: bytes copied, less than @n when the iterator ended or a program's memory is not there.
 * Context: a thread that may sleep, unless the memory is the kernel's.
 */
size_t copy_to_iter(const void *src, size_t n, struct iov_iter *i);
size_t copy_from_iter(void *dst, size_t n, struct iov_iter *i);
size_t iov_iter_zero(size_t n, struct iov_iter *i);

/** iov_iter_advance() - @n bytes are done with, at most what is left; iov_iter_revert() - the last @n are not */
void iov_iter_advance(struct iov_iter *i, size_t n);
void iov_iter_revert(struct iov_iter *i, size_t n);

#endif
