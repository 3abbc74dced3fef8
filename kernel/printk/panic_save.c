/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text is kept in pieces, as old firmware takes no variable of more than a
 * KiB: LanternPanic0 is its end, LanternPanic1 what comes before, and so on. The
 * end is written first, so when the firmware has no room the oldest text is lost.
 * Pieces of one panic bear one number; others are what a firmware failed to
 * delete. What comes back from the firmware is cut and cleaned before it is shown.
 */
#include <kernel/panic_save.h>
#include <asm/efi.h>
#include <asm/processor.h>
#include <kernel/printk.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include "internal.h"

#define PIECE_TEXT	1000		/* bytes; with name and attributes less than a KiB */
#define NR_PIECES	4

static const efi_guid_t guid = LANTERN_GUID(0x0b4fbd6c, 0x2b5e, 0x4c1f, 0x9d, 0x6a, 0x7e, 0x31, 0x5c, 0x88, 0x1f, 0xe2);

struct piece {
	u32	panic;			/* the same in all pieces of one */
	char	text[PIECE_TEXT];	/* the variable ends where it ends */
} __packed;

static struct {
	char	bytes[NR_PIECES * PIECE_TEXT];
	size_t	len;
} text;

static struct piece piece;

static bool wanted(const char *cmdline)
{
	char how[8];

	return cmdline_find_option(cmdline, "panic.save", how, sizeof(how)) == 3 && !strcmp(how, "efi");
}

static const efi_char16_t *piece_name(unsigned int nr)
{
	static efi_char16_t name[] = u"LanternPanic0";

	name[ARRAY_SIZE(name) - 2] = '0' + nr;
	return name;
}

/* --------------------------------------------------------------------- keeping */

/* Add at the end, and lose as much at the beginning as does not fit. */
static void append(const char *s, size_t n)
{
	size_t keep = min(text.len, sizeof(text.bytes) - n);

	memmove(text.bytes, text.bytes + text.len - keep, keep);
	memcpy(text.bytes + keep, s, n);
	text.len = keep + n;
}

static void collect_log(void)
{
	static char record[PRB_TEXT_MAX + 1];
	struct prb_reader at = { 0 };
	struct prb_info info;

	while (prb_read(&printk_rb, &at, &info, record, true)) {
		if (!info.goes_on && text.len && text.bytes[text.len - 1] != '\n')
			append("\n", 1);
		append(record, info.len);
	}
}

static int write_piece(unsigned int nr, size_t end, size_t n)
{
	memcpy(piece.text, text.bytes + end - n, n);
	return efi_set_variable(piece_name(nr), &guid, EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
				EFI_VARIABLE_RUNTIME_ACCESS, offsetof(struct piece, text) + n, &piece);
}

void panic_save(const char *cmdline)
{
	size_t end, n;
	unsigned int nr = 0;
	int err = 0;

	if (!wanted(cmdline))
		return;
	collect_log();
	piece.panic = rdtsc();
	for (end = text.len; end && !err; end -= n) {
		n = min(end, (size_t)PIECE_TEXT);
		err = write_piece(nr, end, n);
		nr += !err;
	}
	if (err)
		printk("panic: EFI variable %u not written: error %d\n", nr, -err);
	else
		printk("panic: the last %zu bytes of the log are kept for the next boot\n", text.len);
}

/* --------------------------------------------------------------------- showing */

/* Put piece @nr before the text, if it is of the same panic. Return: whether it is there at all. */
static bool read_piece(unsigned int nr, u32 *panic)
{
	size_t size = sizeof(piece), n;
	int err = efi_get_variable(piece_name(nr), &guid, NULL, &size, &piece);

	if (err == -ENOENT || err == -ENODEV)
		return false;
	efi_set_variable(piece_name(nr), &guid, 0, 0, NULL);
	if (err || size <= offsetof(struct piece, text) || size > sizeof(piece) || (nr && piece.panic != *panic))
		return true;
	*panic = piece.panic;
	n = size - offsetof(struct piece, text);
	memmove(text.bytes + n, text.bytes, text.len);
	memcpy(text.bytes, piece.text, n);
	text.len += n;
	return true;
}

/* One line of what the firmware gave, whatever it is. */
static void show_line(char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	printk(KERN_ALERT "| %.*s\n", (int)n, line);
}

void panic_show_saved(const char *cmdline)
{
	unsigned int nr = 0;
	u32 panic = 0;
	size_t from, to;

	if (!wanted(cmdline))
		return;
	while (nr < NR_PIECES && read_piece(nr, &panic))
		nr++;
	if (!text.len)
		return;
	printk(KERN_ALERT "panic: an earlier boot ended so:\n");
	for (from = 0; from < text.len; from = to + 1) {
		for (to = from; to < text.len && to - from < 160 && text.bytes[to] != '\n'; to++)
			;
		show_line(text.bytes + from, to - from);
		if (to < text.len && text.bytes[to] != '\n')
			to--;			/* a line too long goes on in the next */
	}
	text.len = 0;
}
