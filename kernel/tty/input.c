// SPDX-License-Identifier: BSD-2-Clause
/* The console of all keyboards: see <kernel/input.h>. */
#include <kernel/input.h>
#include <asm/setup.h>
#include <kernel/delay.h>
#include <kernel/reboot.h>
#include <kernel/spinlock.h>
#include <kernel/stage.h>
#include <kernel/sysrq.h>
#include <kernel/tty.h>
#include <lib/cmdline.h>
#include "keyboard.h"

#define SETTLE_MS	2000
#define SETTLE_STEP_MS	5
#define TYPED_SIZE	64		/* a power of two */

static struct {
	struct spinlock	lock;		/* interrupts off */
	struct keyboard	kbd;
	char		typed[TYPED_SIZE];	/* from tail to head, counted without end */
	unsigned int	head, tail;
	int		order;		/* KEYS_REBOOT, KEYS_SYSRQ and its letter: for input_act(); 0: none */
	char		letter;
} input;

static unsigned int nr_starting;	/* input_begin() without input_ready(); atomic */
static struct key_source *sources;	/* only ever added to at the head; atomic */

static void keep(const char *bytes, int n)
{
	if (n > 0 && input.head - input.tail + n <= TYPED_SIZE)
		while (n--)
			input.typed[input.head++ % TYPED_SIZE] = *bytes++;
}

static void tell_leds(void)
{
	struct key_source *src = __atomic_load_n(&sources, __ATOMIC_ACQUIRE);

	for (; src; src = src->next)
		if (src->leds_changed)
			src->leds_changed(src);
}

void input_key(struct key_event event)
{
	char bytes[KEY_BYTES];
	unsigned long flags = spin_lock_irqsave(&input.lock);
	u8 leds = input.kbd.leds;
	bool changed;
	int n;

	input.kbd.cursor_keys = screen_cursor_keys();
	n = keyboard_event(&input.kbd, event, bytes);
	changed = input.kbd.leds != leds;
	keep(bytes, n);
	if ((n == KEYS_REBOOT || n == KEYS_SYSRQ) && input.order != KEYS_REBOOT) {
		input.order = n;
		input.letter = bytes[0];
	}
	spin_unlock_irqrestore(&input.lock, flags);
	if (n == KEYS_SCROLL_UP || n == KEYS_SCROLL_DOWN)
		screen_scroll(n == KEYS_SCROLL_UP ? 1 : -1);
	if (changed)
		tell_leds();
	if (n > 0)
		console_input_arrived();
}

void input_act(void)
{
	unsigned long flags = spin_lock_irqsave(&input.lock);
	int order = input.order;
	char letter = input.letter;

	input.order = 0;
	spin_unlock_irqrestore(&input.lock, flags);
	if (order == KEYS_SYSRQ)
		sysrq(letter);
	if (order == KEYS_REBOOT)
		ctrl_alt_del();
}

u8 input_leds(void)
{
	return __atomic_load_n(&input.kbd.leds, __ATOMIC_RELAXED);
}

static int take(void)
{
	unsigned long flags = spin_lock_irqsave(&input.lock);
	int c = input.head == input.tail ? -1 : (u8)input.typed[input.tail++ % TYPED_SIZE];

	spin_unlock_irqrestore(&input.lock, flags);
	return c;
}

static void poll_sources(void)
{
	struct key_source *src = __atomic_load_n(&sources, __ATOMIC_ACQUIRE);

	for (; src; src = src->next)
		if (src->poll)
			src->poll(src);
}

static int kbd_getc(struct console *con)
{
	int c = take();

	if (c >= 0)
		return c;
	poll_sources();
	return take();
}

static struct console kbd_console = { .name = "kbd0", .getc = kbd_getc };

void input_register(struct key_source *src)
{
	struct key_source *s;

	for (s = sources; s; s = s->next)
		if (s == src)
			return;
	src->next = sources;
	__atomic_store_n(&sources, src, __ATOMIC_RELEASE);
}

void input_begin(void)
{
	__atomic_fetch_add(&nr_starting, 1, __ATOMIC_RELAXED);
}

void input_ready(void)
{
	__atomic_fetch_sub(&nr_starting, 1, __ATOMIC_RELEASE);
}

void input_settle(void)
{
	for (unsigned int ms = 0; ms < SETTLE_MS && __atomic_load_n(&nr_starting, __ATOMIC_ACQUIRE); ms += SETTLE_STEP_MS)
		msleep(SETTLE_STEP_MS);
}

static const struct keymap *chosen_keymap(void)
{
	const struct keymap *map;
	char name[16];

	if (cmdline_find_option(boot_command_line, "keymap", name, sizeof(name)) < 0)
		return keymap_find("us");
	map = keymap_find(name);
	if (map)
		return map;
	boot_warn(boot_stage_current(), "keymap '%s' is none of %s: us it is", name, keymap_names());
	return keymap_find("us");
}

struct console *input_console(void)
{
	return &kbd_console;
}

void input_console_start(void)
{
	if (input.kbd.map)
		return;
	input.kbd.map = chosen_keymap();
	kbd_console.irq_works = !kbd_console.irq_enable;	/* then drivers bring what there is */
	register_console(&kbd_console);
}
