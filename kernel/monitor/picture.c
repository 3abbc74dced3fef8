// SPDX-License-Identifier: BSD-2-Clause
/* Pictures made of text; one at a time. See <kernel/picture.h>. */
#include <kernel/picture.h>
#include <kernel/console.h>
#include <kernel/printk.h>
#include <lib/math64.h>
#include <lib/printf.h>
#include <lib/string.h>

#define PICTURE_BYTES	8192		/* bytes: 24 rows with some changes of colour in each */
#define BAR_MAX		64

static char picture[PICTURE_BYTES];
static size_t len;			/* below PICTURE_BYTES: what does not fit is cut */
static unsigned int rows;
static bool printed;

static void write(const char *s)
{
	console_write(s, strlen(s));
}

static void restart(void)
{
	len = rows = 0;
	if (!printed)
		picture_put("\033[H");
}

static void put_args(const char *fmt, va_list args)
{
	if (rows < PICTURE_ROWS)
		len = min(len + vsnprintf(picture + len, PICTURE_BYTES - len, fmt, args), (size_t)PICTURE_BYTES - 1);
}

void picture_put(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_args(fmt, args);
	va_end(args);
}

/* What was there before goes to the end of the line; the last row is not left, or all would scroll. */
static void next_row(void)
{
	picture_put(rows < PICTURE_ROWS - 1 ? "\033[K\n" : "\033[K");
	rows++;
}

void picture_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_args(fmt, args);
	va_end(args);
	next_row();
}

void picture_title(const char *left, const char *right)
{
	int room = PICTURE_COLUMNS - 3 - (int)strlen(left);

	picture_put(PICTURE_TITLE " %s%*s " PICTURE_PLAIN, left, max(room, 0), right);
	next_row();
}

void picture_bar(unsigned int width, u64 part, u64 whole)
{
	static const char full[] = "################################################################";
	static const char none[] = "................................................................";
	unsigned int n;

	static_assert(sizeof(full) == BAR_MAX + 1 && sizeof(none) == sizeof(full), "one bar is as long as the other");
	width = min(width, (unsigned int)BAR_MAX);
	n = whole ? mul_u64_u64_div_u64(min(part, whole), width, whole) : 0;
	picture_put(PICTURE_GOOD "%.*s" PICTURE_DIM "%.*s" PICTURE_PLAIN, (int)n, full, (int)(width - n), none);
}

unsigned int picture_rows_left(void)
{
	return PICTURE_ROWS - min(rows, (unsigned int)PICTURE_ROWS);
}

/* Without the sequences that begin with Esc and end with a letter, and the blanks before the end of a line. */
static void strip(void)
{
	size_t from, to = 0;

	for (from = 0; from < len; from++) {
		if (picture[from] == '\033') {
			while (from < len && (u8)(picture[from] | 0x20) - 'a' >= 26u)
				from++;
			continue;
		}
		while (picture[from] == '\n' && to && picture[to - 1] == ' ')
			to--;
		picture[to++] = picture[from];
	}
	picture[to] = '\0';
}

static void print_picture(void)
{
	char *line, *end;

	strip();
	for (line = picture; *line; line = end) {
		end = strchr(line, '\n');
		end = end ? end + 1 : line + strlen(line);
		printk("%.*s", (int)(end - line), line);
	}
}

void picture_show(void)
{
	picture_put("\033[J");			/* nothing when the last row is there */
	if (printed)
		print_picture();
	else
		console_write(picture, len);
	restart();
}

void picture_begin(bool full)
{
	printed = !full;
	if (full)
		write("\033[?25l\033[2J");
	restart();
}

void picture_end(void)
{
	if (!printed)
		write("\033[24;1H\033[?25h\n");
}
