// SPDX-License-Identifier: BSD-2-Clause
/*
 * Consoles follow the log, each at its own place; <kernel/console.h> tells how
 * CPUs share one. Who waits to own a console waits a bounded time: the owner may
 * be slow, stopped, or this very CPU under an NMI. Then the message is left to
 * the owner, who looks for news after it has let go.
 */
#include <kernel/console.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/processor-flags.h>
#include <lib/printf.h>
#include <lib/string.h>
#include "internal.h"

#define HANDOVER_SPINS	(1u << 20)	/* about a line at 9600 baud */

static struct console *consoles;	/* only ever added to at the head; atomic */
static u32 panic_owner;			/* CPU of console_panic() + 1 */

static struct console *first_console(void)
{
	return __atomic_load_n(&consoles, __ATOMIC_ACQUIRE);
}

static u32 me(void)
{
	return this_cpu_read(cpu_number) + 1;
}

static bool in_panic(void)
{
	return __atomic_load_n(&panic_owner, __ATOMIC_RELAXED);
}

/* In a panic, only the CPU that tells of it. */
static bool may_write(void)
{
	u32 panicking = __atomic_load_n(&panic_owner, __ATOMIC_RELAXED);

	return !panicking || panicking == me();
}

/* ------------------------------------------------------------------ ownership */

static bool change(u32 *word, u32 from, u32 to)
{
	return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

/* Wait to be given the console after the record under way, or to find it free. */
static bool wait_for_handover(struct console *con)
{
	if (__atomic_load_n(&con->owner, __ATOMIC_RELAXED) == me() || !change(&con->waiter, 0, me()))
		return false;			/* we are the one who is inside; or another waits */
	for (u32 i = 0; i < HANDOVER_SPINS && !in_panic(); i++) {
		if (__atomic_load_n(&con->waiter, __ATOMIC_ACQUIRE) != me())
			return true;
		if (change(&con->owner, 0, me())) {
			__atomic_store_n(&con->waiter, 0, __ATOMIC_RELAXED);
			return true;
		}
		cpu_relax();
	}
	return !change(&con->waiter, me(), 0);	/* given at the last moment */
}

/* With @wait from a free or an owned console, else from a free one. */
static bool console_enter(struct console *con, bool wait)
{
	if (!con->write || !may_write())
		return false;
	return change(&con->owner, 0, me()) || (wait && wait_for_handover(con));
}

/* Give the console to the CPU that waits for it. Return: whether there was one. */
static bool hand_over(struct console *con)
{
	u32 waiter = __atomic_load_n(&con->waiter, __ATOMIC_RELAXED);

	if (!waiter || !change(&con->owner, me(), waiter))	/* a panic has taken it by force: it is not ours to give */
		return false;
	if (change(&con->waiter, waiter, 0))
		return true;
	change(&con->owner, waiter, me());			/* it has given up */
	return false;
}

static void console_leave(struct console *con)
{
	change(&con->owner, me(), 0);	/* no longer ours if a panic took it by force */
	/* either we see what was added while we owned it, or its writer sees the console free */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* -------------------------------------------------------------------- showing */

static void emit(struct console *con, const char *s)
{
	con->write(con, s, strlen(s));
}

static void tell_lost(struct console *con)
{
	char text[64];

	snprintf(text, sizeof(text), "%s** %u messages dropped **\n", con->mid_line && !con->hidden ? "\n" : "",
		 con->at.lost);
	emit(con, text);
	con->at.lost = 0;
	con->mid_line = false;
}

/* Each line of the text behind the time. */
static void emit_timed(struct console *con, const struct prb_info *info, const char *text, bool within_line)
{
	char prefix[TIME_PREFIX_SIZE];
	size_t prefix_len = time_prefix(prefix, info->time);
	const char *end;

	for (; *text; text = end) {
		end = strchr(text, '\n');
		end = end ? end + 1 : text + strlen(text);
		if (!within_line)
			con->write(con, prefix, prefix_len);
		con->write(con, text, end - text);
		within_line = false;
	}
}

static void show_record(struct console *con, const struct prb_info *info, const char *text)
{
	bool same_line, hide;

	if (con->at.lost)
		tell_lost(con);
	same_line = con->mid_line && info->goes_on;
	hide = same_line ? con->hidden : !level_is_shown(info->level);
	if (con->mid_line && !con->hidden && !same_line)
		emit(con, "\n");		/* somebody else's line was cut short */
	if (!hide && printk_times() && info->level != LOGLEVEL_ANSWER)
		emit_timed(con, info, text, same_line);
	else if (!hide)
		con->write(con, text, info->len);
	if (info->len)
		con->mid_line = text[info->len - 1] != '\n';
	con->hidden = hide;
}

static void flush(struct console *con, bool more_to_come)
{
	if (con->flush)
		con->flush(con, more_to_come);
}

static bool show_next(struct console *con)
{
	char text[PRB_TEXT_MAX + 1];
	struct prb_info info;

	if (!prb_read(&printk_rb, &con->at, &info, text, in_panic()))
		return false;
	show_record(con, &info, text);
	if (in_panic())
		flush(con, false);		/* it may be the last we live to show */
	return true;
}

/*
 * Show up to @limit records. Text added between the last read and console_leave()
 * had no one to show it, so look again after leaving.
 */
static void follow_log(struct console *con, u32 limit)
{
	bool wait = limit > 1;			/* who may show one record takes no backlog over */

	while (limit && console_enter(con, wait)) {
		struct prb_reader at;

		while (limit && may_write() && show_next(con)) {
			limit--;
			if (hand_over(con))
				return;
		}
		flush(con, !in_panic());
		at = con->at;
		console_leave(con);
		if (!prb_has_next(&printk_rb, &at))
			return;
		wait = false;
	}
}

/* An owner that no CPU runs would keep all others waiting. */
static void catch_up(struct console *con, u32 limit)
{
	preempt_disable();
	follow_log(con, limit);
	preempt_enable();
}

/* Whether interrupts wait for this CPU. Until they are on for the first time, none does. */
static bool interrupts_wait(void)
{
	static bool in_use;
	unsigned long flags = local_irq_save();

	local_irq_restore(flags);
	if (flags & X86_EFLAGS_IF)
		__atomic_store_n(&in_use, true, __ATOMIC_RELAXED);
	return __atomic_load_n(&in_use, __ATOMIC_RELAXED) && !(flags & X86_EFLAGS_IF);
}

static void show_on_all(u32 limit)
{
	for (struct console *con = first_console(); con; con = con->next)
		catch_up(con, limit);
}

void console_show(void)
{
	show_on_all(interrupts_wait() && !in_panic() ? 1 : ~0u);
}

bool console_own(struct console *con)
{
	preempt_disable();
	if (console_enter(con, false))
		return true;
	preempt_enable();
	return false;
}

void console_disown(struct console *con)
{
	struct prb_reader at = con->at;

	console_leave(con);
	if (prb_has_next(&printk_rb, &at))
		catch_up(con, ~0u);
	preempt_enable();
}

void console_flush(void)
{
	show_on_all(~0u);
	for (struct console *con = first_console(); con; con = con->next) {
		if (!con->flush || !console_own(con))
			continue;
		con->flush(con, false);
		console_disown(con);
	}
}

void register_console(struct console *con)
{
	struct console *first = first_console();

	for (struct console *c = first; c; c = c->next)
		if (c == con)
			return;
	do
		con->next = first;
	while (!__atomic_compare_exchange_n(&consoles, &first, con, false,
					    __ATOMIC_RELEASE, __ATOMIC_ACQUIRE));
	catch_up(con, ~0u);
}

void console_write_to(struct console *con, const char *s, size_t n)
{
	preempt_disable();
	if (console_enter(con, false)) {
		while (show_next(con))
			;
		con->write(con, s, n);
		flush(con, true);
		console_leave(con);
		catch_up(con, ~0u);
	}
	preempt_enable();
}

void console_write(const char *s, size_t n)
{
	for (struct console *con = first_console(); con; con = con->next)
		console_write_to(con, s, n);
}

/* ---------------------------------------------------------------------- panic */

static void wait_for_owner(const struct console *con)
{
	for (u32 i = 0; i < HANDOVER_SPINS && __atomic_load_n(&con->owner, __ATOMIC_ACQUIRE); i++)
		cpu_relax();
}

bool console_in_panic(void)
{
	return in_panic();
}

void console_panic(void)
{
	__atomic_store_n(&panic_owner, me(), __ATOMIC_SEQ_CST);
	printk_emergency();
	for (struct console *con = first_console(); con; con = con->next) {
		if (con->owner == me())
			continue;		/* we come out of its write(): later */
		wait_for_owner(con);
		__atomic_store_n(&con->owner, 0, __ATOMIC_RELEASE);
	}
}

void console_panic_end(void)
{
	for (struct console *con = first_console(); con; con = con->next) {
		if (con->owner != me() || con->seized)
			continue;
		con->seized = true;		/* before it faults again */
		__atomic_store_n(&con->owner, 0, __ATOMIC_RELEASE);
		catch_up(con, ~0u);
	}
}

/* ---------------------------------------------------------------------- input */

int console_getc_from(struct console **from)
{
	for (struct console *con = first_console(); con; con = con->next) {
		int c = con->getc ? con->getc(con) : -1;

		*from = con;
		if (c >= 0)
			return c & 0xff;
	}
	return -1;
}

int console_getc(void)
{
	struct console *from;

	return console_getc_from(&from);
}

bool console_has_input(void)
{
	for (struct console *con = first_console(); con; con = con->next)
		if (con->getc)
			return true;
	return false;
}

struct console *console_next(const struct console *con)
{
	return con ? con->next : first_console();
}
