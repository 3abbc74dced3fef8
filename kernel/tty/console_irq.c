/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys wake the reader: consoles are still polled, but between two looks the
 * thread sleeps until one of their lines interrupts. A console is waited for so
 * only when its interrupt has been seen to arrive; while there is one whose has
 * not, the thread looks every few milliseconds.
 *
 * A level triggered line interrupts for as long as there is input, so it is masked
 * by the interrupt and opened by who has read. An edge in between may be lost: who
 * has opened a line looks once more.
 */
#include <kernel/console.h>
#include <kernel/clockchips.h>
#include <kernel/delay.h>
#include <asm/io.h>
#include <kernel/init.h>
#include <kernel/irq.h>
#include <kernel/sched.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>

#define POLL_NS		(10 * NSEC_PER_MSEC)	/* between two looks at a console that does not interrupt */
#define PROBE_POLLS	100000u		/* some milliseconds: a device that means to interrupt has done so */

static bool input_seen;			/* a line interrupted since the last wait; atomic */
static struct task_struct *reader;	/* the thread in console_wait(); atomic */

void console_input_arrived(void)
{
	struct task_struct *p = __atomic_load_n(&reader, __ATOMIC_RELAXED);

	__atomic_store_n(&input_seen, true, __ATOMIC_RELEASE);
	if (p)
		wake_up_process(p);
}

static bool input_interrupt(unsigned int irq, void *data)
{
	struct console *con = data;

	if (con->interrupts && !con->interrupts(con))
		return false;
	if (con->interrupt)
		con->interrupt(con);
	else if (!__atomic_exchange_n(&con->irq_masked, true, __ATOMIC_RELAXED))
		disable_irq(irq);
	console_input_arrived();
	return true;
}

/* Return: whether it was masked. */
static bool open_line(struct console *con)
{
	if (!__atomic_exchange_n(&con->irq_masked, false, __ATOMIC_RELAXED))
		return false;
	enable_irq(con->irq);
	return true;
}

static bool open_lines(void)
{
	struct console *con = NULL;
	bool opened = false;

	while ((con = console_next(con)))
		opened |= open_line(con);
	return opened;
}

static bool interrupt_arrives(struct console *con)
{
	unsigned int i;

	__atomic_store_n(&input_seen, false, __ATOMIC_RELEASE);
	con->irq_enable(con, true);
	for (i = 0; i < PROBE_POLLS; i++) {
		if (__atomic_load_n(&input_seen, __ATOMIC_ACQUIRE))
			return true;
		cpu_relax();
	}
	return false;
}

static void start(struct console *con)
{
	if (!con->irq_enable || request_irq(con->irq, input_interrupt, con->name, con))
		return;
	con->irq_works = interrupt_arrives(con);
	con->irq_enable(con, false);
	open_line(con);
	if (con->irq_works)
		return;
	free_irq(con->irq, con);
	boot_warn(boot_stage_current(), "%s: interrupt %u does not arrive: polled", con->name, con->irq);
}

void console_irq_init(void)
{
	struct console *con = NULL;

	while ((con = console_next(con)))
		start(con);
}

static bool all_interrupt(void)
{
	const struct console *con = NULL;

	while ((con = console_next(con)))
		if (con->getc && !con->irq_works)
			return false;
	return true;
}

/* Return: whether to sleep now; TASK_RUNNING is to be set afterwards. */
static bool begin_wait(void)
{
	__atomic_store_n(&reader, current, __ATOMIC_RELAXED);	/* the monitor, or a kworker: neither ever ends */
	set_current_state(TASK_INTERRUPTIBLE);
	return !__atomic_exchange_n(&input_seen, false, __ATOMIC_ACQ_REL);
}

void console_wait(void)
{
	if (!all_interrupt()) {
		console_wait_timeout(POLL_NS);
		return;
	}
	if (open_lines())
		return;
	if (begin_wait())
		schedule();
	set_current_state(TASK_RUNNING);
}

u64 console_wait_timeout(u64 ns)
{
	u64 step = min(ns, (u64)POLL_NS);

	if (!all_interrupt() || !clockevents_device()) {
		open_lines();
		msleep(step / NSEC_PER_MSEC);
		return ns - step;
	}
	if (open_lines())
		return ns;
	if (begin_wait())
		ns = schedule_timeout(ns);
	set_current_state(TASK_RUNNING);
	return ns;
}
