/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of the monitor: its loop, its keys, its pages. */
#ifndef MONITOR_INTERNAL_H
#define MONITOR_INTERNAL_H

#include <kernel/monitor.h>

#define KEY_CTRL(c)	((c) & 0x1f)
#define KEY_DEL		0x7f

/** monitor_wait_byte() - the next byte typed; halts the CPU when no console can deliver one */
u8 monitor_wait_byte(void);

/** monitor_command_begins() - a Ctrl-C from now on is for it */
void monitor_command_begins(void);

/**
 * pager_begin() - what this thread answers from now on is looked at: a Ctrl-C ends it
 * @pages: and it stops at the end of each page of a terminal, for "-- more --"
 * pager_end() - no longer. Return: false when it was ended by Ctrl-C.
 */
void pager_begin(bool pages);
bool pager_end(void);

#endif
