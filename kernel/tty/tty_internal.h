/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of terminals. */
#ifndef TTY_INTERNAL_H
#define TTY_INTERNAL_H

#include <kernel/cred.h>
#include <kernel/tty_struct.h>

#define TTY_MAJOR		4	/* tty0.., from minor 64 on ttyS0.. */
#define TTYAUX_MAJOR		5	/* tty, console, ptmx */
#define UNIX98_PTY_SLAVE_MAJOR	136

/** tty_check_change() - whether this process may act on @tty: 0, -EIO, or -ERESTARTSYS after it has got @sig */
int tty_check_change(struct tty_struct *tty, int sig);

/** tty_take_control() - @tty becomes the controlling terminal of this session, whose leader we are. 0, -EPERM */
int tty_take_control(struct tty_struct *tty, bool steal);

/** get_current_tty() - the controlling terminal of this process with a reference, NULL: none */
struct tty_struct *get_current_tty(void);

#endif
