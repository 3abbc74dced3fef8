// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a command answers, a page at a time. The gate of printk() asks here before
 * each answer: it waits at the end of a page, and has answers dropped once they
 * are not wanted any more. A command goes on to its end then, unless it looks
 * at monitor_interrupted(); it holds no lock while it waits, for an answer given
 * under a lock, or with interrupts off, is let through.
 */
#include "internal.h"
#include <asm/current.h>
#include <asm/irqflags.h>
#include <asm/processor-flags.h>
#include <kernel/console.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <lib/string.h>

#define SMALLEST_PAGE	24		/* rows: nobody is asked before so many are full */
#define ALL_ON_ONE	~0u

static struct task_struct *answering;	/* the thread whose answers these are; NULL: no command runs */
static unsigned int page;		/* rows, the line of "-- more --" with them */
static unsigned int lines;		/* on this page so far */
static bool asked;			/* whether it is a terminal, and how large */
static bool within_line, unwanted, told;

static bool may_wait(void)
{
	unsigned long flags = local_irq_save();

	local_irq_restore(flags);
	return flags & X86_EFLAGS_IF && !preempt_count();
}

static void write(const char *s)
{
	console_write(s, strlen(s));
}

static void wait_for_key(void)
{
	int c;

	write("\033[7m-- more --\033[0m");
	c = monitor_wait_byte();
	write("\r          \r");
	if (c == 'q' || c == 'Q' || c == KEY_ESC || c == KEY_CTRL('C'))
		unwanted = told = true;
	else if (c == '\r' || c == '\n')
		lines--;
	else
		lines = 0;
}

static void end_of_page(void)
{
	struct monitor_size size;

	if (!asked) {
		asked = true;
		page = monitor_terminal(&size) ? max(size.rows, 2u) : ALL_ON_ONE;
	}
	if (lines >= page - 1)
		wait_for_key();
}

static void count_lines(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	if (len)
		within_line = text[len - 1] != '\n';
}

static void tell(void)
{
	if (!told)
		write("^C\n");
	told = true;
}

static bool gate(const char *text, size_t len)
{
	if (current != answering || in_interrupt())
		return true;
	if (may_wait() && !unwanted) {
		if (monitor_interrupted()) {
			unwanted = true;
			tell();
		} else if (!within_line && lines >= page - 1) {
			end_of_page();
		}
	}
	if (!unwanted)
		count_lines(text, len);
	return !unwanted;
}

void pager_begin(bool pages)
{
	monitor_command_begins();
	page = pages ? SMALLEST_PAGE : ALL_ON_ONE;
	asked = !pages;
	lines = 0;
	within_line = unwanted = told = false;
	answering = current;
	printk_gate(gate);
}

bool pager_end(void)
{
	bool interrupted = monitor_interrupted();

	printk_gate(NULL);
	answering = NULL;
	if (interrupted)
		tell();
	return !interrupted;
}
