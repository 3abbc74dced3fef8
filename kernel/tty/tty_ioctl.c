// SPDX-License-Identifier: BSD-2-Clause
/* Requests to terminals: modes, size, processes. */
#include "tty_internal.h"
#include <asm/uaccess.h>
#include <kernel/pid.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>

#define SPEED	115200			/* what is said of lines that have no speed */

/* ---------------------------------------------------------------- modes */

static void get_termios(struct tty_struct *tty, struct ktermios2 *t)
{
	mutex_lock(&tty->lock);
	*t = (struct ktermios2){ tty->ldisc.t, SPEED, SPEED };
	mutex_unlock(&tty->lock);
}

/* @flush: what was typed before is forgotten. Output is never kept back, so there is none to wait for. */
static long set_termios(struct tty_struct *tty, const struct ktermios *t, bool flush)
{
	bool was_stopped;
	int err = tty_check_change(tty, SIGTTOU);

	if (err)
		return err;
	mutex_lock(&tty->lock);
	if (flush)
		n_tty_flush(&tty->ldisc);
	was_stopped = tty->ldisc.stopped;
	n_tty_set_termios(&tty->ldisc, t);
	if (tty->ops->changed)
		tty->ops->changed(tty, 0);
	mutex_unlock(&tty->lock);
	wake_up_all(&tty->read_wait);
	if (was_stopped)
		wake_up_all(&tty->write_wait);
	return 0;
}

static long set_user_termios(struct tty_struct *tty, unsigned long arg, size_t size, bool flush)
{
	struct ktermios2 t;

	if (copy_from_user(&t, (const void __user *)arg, size))
		return -EFAULT;
	return set_termios(tty, &t.t, flush);
}

static long get_user_termios(struct tty_struct *tty, unsigned long arg, size_t size)
{
	struct ktermios2 t;

	get_termios(tty, &t);
	return copy_to_user((void __user *)arg, &t, size);
}

/* ---------------------------------------------------------------- size */

static long get_size(struct tty_struct *tty, struct winsize __user *usize)
{
	struct winsize size;

	mutex_lock(&tty->lock);
	size = tty->size;
	if (tty->ops->size)
		tty->ops->size(tty, &size);
	mutex_unlock(&tty->lock);
	return copy_to_user(usize, &size, sizeof(size));
}

void tty_set_size(struct tty_struct *tty, const struct winsize *size)
{
	unsigned long flags;
	bool changed;

	mutex_lock(&tty->lock);
	changed = size->ws_row != tty->size.ws_row || size->ws_col != tty->size.ws_col ||
		  size->ws_xpixel != tty->size.ws_xpixel || size->ws_ypixel != tty->size.ws_ypixel;
	tty->size = *size;
	mutex_unlock(&tty->lock);
	if (!changed)
		return;
	flags = spin_lock_irqsave(&tasks_lock);
	if (tty->pgrp)
		__kill_pgrp(tty->pgrp, SIGWINCH, SEND_SIG_PRIV);
	spin_unlock_irqrestore(&tasks_lock, flags);
}

static long set_size(struct tty_struct *tty, const struct winsize __user *usize)
{
	struct winsize size;

	if (copy_from_user(&size, usize, sizeof(size)))
		return -EFAULT;
	tty_set_size(tty, &size);
	return 0;
}

/* ---------------------------------------------------------------- processes */

static bool is_mine(struct tty_struct *tty)
{
	return current->signal->tty == tty;
}

static long get_pgrp(struct tty_struct *tty, int __user *unr, bool any)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool mine = any || is_mine(tty);
	int nr = pid_nr(tty->pgrp);

	spin_unlock_irqrestore(&tasks_lock, flags);
	return mine ? put_user(nr, unr) : -ENOTTY;
}

static long get_session(struct tty_struct *tty, int __user *unr, bool any)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool mine = (any || is_mine(tty)) && tty->session;
	int nr = pid_nr(tty->session);

	spin_unlock_irqrestore(&tasks_lock, flags);
	return mine ? put_user(nr, unr) : -ENOTTY;
}

/* Context: tasks_lock held. The group must be of this session. */
static int move_to_foreground(struct tty_struct *tty, int nr, struct pid **old)
{
	struct pid *pgrp = find_pid(nr);

	if (!is_mine(tty) || tty->session != current->signal->session)
		return -ENOTTY;
	if (!pgrp || list_empty(&pgrp->pgrp))
		return -ESRCH;
	if (list_first_entry(&pgrp->pgrp, struct signal_struct, pgrp_node)->session != current->signal->session)
		return -EPERM;
	*old = tty->pgrp;
	tty->pgrp = get_pid(pgrp);
	return 0;
}

static long set_pgrp(struct tty_struct *tty, const int __user *unr)
{
	struct pid *old = NULL;
	unsigned long flags;
	int nr, err = is_mine(tty) ? tty_check_change(tty, SIGTTOU) : -ENOTTY;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (get_user(nr, unr))
		return -EFAULT;
	if (nr < 0)
		return -EINVAL;
	flags = spin_lock_irqsave(&tasks_lock);
	err = move_to_foreground(tty, nr, &old);
	spin_unlock_irqrestore(&tasks_lock, flags);
	put_pid(old);
	return err;
}

/* ---------------------------------------------------------------- flow, flushing, the rest */

static long flow(struct tty_struct *tty, unsigned long what)
{
	if (what > 3)
		return -EINVAL;
	if (what > TCOON)
		return 0;		/* to the other end: it has nothing to say of our input */
	mutex_lock(&tty->lock);
	tty->ldisc.stopped = what == TCOOFF;
	mutex_unlock(&tty->lock);
	wake_up_all(&tty->write_wait);
	return 0;
}

static long flush(struct tty_struct *tty, unsigned long what)
{
	int err = tty_check_change(tty, SIGTTOU);

	if (err || what > TCIOFLUSH)
		return err ? err : -EINVAL;
	mutex_lock(&tty->lock);
	if (what != TCOFLUSH)
		n_tty_flush(&tty->ldisc);
	if (tty->ops->changed)
		tty->ops->changed(tty, (what != TCOFLUSH ? TIOCPKT_FLUSHREAD : 0) |
				       (what != TCIFLUSH ? TIOCPKT_FLUSHWRITE : 0));
	mutex_unlock(&tty->lock);
	return 0;
}

static long count_input(struct tty_struct *tty, int __user *un)
{
	int n;

	mutex_lock(&tty->lock);
	n = n_tty_readable(&tty->ldisc);
	mutex_unlock(&tty->lock);
	return put_user(n, un);
}

static long fake_input(struct tty_struct *tty, const char __user *uc)
{
	char c;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (get_user(c, uc))
		return -EFAULT;
	tty_receive(tty, (u8 *)&c, 1);
	return 0;
}

static long set_exclusive(struct tty_struct *tty, bool exclusive)
{
	mutex_lock(&tty->lock);
	tty->exclusive = exclusive;
	mutex_unlock(&tty->lock);
	return 0;
}

static long give_up_control(struct tty_struct *tty)
{
	if (!is_mine(tty))
		return -ENOTTY;
	disassociate_ctty();
	return 0;
}

long tty_ioctl(struct tty_struct *tty, struct file *file, unsigned int cmd, unsigned long arg)
{
	bool master = file->f_op != &tty_fops;	/* may ask for what is not its own */
	void __user *p = (void __user *)arg;
	int ldisc;

	if (tty->hung_up && !master)
		return -EIO;
	switch (cmd) {
	case TCGETS:	return get_user_termios(tty, arg, sizeof(struct ktermios));
	case TCGETS2:	return get_user_termios(tty, arg, sizeof(struct ktermios2));
	case TCSETS:
	case TCSETSW:	return set_user_termios(tty, arg, sizeof(struct ktermios), false);
	case TCSETSF:	return set_user_termios(tty, arg, sizeof(struct ktermios), true);
	case TCSETS2:
	case TCSETSW2:	return set_user_termios(tty, arg, sizeof(struct ktermios2), false);
	case TCSETSF2:	return set_user_termios(tty, arg, sizeof(struct ktermios2), true);
	case TIOCGWINSZ: return get_size(tty, p);
	case TIOCSWINSZ: return set_size(tty, p);
	case TIOCGPGRP:	return get_pgrp(tty, p, master);
	case TIOCSPGRP:	return set_pgrp(tty, p);
	case TIOCGSID:	return get_session(tty, p, master);
	case TIOCSCTTY:	return tty_take_control(tty, arg == 1);
	case TIOCNOTTY:	return give_up_control(tty);
	case TCXONC:	return flow(tty, arg);
	case TCFLSH:	return flush(tty, arg);
	case FIONREAD:	return count_input(tty, p);
	case TIOCOUTQ:	return put_user(0, (int __user *)p);
	case TIOCSTI:	return fake_input(tty, p);
	case TIOCEXCL:	return set_exclusive(tty, true);
	case TIOCNXCL:	return set_exclusive(tty, false);
	case TIOCGETD:	return put_user(N_TTY, (int __user *)p);
	case TIOCSETD:	return get_user(ldisc, (int __user *)p) ? -EFAULT : ldisc == N_TTY ? 0 : -EINVAL;
	case TIOCGDEV:	return put_user((u32)tty->dev, (u32 __user *)p);
	case TCSBRK:
	case TCSBRKP:	return tty_check_change(tty, SIGTTOU);	/* all output has gone */
	default:	return -ENOTTY;
	}
}
