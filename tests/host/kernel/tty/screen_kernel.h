/* SPDX-License-Identifier: BSD-2-Clause */
/* What kernel/tty/screen.c asks of the rest of the kernel, for tests of one thread. */
#ifndef TESTS_HOST_SCREEN_KERNEL_H
#define TESTS_HOST_SCREEN_KERNEL_H

#include <kernel/console.h>
#include <kernel/workqueue.h>
#include <mm/vmalloc.h>

static struct console *registered;
static u64 now;				/* ns */
static struct delayed_work *queued;
static bool busy;			/* another is inside the console */

void register_console(struct console *con)
{
	registered = con;
}

static bool panicked;

bool console_in_panic(void)
{
	return panicked;
}

bool console_own(struct console *con)
{
	return !busy;
}

void console_disown(struct console *con)
{
}

u64 ktime_get(void)
{
	return now;
}

void *vmalloc(size_t size)
{
	return malloc(size);
}

bool queue_delayed_work(struct delayed_work *dwork, u64 ns)
{
	bool was = queued;

	queued = dwork;
	return !was;
}

void timer_setup(struct timer *timer, void (*function)(struct timer *timer))
{
}

void delayed_work_timer(struct timer *timer)
{
}

static inline void put(const char *s)
{
	registered->write(registered, s, strlen(s));
	registered->flush(registered, false);
}

#endif
