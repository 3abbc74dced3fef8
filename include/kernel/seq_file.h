/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files whose text is made when they are read. A show() function prints all of it,
 * and need not know where in it the reader is.
 *
 *	static int uptime_show(struct seq_file *m) { seq_printf(m, "%llu\n", ...); return 0; }
 *	static int uptime_open(struct inode *i, struct file *f) { return single_open(f, uptime_show, NULL); }
 *
 * with read_iter = seq_read, llseek = seq_lseek, release = seq_release.
 */
#ifndef KERNEL_SEQ_FILE_H
#define KERNEL_SEQ_FILE_H

#include <kernel/fs.h>
#include <lib/printf.h>

struct seq_file {
	char		*buf;		/* text that was made */
	size_t		size, count;	/* room and bytes of it */
	size_t		from;		/* the reader has had these */
	loff_t		read_pos;	/* place in the file that @from stands for */
	bool		made;		/* buf has all of the text */
	bool		overflow;	/* it did not fit: it is made again with more room */
	struct mutex	lock;
	int		(*show)(struct seq_file *m);
	struct file	*file;
	void		*private;
};

/**
 * single_open() - for open() of a file that @show prints
 * Return: 0 or -ENOMEM. file->private_data is the struct seq_file, whose private is @priv.
 */
int single_open(struct file *file, int (*show)(struct seq_file *m), void *priv);

ssize_t seq_read(struct file *file, struct iov_iter *to, loff_t *pos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
void seq_release(struct inode *inode, struct file *file);

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
void seq_write(struct seq_file *m, const void *data, size_t n);

/** seq_escape() - @s with what is in @esc written as \ooo */
void seq_escape(struct seq_file *m, const char *s, const char *esc);

/** seq_path() - d_path() of @path, escaped so */
void seq_path(struct seq_file *m, const struct path *path, const char *esc);

/** seq_dentry() - the path from the root of its tree, escaped so */
void seq_dentry(struct seq_file *m, struct dentry *dentry, const char *esc);

#endif
