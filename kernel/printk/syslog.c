// SPDX-License-Identifier: BSD-2-Clause
/* syslog(2): the log as programs read it, "<6>[    0.012345] text". */
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/mutex.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/slab.h>
#include "internal.h"

enum {
	ACTION_CLOSE, ACTION_OPEN, ACTION_READ, ACTION_READ_ALL, ACTION_READ_CLEAR, ACTION_CLEAR,
	ACTION_CONSOLE_OFF, ACTION_CONSOLE_ON, ACTION_CONSOLE_LEVEL, ACTION_SIZE_UNREAD, ACTION_SIZE_BUFFER,
};

#define POLL_NS		(100 * NSEC_PER_MSEC)
#define LINE_SIZE	(PRB_TEXT_MAX + 1 + TIME_PREFIX_SIZE + 8)

static DEFINE_MUTEX(syslog_lock);
static struct prb_reader reading, cleared;	/* ACTION_READ's place; where READ_ALL begins. syslog_lock */

/* Room for one record, as it is in the log and as a line. */
struct buffers {
	char	text[PRB_TEXT_MAX + 1];
	char	line[LINE_SIZE];
};

/* Return: length of the next record as a line; 0: there is none. */
static size_t next_line(struct prb_reader *r, struct buffers *b)
{
	struct prb_info info;
	size_t len;

	if (!printk_read(r, &info, b->text))
		return 0;
	if (info.goes_on) {
		memcpy(b->line, b->text, info.len);
		return info.len;
	}
	len = snprintf(b->line, LINE_SIZE, "<%d>",
		       info.level >= 0 && info.level < NR_LOGLEVELS ? info.level : LOGLEVEL_INFO);
	len += time_prefix(b->line + len, info.time);
	memcpy(b->line + len, b->text, info.len);
	return len + info.len;
}

static size_t length_from(struct prb_reader r, struct buffers *b)
{
	size_t sum = 0, len;

	while ((len = next_line(&r, b)))
		sum += len;
	return sum;
}

/* The last whole lines that go into @size bytes. */
static long read_all(char __user *buf, size_t size, bool clear, struct buffers *b)
{
	struct prb_reader r = cleared;
	size_t left = length_from(r, b), done = 0, len;

	while ((len = next_line(&r, b))) {
		left -= min(left, len);
		if (left + len > size)
			continue;
		if (len > size - done)
			break;
		if (copy_to_user(buf + done, b->line, len))
			return -EFAULT;
		done += len;
	}
	if (clear)
		cleared = r;
	return done;
}

/* Whole lines, at least one; waits for it. A writer may be in an NMI and wakes nobody, so we look now and then. */
static long read_some(char __user *buf, size_t size, struct buffers *b)
{
	struct prb_reader before = reading;
	size_t done = 0, len;

	while (!(len = next_line(&reading, b))) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current)) {
			set_current_state(TASK_RUNNING);
			return -ERESTARTSYS;
		}
		schedule_timeout(POLL_NS);
	}
	do {
		if (len > size - done) {
			if (done)
				reading = before;	/* next time */
			else if (copy_to_user(buf, b->line, done = size))
				return -EFAULT;
			break;
		}
		if (copy_to_user(buf + done, b->line, len))
			return -EFAULT;
		done += len;
		before = reading;
	} while ((len = next_line(&reading, b)));
	return done;
}

static long do_read(int action, char __user *buf, int size)
{
	struct buffers *b;
	long ret;

	if (!buf || size < 0)
		return -EINVAL;
	if (!size)
		return 0;
	if (!access_ok(buf, size))
		return -EFAULT;
	b = kmalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	mutex_lock(&syslog_lock);
	ret = action == ACTION_READ ? read_some(buf, size, b) : read_all(buf, size, action == ACTION_READ_CLEAR, b);
	mutex_unlock(&syslog_lock);
	kfree(b);
	return ret;
}

static long unread(void)
{
	struct buffers *b = kmalloc(sizeof(*b), GFP_KERNEL);
	long ret;

	if (!b)
		return -ENOMEM;
	mutex_lock(&syslog_lock);
	ret = length_from(reading, b);
	mutex_unlock(&syslog_lock);
	kfree(b);
	return ret;
}

static long clear(void)
{
	struct buffers *b = kmalloc(sizeof(*b), GFP_KERNEL);

	if (!b)
		return -ENOMEM;
	mutex_lock(&syslog_lock);
	while (next_line(&cleared, b))
		;
	mutex_unlock(&syslog_lock);
	kfree(b);
	return 0;
}

static long set_console(int action, int level)
{
	static int saved = -1;		/* level before ACTION_CONSOLE_OFF; syslog_lock */

	if (action == ACTION_CONSOLE_LEVEL && (level < 1 || level > NR_LOGLEVELS))
		return -EINVAL;
	mutex_lock(&syslog_lock);
	if (action == ACTION_CONSOLE_LEVEL) {
		console_level_set(max(level, LOGLEVEL_ALERT));
		saved = -1;
	} else if (action == ACTION_CONSOLE_OFF && saved < 0) {
		saved = console_level_set(LOGLEVEL_ALERT);
	} else if (action == ACTION_CONSOLE_ON && saved >= 0) {
		console_level_set(saved);
		saved = -1;
	}
	mutex_unlock(&syslog_lock);
	return 0;
}

SYSCALL_DEFINE3(syslog, int, action, char __user *, buf, int, size)
{
	if (action != ACTION_READ_ALL && action != ACTION_SIZE_BUFFER && !capable(CAP_SYSLOG))
		return -EPERM;
	switch (action) {
	case ACTION_CLOSE:
	case ACTION_OPEN:
		return 0;
	case ACTION_READ:
	case ACTION_READ_ALL:
	case ACTION_READ_CLEAR:
		return do_read(action, buf, size);
	case ACTION_CLEAR:
		return clear();
	case ACTION_CONSOLE_OFF:
	case ACTION_CONSOLE_ON:
	case ACTION_CONSOLE_LEVEL:
		return set_console(action, size);
	case ACTION_SIZE_UNREAD:
		return unread();
	case ACTION_SIZE_BUFFER:
		return sizeof(printk_rb.cell);
	default:
		return -EINVAL;
	}
}
