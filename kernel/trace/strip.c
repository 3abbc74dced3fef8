/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The strip as the kernel paints it. It starts at the physical address, before
 * .bss is cleared, so its state is in .data.
 */
#include <asm/processor.h>
#include <kernel/font.h>
#include <kernel/stage.h>
#include <kernel/strip.h>
#include <lib/string.h>

static struct {
	struct screen_info	si;
	void			*base;		/* NULL: not mapped, or no framebuffer */
} strip __section(".data");

void strip_start_low(const struct screen_info *si)
{
	u64 base = strip_base(si);

	strip.si = *si;
	strip.base = cpu_can_address(base + strip_size(si)) ? (void *)base : NULL;	/* as the loader did */
}

void strip_suspend(void)
{
	strip.base = NULL;
}

void strip_map(void *base)
{
	strip.base = strip_base(&strip.si) ? base : NULL;
}

void strip_stage(enum boot_stage stage)
{
	if (strip.base)
		strip_show(&strip.si, strip.base, stage, STRIP_RUNS);
}

static u8 font_row(char c, unsigned int y)
{
	unsigned int i;

	for (i = 0; i < console_chars.nr_map; i++)
		if (console_chars.map[i].cp == (u8)c)
			return console_fonts[0].glyphs[console_chars.map[i].glyph * STRIP_ROWS + y];
	return 0;
}

/* Behind the cells, over the last of them on a narrow screen, in the font that is as high as the strip. */
static void paint_name(const char *name)
{
	unsigned int columns = strip.si.lfb_width / strip_scale(strip.si.lfb_height), width = 8 * strlen(name), y, bit;
	unsigned int x = columns > width ? min((unsigned int)STRIP_WIDTH, columns - width) : 0;

	for (; *name && x + 8 <= columns; name++, x += 8)
		for (y = 0; y < STRIP_ROWS; y++)
			for (bit = 0; bit < 8; bit++)
				strip_fill(&strip.si, strip.base, x + bit, y, 1, 1,
					   font_row(*name, y) >> (7 - bit) & 1 ? STRIP_WHITE : 0);
}

void strip_stop(enum boot_stage stage)
{
	if (!strip.base)
		return;
	strip_show(&strip.si, strip.base, stage, STRIP_STOPPED);
	paint_name(boot_stage_name(stage));
}

static void paint_cell(enum boot_stage stage)
{
	strip_cell(&strip.si, strip.base, stage);
}

void strip_paint_passed(void)
{
	if (!strip.base)
		return;
	for_each_stage_passed(paint_cell);
	strip_stage(boot_stage_current());
}

void strip_repaint(void)
{
	if (!strip.base)
		return;
	strip_fill(&strip.si, strip.base, 0, 0, strip.si.lfb_width / strip_scale(strip.si.lfb_height), STRIP_ROWS, 0);
	strip_paint_passed();
}
