/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of open files. A number is taken first (its bit in open_fds), and means
 * a file once that is installed. A reader without the lock, who is alone or under
 * RCU, sees the old table or the new one, which have the same files.
 */
#include "internal.h"
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <mm/slab.h>

#define BITS	64u			/* of a word */

static struct kmem_cache *files_cache;
static struct spinlock users_lock;	/* of p->files and p->fs when it is another thread's */

struct files_struct init_files = {
	.count = 2,			/* never that of one thread alone: nobody opens anything in it */
	.fdt = &init_files.fdtab,
	.fdtab = {
		.max_fds = NR_OPEN_DEFAULT, .fd = init_files.fd_array, .open_fds = &init_files.bits[0],
		.close_on_exec = &init_files.bits[1], .full_words = &init_files.bits[2],
	},
};

void fdtable_init(void)
{
	files_cache = kmem_cache_create("files_struct", sizeof(struct files_struct), 64, NULL);
}

static struct files_struct *current_files(void)
{
	struct files_struct *files = current->files;

	return files ? files : &init_files;
}

static unsigned int nofile_limit(void)
{
	unsigned long limit = current->signal ? rlimit(RLIMIT_NOFILE) : NR_OPEN_DEFAULT;

	return min(limit, (unsigned long)NR_OPEN_MAX);
}

/* ----------------------------------------------------------------------- bits */

static bool test_bit(const unsigned long *bits, unsigned int n)
{
	return bits[n / BITS] >> n % BITS & 1;
}

static void mark(struct fdtable *fdt, unsigned int fd, bool cloexec)
{
	unsigned long bit = 1UL << fd % BITS;
	unsigned int word = fd / BITS;

	fdt->open_fds[word] |= bit;
	if (!~fdt->open_fds[word])
		fdt->full_words[word / BITS] |= 1UL << word % BITS;
	if (cloexec)
		fdt->close_on_exec[word] |= bit;
	else
		fdt->close_on_exec[word] &= ~bit;
}

static inline void unmark(struct fdtable *fdt, unsigned int fd)
{
	unsigned int word = fd / BITS;

	fdt->open_fds[word] &= ~(1UL << fd % BITS);
	fdt->full_words[word / BITS] &= ~(1UL << word % BITS);
}

/* First zero bit of @n from @from on; @n if there is none. */
static unsigned int next_zero(const unsigned long *bits, unsigned int n, unsigned int from)
{
	while (from < n) {
		unsigned long free = ~bits[from / BITS] >> from % BITS;

		if (free)
			return min(from + (unsigned int)__builtin_ctzl(free), n);
		from = (from / BITS + 1) * BITS;
	}
	return n;
}

static unsigned int next_free(const struct fdtable *fdt, unsigned int from)
{
	unsigned int words = fdt->max_fds / BITS, word;

	if (from >= fdt->max_fds)
		return from;
	if (test_bit(fdt->full_words, from / BITS)) {
		word = next_zero(fdt->full_words, words, from / BITS);
		from = max(from, word * BITS);
	}
	return max(from, next_zero(fdt->open_fds, fdt->max_fds, from));
}

/* --------------------------------------------------------------------- tables */

static size_t bytes_of_bits(unsigned int n)
{
	return (n + BITS - 1) / BITS * sizeof(unsigned long);
}

/* In one piece: pointers, bits, bits, bits of words. */
static struct fdtable *alloc_table(unsigned int max_fds)
{
	size_t fds = max_fds * sizeof(struct file *), bits = bytes_of_bits(max_fds);
	size_t size = sizeof(struct fdtable) + fds + 2 * bits + bytes_of_bits(max_fds / BITS);
	struct fdtable *fdt = kzalloc(size, GFP_KERNEL | __GFP_NOWARN);

	if (!fdt)
		return NULL;
	fdt->max_fds = max_fds;
	fdt->fd = (struct file **)(fdt + 1);
	fdt->open_fds = (unsigned long *)((char *)fdt->fd + fds);
	fdt->close_on_exec = (unsigned long *)((char *)fdt->open_fds + bits);
	fdt->full_words = (unsigned long *)((char *)fdt->close_on_exec + bits);
	return fdt;
}

static void free_table(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct fdtable, rcu));
}

static void copy_table(struct fdtable *to, const struct fdtable *from)
{
	memcpy(to->fd, from->fd, from->max_fds * sizeof(*from->fd));
	memcpy(to->open_fds, from->open_fds, bytes_of_bits(from->max_fds));
	memcpy(to->close_on_exec, from->close_on_exec, bytes_of_bits(from->max_fds));
	memcpy(to->full_words, from->full_words, bytes_of_bits(from->max_fds / BITS));
}

/* Room for number @fd. Context: files->lock held */
static int expand(struct files_struct *files, unsigned int fd)
{
	struct fdtable *old = files->fdt, *fdt;
	unsigned int size = old->max_fds;

	while (size <= fd)
		size *= 2;
	fdt = alloc_table(size);
	if (!fdt)
		return -ENOMEM;
	copy_table(fdt, old);
	rcu_assign_pointer(files->fdt, fdt);
	if (old != &files->fdtab)
		call_rcu(&old->rcu, free_table);
	return 0;
}

/* -------------------------------------------------------------------- numbers */

/*
 * The lowest number of all, if it is one of the first word: there is nothing to search.
 * Context: files->lock held. Return: -1 when it is not
 */
static inline int take_first(struct files_struct *files, unsigned int flags)
{
	struct fdtable *fdt = files->fdt;
	unsigned long free = ~fdt->open_fds[0];
	unsigned int fd;

	if (unlikely(!(free & (free - 1))))	/* the last one fills the word: not here */
		return -1;
	fd = __builtin_ctzl(free);
	if (unlikely(fd >= nofile_limit()))
		return -1;
	fdt->open_fds[0] |= free & -free;
	if (flags & O_CLOEXEC)
		fdt->close_on_exec[0] |= free & -free;
	else
		fdt->close_on_exec[0] &= ~(free & -free);
	return fd;
}

/* Context: files->lock held */
static int take_number(struct files_struct *files, unsigned int start, unsigned int flags)
{
	unsigned int fd = next_free(files->fdt, max(start, files->next_fd));
	int err;

	if (fd >= nofile_limit())
		return -EMFILE;
	if (unlikely(fd >= files->fdt->max_fds)) {
		err = expand(files, fd);
		if (err)
			return err;
	}
	mark(files->fdt, fd, flags & O_CLOEXEC);
	if (start <= files->next_fd)
		files->next_fd = fd + 1;
	return fd;
}

int get_unused_fd_from(unsigned int start, unsigned int flags)
{
	struct files_struct *files = current_files();
	int fd;

	spin_lock(&files->lock);
	fd = take_number(files, start, flags);
	spin_unlock(&files->lock);
	return fd;
}

int get_unused_fd_flags(unsigned int flags)
{
	return get_unused_fd_from(0, flags);
}

/* Context: files->lock held */
static inline void give_back(struct files_struct *files, unsigned int fd)
{
	unmark(files->fdt, fd);
	if (fd < files->next_fd)
		files->next_fd = fd;
}

void put_unused_fd(unsigned int fd)
{
	struct files_struct *files = current_files();

	spin_lock(&files->lock);
	give_back(files, fd);
	spin_unlock(&files->lock);
}

void fd_install(unsigned int fd, struct file *file)
{
	struct files_struct *files = current_files();

	spin_lock(&files->lock);
	rcu_assign_pointer(files->fdt->fd[fd], file);
	spin_unlock(&files->lock);
}

int fd_install_from(unsigned int start, struct file *file, unsigned int flags)
{
	struct files_struct *files = current_files();
	int fd;

	spin_lock(&files->lock);
	fd = start ? -1 : take_first(files, flags);
	if (unlikely(fd < 0))
		fd = take_number(files, start, flags);
	if (likely(fd >= 0))
		rcu_assign_pointer(files->fdt->fd[fd], file);
	spin_unlock(&files->lock);
	if (unlikely(fd < 0))
		fput(file);
	return fd;
}

int alloc_fd_install(struct file *file, unsigned int flags)
{
	return fd_install_from(0, file, flags);
}

/* ------------------------------------------------------------------ files of numbers */

struct file *__fget(unsigned int fd, u32 no_mode)
{
	struct files_struct *files = current_files();
	struct file *file;

	rcu_read_lock();
	do {
		const struct fdtable *fdt = rcu_dereference(files->fdt);

		file = fd < fdt->max_fds ? rcu_dereference(fdt->fd[fd]) : NULL;
		if (!file || file->f_mode & no_mode) {
			file = NULL;
			break;
		}
		/* closed since: then the number means another one, or none */
	} while (!get_unless_zero(&file->f_count));
	rcu_read_unlock();
	return file;
}

static struct files_struct *get_files(struct task_struct *p)
{
	struct files_struct *files;

	spin_lock(&users_lock);
	files = p->files;
	if (files)
		__atomic_fetch_add(&files->count, 1, __ATOMIC_RELAXED);
	spin_unlock(&users_lock);
	return files;
}

struct file *fget_task_next(struct task_struct *p, unsigned int *fd)
{
	struct files_struct *files = get_files(p);
	struct file *file = NULL;
	const struct fdtable *fdt;

	if (!files)
		return NULL;
	spin_lock(&files->lock);	/* a table of one thread is changed without a thought of RCU */
	fdt = files->fdt;
	for (; *fd < fdt->max_fds && !file; ++*fd)
		file = fdt->fd[*fd];
	if (file) {
		--*fd;
		get_file(file);
	}
	spin_unlock(&files->lock);
	put_files_struct(files);
	return file;
}

struct file *fget_task(struct task_struct *p, unsigned int fd)
{
	unsigned int n = fd;
	struct file *file = fget_task_next(p, &n);

	if (file && n != fd) {
		fput(file);
		return NULL;
	}
	return file;
}

/* -------------------------------------------------------------------- closing */

static bool is_shared(const struct files_struct *files)
{
	return __atomic_load_n(&files->count, __ATOMIC_ACQUIRE) > 1;
}

/* One number of @files less that means @file. */
static inline void filp_close(struct file *file, struct files_struct *files)
{
	if (unlikely(is_shared(files)))
		__atomic_fetch_or(&file->f_mode, FMODE_SHARED, __ATOMIC_RELAXED);
	if (unlikely(file->f_op->flush))
		file->f_op->flush(file);
	if (unlikely(file->f_inode->i_flctx))
		locks_remove_posix(file, files);
	fput(file);
}

int close_fd(unsigned int fd)
{
	struct files_struct *files = current_files();
	struct file *file = NULL;
	struct fdtable *fdt;

	spin_lock(&files->lock);
	fdt = files->fdt;
	if (likely(fd < fdt->max_fds))
		file = fdt->fd[fd];
	if (likely(file)) {
		rcu_assign_pointer(fdt->fd[fd], NULL);
		give_back(files, fd);
	}
	spin_unlock(&files->lock);
	if (unlikely(!file))
		return -EBADF;
	filp_close(file, files);
	return 0;
}

SYSCALL_DEFINE1(close, unsigned int, fd)
{
	return close_fd(fd);
}

static void close_all(struct files_struct *files)
{
	struct fdtable *fdt = files->fdt;

	for (unsigned int word = 0; word < fdt->max_fds / BITS; word++)
		for (unsigned long open = fdt->open_fds[word]; open; open &= open - 1) {
			struct file *file = fdt->fd[word * BITS + __builtin_ctzl(open)];

			if (file)
				filp_close(file, files);
		}
}

void put_files_struct(struct files_struct *files)
{
	if (__atomic_sub_fetch(&files->count, 1, __ATOMIC_ACQ_REL))
		return;
	close_all(files);
	if (files->fdt != &files->fdtab)
		kfree(files->fdt);
	kmem_cache_free(files_cache, files);
}

static void set_files(struct task_struct *p, struct files_struct *files)
{
	struct files_struct *old = p->files;

	spin_lock(&users_lock);
	p->files = files;
	spin_unlock(&users_lock);
	if (old && old != &init_files)
		put_files_struct(old);
}

void exit_files(struct task_struct *p)
{
	set_files(p, NULL);
}

void do_close_on_exec(struct files_struct *files)
{
	for (unsigned int word = 0; word < files->fdt->max_fds / BITS; word++) {
		unsigned long bits = files->fdt->close_on_exec[word] & files->fdt->open_fds[word];

		for (; bits; bits &= bits - 1)
			close_fd(word * BITS + __builtin_ctzl(bits));
	}
}

/* --------------------------------------------------------------------- copies */

static void init_table(struct files_struct *files)
{
	memset(files->bits, 0, sizeof(files->bits));
	files->count = 1;
	spin_lock_init(&files->lock);
	files->next_fd = 0;
	files->fdtab = (struct fdtable){
		.max_fds = NR_OPEN_DEFAULT, .fd = files->fd_array, .open_fds = &files->bits[0],
		.close_on_exec = &files->bits[1], .full_words = &files->bits[2],
	};
	files->fdt = &files->fdtab;
}

/* Numbers that may mean a file are below this. */
static unsigned int end_of_open(const struct fdtable *fdt)
{
	unsigned int word = fdt->max_fds / BITS;

	while (word && !fdt->open_fds[word - 1])
		word--;
	return word * BITS;
}

/* A number that was taken but means nothing yet is free in the copy. */
static void copy_files(struct files_struct *files, const struct fdtable *old, unsigned int end)
{
	struct fdtable *fdt = files->fdt;

	for (unsigned int word = 0; word < end / BITS; word++) {
		unsigned long open = old->open_fds[word];

		memset(&fdt->fd[word * BITS], 0, BITS * sizeof(*fdt->fd));
		for (; open; open &= open - 1) {
			unsigned int fd = word * BITS + __builtin_ctzl(open);
			struct file *file = old->fd[fd];

			if (!file)
				continue;
			fdt->fd[fd] = get_file(file);
			mark(fdt, fd, test_bit(old->close_on_exec, fd));
		}
	}
	files->next_fd = next_free(fdt, 0);
}

struct files_struct *dup_fd(struct files_struct *old)
{
	struct files_struct *files = kmem_cache_alloc(files_cache, GFP_KERNEL);
	unsigned int end;

	if (!files)
		return NULL;
	init_table(files);
	spin_lock(&old->lock);
	end = end_of_open(old->fdt);
	if (end > NR_OPEN_DEFAULT) {
		files->fdt = alloc_table(old->fdt->max_fds);
		if (!files->fdt) {
			spin_unlock(&old->lock);
			kmem_cache_free(files_cache, files);
			return NULL;
		}
	} else if (end < NR_OPEN_DEFAULT) {
		memset(files->fd_array, 0, sizeof(files->fd_array));
	}
	copy_files(files, old->fdt, end);
	spin_unlock(&old->lock);
	return files;
}

int unshare_files(void)
{
	struct files_struct *files;

	if (current->files && !is_shared(current->files))
		return 0;
	files = dup_fd(current_files());
	if (!files)
		return -ENOMEM;
	set_files(current, files);
	return 0;
}

/* ------------------------------------------------------------------ dup and its kind */

SYSCALL_DEFINE1(dup, unsigned int, oldfd)
{
	struct fd f = fdget_raw(oldfd);
	struct file *file = f.file;

	if (!file)
		return -EBADF;
	if (!f.put)
		get_file(file);
	return fd_install_from(0, file, 0);
}

/* @fd means @file, whose reference it takes, instead of what it meant before. */
static int replace_fd(unsigned int fd, struct file *file, unsigned int flags)
{
	struct files_struct *files = current_files();
	struct file *old;
	int err = -EBADF;

	spin_lock(&files->lock);
	if (fd >= nofile_limit())
		goto fail;
	if (fd >= files->fdt->max_fds) {
		err = expand(files, fd);
		if (err)
			goto fail;
	}
	old = files->fdt->fd[fd];
	err = -EBUSY;
	if (!old && test_bit(files->fdt->open_fds, fd))
		goto fail;		/* another thread is about to install a file */
	rcu_assign_pointer(files->fdt->fd[fd], file);
	mark(files->fdt, fd, flags & O_CLOEXEC);
	spin_unlock(&files->lock);
	if (old)
		filp_close(old, files);
	return fd;
fail:
	spin_unlock(&files->lock);
	fput(file);
	return err;
}

static int do_dup3(unsigned int oldfd, unsigned int newfd, int flags)
{
	struct file *file;

	if (flags & ~O_CLOEXEC || oldfd == newfd)
		return -EINVAL;
	if (newfd >= nofile_limit())
		return -EBADF;
	file = fget_raw(oldfd);
	return file ? replace_fd(newfd, file, flags) : -EBADF;
}

SYSCALL_DEFINE3(dup3, unsigned int, oldfd, unsigned int, newfd, int, flags)
{
	return do_dup3(oldfd, newfd, flags);
}

SYSCALL_DEFINE2(dup2, unsigned int, oldfd, unsigned int, newfd)
{
	if (unlikely(oldfd == newfd)) {
		struct fd f = fdget_raw(oldfd);

		fdput(f);
		return f.file ? newfd : -EBADF;
	}
	return do_dup3(oldfd, newfd, 0);
}

int do_fcntl_dupfd(struct file *file, unsigned int start, unsigned int flags)
{
	if (start >= nofile_limit())
		return -EINVAL;
	return fd_install_from(start, get_file(file), flags);
}

bool get_close_on_exec(unsigned int fd)
{
	struct files_struct *files = current_files();
	bool set;

	spin_lock(&files->lock);
	set = fd < files->fdt->max_fds && test_bit(files->fdt->close_on_exec, fd);
	spin_unlock(&files->lock);
	return set;
}

void set_close_on_exec(unsigned int fd, bool set)
{
	struct files_struct *files = current_files();

	spin_lock(&files->lock);
	if (fd < files->fdt->max_fds && test_bit(files->fdt->open_fds, fd))
		mark(files->fdt, fd, set);
	spin_unlock(&files->lock);
}

static void close_range(struct files_struct *files, unsigned int first, unsigned int last, bool mark_only)
{
	for (unsigned int fd = first; fd <= last && fd < files->fdt->max_fds; fd++) {
		if (!files->fdt->open_fds[fd / BITS]) {
			fd |= BITS - 1;
			continue;
		}
		if (mark_only)
			set_close_on_exec(fd, true);
		else
			close_fd(fd);
	}
}

SYSCALL_DEFINE3(close_range, unsigned int, first, unsigned int, last, unsigned int, flags)
{
	int err;

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		err = unshare_files();
		if (err)
			return err;
	}
	close_range(current_files(), first, last, flags & CLOSE_RANGE_CLOEXEC);
	return 0;
}
