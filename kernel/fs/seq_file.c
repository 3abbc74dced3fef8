/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that is made when it is read: into a buffer that grows until it fits. A read
 * that begins somewhere else than the one before it ended makes the text anew.
 */
#include "internal.h"
#include <asm/page.h>
#include <kernel/seq_file.h>
#include <mm/slab.h>

#define FIRST_SIZE	1024u
#define MAX_SIZE	(4u << 20)

/* ----------------------------------------------------------------------- open, close */

int single_open(struct file *file, int (*show)(struct seq_file *m), void *priv)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock);
	m->show = show;
	m->file = file;
	m->private = priv;
	file->private_data = m;
	return 0;
}

void seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->buf);
	kfree(m);
}

/* ------------------------------------------------------------------------ the buffer */

static int grow(struct seq_file *m)
{
	size_t size = m->size ? m->size * 2 : FIRST_SIZE;
	char *buf;

	if (size > MAX_SIZE)
		return -EOVERFLOW;
	buf = kmalloc(size, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	kfree(m->buf);
	m->buf = buf;
	m->size = size;
	m->count = m->from = 0;
	return 0;
}

/* The text in the empty buffer; none if it has been there already. */
static int fill(struct seq_file *m)
{
	int err = m->size ? 0 : grow(m);

	m->count = m->from = 0;
	while (!err && !m->made) {
		m->overflow = false;
		err = m->show(m);
		m->made = !m->overflow;
		if (!err && m->overflow)
			err = grow(m);
	}
	return err;
}

static void rewind(struct seq_file *m)
{
	m->count = m->from = 0;
	m->read_pos = 0;
	m->made = false;
}

/* Make the text again and leave out what lies before @pos. */
static int go_to(struct seq_file *m, loff_t pos)
{
	rewind(m);
	while (m->read_pos < pos) {
		int err = fill(m);
		size_t n;

		if (err || !m->count)
			return err;
		n = min((u64)m->count, (u64)(pos - m->read_pos));
		m->from = n;
		m->read_pos += n;
	}
	return 0;
}

ssize_t seq_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct seq_file *m = file->private_data;
	ssize_t done = 0;
	int err = 0;

	mutex_lock(&m->lock);
	if (*pos != m->read_pos)
		err = go_to(m, *pos);
	while (!err && to->count) {
		size_t n;

		if (m->from == m->count) {
			if (done)
				break;		/* what was there is enough for one read */
			err = fill(m);
			if (err || !m->count)
				break;
		}
		n = copy_to_iter(m->buf + m->from, m->count - m->from, to);
		if (!n) {
			err = -EFAULT;
			break;
		}
		m->from += n;
		done += n;
		m->read_pos += n;
		*pos += n;
	}
	mutex_unlock(&m->lock);
	return done ? done : err;
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->f_pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

/* -------------------------------------------------------------------------- printing */

void seq_write(struct seq_file *m, const void *data, size_t n)
{
	if (m->overflow || m->size - m->count < n) {
		m->overflow = true;
		return;
	}
	memcpy(m->buf + m->count, data, n);
	m->count += n;
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(m->buf + m->count, m->size - m->count, fmt, args);
	va_end(args);
	if (m->overflow || n >= m->size - m->count)
		m->overflow = true;
	else
		m->count += n;
}

void seq_escape(struct seq_file *m, const char *s, const char *esc)
{
	for (; *s; s++)
		if (strchr(esc, *s))
			seq_printf(m, "\\%03o", (u8)*s);
		else
			seq_putc(m, *s);
}

void seq_path(struct seq_file *m, const struct path *path, const char *esc)
{
	char *page = get_free_page(GFP_KERNEL), *text;

	if (!page)
		return;
	text = d_path(path, page, PAGE_SIZE);
	if (!IS_ERR(text))
		seq_escape(m, text, esc);
	free_page(page);
}

void seq_dentry(struct seq_file *m, struct dentry *dentry, const char *esc)
{
	char *page = get_free_page(GFP_KERNEL), *text;

	if (!page)
		return;
	text = dentry_path(dentry, page, PAGE_SIZE);
	if (!IS_ERR(text))
		seq_escape(m, text, esc);
	free_page(page);
}
