// SPDX-License-Identifier: BSD-2-Clause
/*
 * The line editor. Every change of the line is one splice(), which also shows
 * it; the rest says which bytes go and which come.
 */
#include "readline.h"
#include "internal.h"
#include <kernel/printk.h>
#include <lib/string.h>

static bool continues_character(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

static unsigned int columns(const char *s, size_t n)
{
	unsigned int nr = 0;

	while (n--)
		nr += !continues_character(*s++);
	return nr;
}

static void repeat(const char *what, unsigned int n)
{
	while (n--)
		printk("%s", what);
}

static void show(const char *s, size_t n)
{
	if (n)
		printk("%.*s", (int)n, s);
}

/* -------------------------------------------------------------------- the line */

static size_t before(const struct readline *r, size_t at)
{
	while (at && continues_character(r->line[--at]))
		;
	return at;
}

static size_t after(const struct readline *r, size_t at)
{
	while (at < r->len && continues_character(r->line[++at]))
		;
	return min(at, r->len);
}

static size_t word_before(const struct readline *r, size_t at)
{
	while (at && r->line[at - 1] == ' ')
		at--;
	while (at && r->line[at - 1] != ' ')
		at--;
	return at;
}

static void move_to(struct readline *r, size_t at)
{
	if (at < r->cursor)
		repeat("\b", columns(r->line + at, r->cursor - at));
	else
		show(r->line + r->cursor, at - r->cursor);
	r->cursor = at;
}

/* Put @text, @n bytes, in the place of the bytes [from, to), and the cursor behind it; nothing when there is no room. */
static void splice(struct readline *r, size_t from, size_t to, const char *text, size_t n)
{
	size_t tail = r->len - to;
	unsigned int gone = columns(r->line + from, to - from), come = columns(text, n);
	unsigned int left = gone > come ? gone - come : 0;

	if (from + n + tail >= sizeof(r->line))
		return;
	move_to(r, from);
	memmove(r->line + from + n, r->line + to, tail);
	memcpy(r->line + from, text, n);
	r->len = from + n + tail;
	r->cursor = from + n;
	show(r->line + from, n + tail);
	repeat(" ", left);
	repeat("\b", left + columns(r->line + r->cursor, tail));
}

static void remove(struct readline *r, size_t from, size_t to)
{
	if (from < to)
		splice(r, from, to, "", 0);
}

/* A character is put in when its last byte is there; what is none is dropped. */
static void type(struct readline *r, u8 c)
{
	if (c < 0x80 || !continues_character(c)) {
		r->have = 0;
		r->need = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	} else if (!r->have) {
		return;
	}
	r->character[r->have++] = c;
	if (r->have < r->need)
		return;
	splice(r, r->cursor, r->cursor, r->character, r->have);
	r->have = 0;
}

/* --------------------------------------------------------------------- history */

static char *history_line(struct readline *r, unsigned int nr)
{
	return r->history[nr % ARRAY_SIZE(r->history)];
}

static void go_back(struct readline *r, unsigned int back)
{
	const char *line;

	if (back > min(r->nr_lines, (unsigned int)HISTORY_LINES))
		return;
	if (!r->back) {
		memcpy(history_line(r, r->nr_lines), r->line, r->len);
		history_line(r, r->nr_lines)[r->len] = '\0';
	}
	r->back = back;
	line = history_line(r, r->nr_lines - back);
	splice(r, 0, r->len, line, strlen(line));
}

static void end_line(struct readline *r)
{
	move_to(r, r->len);
	printk("\n");
	r->line[r->len] = '\0';
	if (r->len && (!r->nr_lines || strcmp(history_line(r, r->nr_lines - 1), r->line)))
		memcpy(history_line(r, r->nr_lines++), r->line, r->len + 1);
	r->len = r->cursor = 0;
	r->back = 0;
}

/* ------------------------------------------------------------------ completion */

static size_t common_length(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

/* What all words have in common that begin with the @n bytes of @s. Return: how many words these are. */
static unsigned int match(const char *s, size_t n, const char *(*word)(unsigned int), const char **found, size_t *common)
{
	unsigned int nr = 0;
	const char *w;

	for (unsigned int i = 0; (w = word(i)); i++) {
		if (strncmp(w, s, n))
			continue;
		*common = nr++ ? common_length(*found, w, *common) : strlen(w);
		*found = w;
	}
	return nr;
}

static void list_words(struct readline *r, size_t n, const char *(*word)(unsigned int))
{
	size_t cursor = r->cursor;
	unsigned int column = 0;
	const char *w;

	printk("\n");
	for (unsigned int i = 0; (w = word(i)); i++) {
		if (strncmp(w, r->line + cursor - n, n))
			continue;
		if (column + strlen(w) >= 78) {
			printk("\n");
			column = 0;
		}
		column += printk("%s  ", w);
	}
	printk("\n%s", r->prompt);
	r->cursor = 0;
	move_to(r, r->len);
	move_to(r, cursor);
}

/* The name of a command: the first word, or that after help. */
static bool names_command(const struct readline *r, size_t start)
{
	size_t i = 0;

	while (i < start && r->line[i] == ' ')
		i++;
	return i == start || (start == i + 5 && !memcmp(r->line + i, "help ", 5));
}

static void complete(struct readline *r, const char *(*word)(unsigned int), bool again)
{
	size_t start = r->cursor, n, common = 0;
	const char *found = NULL;
	unsigned int nr;

	while (start && r->line[start - 1] != ' ')
		start--;
	if (!names_command(r, start)) {
		splice(r, r->cursor, r->cursor, " ", 1);
		return;
	}
	n = r->cursor - start;
	nr = match(r->line + start, n, word, &found, &common);
	if (nr && common > n)
		splice(r, r->cursor, r->cursor, found + n, common - n);
	else if (nr > 1 && again)
		list_words(r, n, word);
	else if (nr > 1)
		r->after_tab = true;
	if (nr == 1)
		splice(r, r->cursor, r->cursor, " ", 1);
}

/* ------------------------------------------------------------------------ keys */

static void vt_key(struct readline *r, u8 final)
{
	switch (final == '~' ? r->number : final) {
	case 'A':
		go_back(r, r->back + 1);
		break;
	case 'B':
		if (r->back)
			go_back(r, r->back - 1);
		break;
	case 'C':
		move_to(r, after(r, r->cursor));
		break;
	case 'D':
		move_to(r, before(r, r->cursor));
		break;
	case 'H':				/* of xterm; 1 and 4 of a VT220, 7 and 8 of rxvt */
	case 1:
	case 7:
		move_to(r, 0);
		break;
	case 'F':
	case 4:
	case 8:
		move_to(r, r->len);
		break;
	case 3:
		remove(r, r->cursor, after(r, r->cursor));
		break;
	}
}

/* Keys such as the arrows send ESC [ ... and a letter: nothing of it is text. */
static bool part_of_escape(struct readline *r, u8 c)
{
	switch (r->escape) {
	case NO_ESCAPE:
		if (c == KEY_ESC)
			r->escape = AFTER_ESC;
		return c == KEY_ESC;
	case AFTER_ESC:
		r->escape = c == '[' || c == 'O' ? IN_SEQUENCE : NO_ESCAPE;
		r->number = 0;
		return r->escape == IN_SEQUENCE;
	case IN_SEQUENCE:
		if (c >= '0' && c <= '9')
			r->number = min(r->number * 10 + c - '0', 1000u);
		if (c < 0x20 || c >= 0x40)
			r->escape = c == '[' ? FUNCTION_KEY : NO_ESCAPE;
		if (c >= 0x40 && c < 0x7f)
			vt_key(r, c);
		return c >= 0x20;
	case FUNCTION_KEY:			/* ESC [ [ A, of a Linux console */
		r->escape = NO_ESCAPE;
		return c >= 0x20;
	}
	return false;
}

static void control_key(struct readline *r, u8 c)
{
	switch (c) {
	case '\b':
	case KEY_DEL:
		remove(r, before(r, r->cursor), r->cursor);
		break;
	case KEY_CTRL('A'):
		move_to(r, 0);
		break;
	case KEY_CTRL('B'):
		move_to(r, before(r, r->cursor));
		break;
	case KEY_CTRL('D'):
		remove(r, r->cursor, after(r, r->cursor));
		break;
	case KEY_CTRL('E'):
		move_to(r, r->len);
		break;
	case KEY_CTRL('F'):
		move_to(r, after(r, r->cursor));
		break;
	case KEY_CTRL('K'):
		remove(r, r->cursor, r->len);
		break;
	case KEY_CTRL('U'):
		remove(r, 0, r->cursor);
		break;
	case KEY_CTRL('W'):
		remove(r, word_before(r, r->cursor), r->cursor);
		break;
	case KEY_CTRL('C'):
		move_to(r, r->len);
		printk("^C\n%s", r->prompt);
		r->len = r->cursor = r->back = 0;
		break;
	}
}

bool readline_byte(struct readline *r, u8 c, const char *(*word)(unsigned int nr))
{
	bool second_half = c == '\n' && r->after_cr, again = r->after_tab;

	r->after_cr = c == '\r';
	r->after_tab = false;
	if (second_half || part_of_escape(r, c))
		return false;
	if (c == '\r' || c == '\n') {
		end_line(r);
		return true;
	}
	if (c == '\t')
		complete(r, word, again);
	else if (c < 0x20 || c == KEY_DEL)
		control_key(r, c);
	else
		type(r, c);
	return false;
}
