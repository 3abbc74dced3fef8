/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What interrupts a CPU at a time. There is no tick: a device is programmed for
 * the first timer of its CPU and for nothing else.
 */
#ifndef KERNEL_CLOCKCHIPS_H
#define KERNEL_CLOCKCHIPS_H

#include <lib/types.h>

struct clock_event_device {
	const char	*name;
	u64		hz;		/* ticks in a second */
	u64		min_ticks;	/* sooner it would be missed */
	u64		max_ticks;	/* later does not fit; it interrupts early then, and again */
	/* Interrupt this CPU once, @ticks from now, min_ticks <= @ticks <= max_ticks. Interrupts off. */
	void		(*set_next_event)(u64 ticks);
	/* Do not interrupt any more. Interrupts off. */
	void		(*shutdown)(void);
};

/**
 * clockevents_register() - @dev interrupts this CPU from now on; the one before it is shut down
 * @dev: static; shared by CPUs that each have one of the kind; NULL: nothing does
 */
void clockevents_register(struct clock_event_device *dev);

/** clockevents_device() - this CPU's, NULL when nothing interrupts it */
struct clock_event_device *clockevents_device(void);

/** clockevents_program() - interrupt this CPU at @expires (ktime_get()) or soon after. Interrupts off */
void clockevents_program(u64 expires);

/** clockevents_interrupt() - from the device's handler: run timers, program the next. Interrupts off */
void clockevents_interrupt(void);

/** clockevents_nr() - interrupts this CPU has had from its device */
u64 clockevents_nr(void);

#endif
