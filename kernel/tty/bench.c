// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rows of the bench: lines on the screen, each different in every cell from the one
 * before. What they cost depends on the screen; a machine without one has zeros here.
 */
#include <kernel/bench.h>
#include <kernel/console.h>
#include <kernel/tty.h>
#include <lib/string.h>

#define LINE	159			/* one less than 1280 pixels have room for */
#define MESSAGE	80

static char alphabet[2 * 94 + LINE];	/* one after the other, so that a line may begin anywhere */
static u32 nr_lines;
static struct console *screen;

static void find_screen(void)
{
	for (u32 i = 0; i < sizeof(alphabet); i++)
		alphabet[i] = '!' + i % 94;
	for (screen = console_next(NULL); screen; screen = console_next(screen))
		if (!strcmp(screen->name, "tty0"))
			break;
}

static void clear_screen(void)
{
	screen_write("\33[2J\33[H", 7);
}

/* As a program's line discipline hands them on; the last picture of them is part of it. */
static void lines_of_a_program(unsigned int rounds)
{
	for (; rounds; rounds--) {
		screen_write(alphabet + nr_lines++ % 94, LINE);
		screen_write("\r\n", 2);
	}
	console_flush();
}
BENCH_ROW(tty_lines) = {
	.name = "159 characters on the screen", .run = lines_of_a_program, .prepare = find_screen, .finish = clear_screen,
};

/* As console.c hands on the log, each shown at once. */
static void messages(unsigned int rounds)
{
	if (!screen || !console_own(screen))
		return;
	for (; rounds; rounds--) {
		screen->write(screen, alphabet + nr_lines++ % 94, MESSAGE);
		screen->write(screen, "\n", 1);
		screen->flush(screen, true);
	}
	console_disown(screen);
}
BENCH_ROW(tty_messages) = {
	.name = "message of 80 characters, shown", .run = messages, .prepare = find_screen, .finish = clear_screen,
};
