/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interval timer as a clock and as what interrupts at a time. Counter 2 runs without end from 65536 to 1: it
 * comes round every 55 ms, so this is the clock of machines that have no other.
 */
#include <asm/i8253.h>
#include <asm/io.h>
#include <asm/time.h>
#include <kernel/clockchips.h>
#include <kernel/irq.h>

#define PIT_GATE	0x61		/* bit 0: counter 2 counts, bit 1: the speaker hears it */

/* Mode words: counter, access to both bytes, mode 2 (rate generator), binary */
#define CH2_MODE2	0xb4
#define CH2_LATCH	0x80		/* the next two reads are one moment's count */
#define READ_BACK_STATUS_CH2 0xe8
#define STATUS_MODE	0x3f		/* the low bits of the status repeat the mode word */

struct spinlock i8253_lock;
static u16 last;

/* Whoever finds the ports in use takes the count that was read last: an NMI cannot wait. */
static u64 pit_read(void)
{
	unsigned long flags = local_irq_save();

	if (spin_trylock(&i8253_lock)) {
		u8 low;

		outb(CH2_LATCH, PIT_MODE);
		low = inb(PIT_CH2);
		last = -(inb(PIT_CH2) << 8 | low);	/* it counts down */
		spin_unlock(&i8253_lock);
	}
	local_irq_restore(flags);
	return last;
}

static struct clocksource clocksource_pit = {
	.name = "pit", .read = pit_read, .mask = CLOCKSOURCE_MASK(16), .hz = PIT_HZ, .rating = 110,
};

/* A machine without the timer answers FFh, or what some other device likes. */
static bool start_counter(void)
{
	outb((inb(PIT_GATE) & ~0x02) | 0x01, PIT_GATE);
	outb(CH2_MODE2, PIT_MODE);
	outb(0, PIT_CH2);
	outb(0, PIT_CH2);
	outb(READ_BACK_STATUS_CH2, PIT_MODE);
	return (inb(PIT_CH2) & STATUS_MODE) == (CH2_MODE2 & STATUS_MODE);
}

void pit_init(void)
{
	if (start_counter())
		clocksource_register(&clocksource_pit);
}

/* ---- counter 0 counts down once and raises IRQ 0 */

#define CH0_MODE0	0x30		/* interrupt on terminal count; the mode word alone stops it */

static void pit_next_event(u64 ticks)
{
	spin_lock(&i8253_lock);
	outb(CH0_MODE0, PIT_MODE);
	outb(ticks & 0xff, PIT_CH0);
	outb(ticks >> 8, PIT_CH0);
	spin_unlock(&i8253_lock);
}

static void pit_shutdown(void)
{
	spin_lock(&i8253_lock);
	outb(CH0_MODE0, PIT_MODE);
	spin_unlock(&i8253_lock);
}

static struct clock_event_device pit_clockevent = {
	.name = "pit", .hz = PIT_HZ, .min_ticks = 16, .max_ticks = 0xffff,
	.set_next_event = pit_next_event, .shutdown = pit_shutdown,
};

static bool pit_interrupt(unsigned int irq, void *data)
{
	clockevents_interrupt();
	return true;
}

bool pit_timer_init(void)
{
	if (!clocksource_pit.mult || request_irq(PIT_IRQ, pit_interrupt, "pit", &pit_clockevent))
		return false;
	clockevents_register(&pit_clockevent);
	return true;
}

void pit_timer_exit(void)
{
	clockevents_register(NULL);
	free_irq(PIT_IRQ, &pit_clockevent);
}
