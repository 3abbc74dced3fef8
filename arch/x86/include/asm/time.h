/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks of a PC. */
#ifndef ASM_TIME_H
#define ASM_TIME_H

#include <kernel/clocksource.h>
#include <lib/types.h>

/**
 * time_init() - find the clocks, measure the TSC if nothing tells its rate, choose one
 * ktime_get() and the delays work after it. Takes some milliseconds.
 * Does nothing the second time. Context: once the ACPI tables and ioremap() are
 * there; before, a panic may call it, and makes do with what it finds then.
 */
void time_init(void);

/** tsc_khz() - rate of the time stamp counter; 0 before time_init() and when nobody knows */
unsigned int tsc_khz(void);

/** tsc_differs() - a CPU's counter was seen @ticks behind another's: time is not read from it any more */
void tsc_differs(u64 ticks);

/* Each registers a clocksource if the machine has one: hpet, acpi_pm, pit, tsc. */
void hpet_init(void);
void acpi_pm_init(void);
void pit_init(void);

/** tsc_init() - after the other three, which it is measured against */
void tsc_init(void);

/**
 * time_events_init() - find what interrupts at a time, and see that it does
 * Sleeps let the CPU halt after it. Context: once, boot CPU, after irq_init(), interrupts on.
 */
void time_events_init(void);

/* Each makes its device interrupt this CPU at a time; false when there is none. exit(): never mind. */
bool apic_timer_init(void);
bool hpet_timer_init(void);
void hpet_timer_exit(void);
bool pit_timer_init(void);
void pit_timer_exit(void);

/** apic_timer_cpu_init() - the same for another CPU, if apic_timer_init() succeeded. Interrupts off */
void apic_timer_cpu_init(void);

/** apic_timer_in_use() - whether it is what interrupts this CPU at a time */
bool apic_timer_in_use(void);

struct date_time;
/** rtc_read() - the date in the CMOS clock; -ENODEV without one, -EIO when it is none */
int rtc_read(struct date_time *t);

#endif
