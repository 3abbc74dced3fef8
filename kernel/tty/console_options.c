// SPDX-License-Identifier: BSD-2-Clause
/* The words after console=, earlycon= and earlyprintk=; <kernel/console_options.h> lists them. */
#include <kernel/console_options.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>
#include <lib/string.h>

#define MAX_BAUD	115200u
#define EARLYPRINTK_BAUD 9600		/* as on Linux, when none is given */
#define LCR_BITS(n)	((n) - 5)	/* 5 to 8, PC16550D data sheet */
#define LCR_PARITY_ODD	0x08
#define LCR_PARITY_EVEN	0x18
#define MAX_FIELDS	5

/* The value cut at its commas; fields that are not there are "". */
struct fields {
	char		text[48];
	const char	*at[MAX_FIELDS];
};

static void split(struct fields *f, const char value[sizeof(f->text)])
{
	char *p = f->text;

	memcpy(f->text, value, sizeof(f->text));
	for (unsigned int i = 0; i < MAX_FIELDS; i++) {
		f->at[i] = p;
		while (*p && *p != ',')
			p++;
		if (*p)
			*p++ = '\0';
	}
}

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* -------------------------------------------------------------- parts of a value */

static bool parse_number(const char *s, u64 max, u64 *value)
{
	return !kstrtou64(s, 0, value) && *value <= max;
}

/* "9600", "115200n8", "57600e7r"; flow control is never used, nothing after it read. */
static bool parse_mode(const char *s, struct console_option *o)
{
	u32 baud = 0;
	u8 lcr = LCR_BITS(8);

	while (*s >= '0' && *s <= '9' && baud <= MAX_BAUD)
		baud = baud * 10 + (*s++ - '0');
	if (baud < 50 || baud > MAX_BAUD || MAX_BAUD % baud)
		return false;
	if (*s == 'n' || *s == 'o' || *s == 'e') {
		u8 parity = *s == 'o' ? LCR_PARITY_ODD : *s == 'e' ? LCR_PARITY_EVEN : 0;

		lcr |= parity;
		s++;
		if (*s >= '5' && *s <= '8')
			lcr = parity | LCR_BITS(*s++ - '0');
	}
	if (*s == 'r')
		s++;
	o->baud = baud;
	o->lcr = lcr;
	return !*s;
}

static void set_mode(struct console_option *o, const char *s, u32 default_baud)
{
	o->baud = default_baud;
	o->lcr = LCR_BITS(8);
	if (!*s || !strcmp(s, "keep") || parse_mode(s, o))
		return;
	o->baud = MAX_BAUD;
	o->lcr = LCR_BITS(8);
	o->bad_mode = true;
}

/* "ttyS" and a number */
static bool parse_ttys(const char *s, struct console_option *o)
{
	u64 index;

	if (!begins(s, "ttyS") || !s[4] || kstrtou64(s + 4, 10, &index) ||
	    index >= NR_LEGACY_UARTS + NR_PCI_UARTS)
		return false;
	o->kind = CONSOLE_TTYS;
	o->index = index;
	return true;
}

/* "uart8250,mmio32,0xfe000000,115200n8"; the speed may be missing, and is then left alone. */
static bool parse_uart(const struct fields *f, struct console_option *o)
{
	static const struct { const char *name; enum uart_io io; u64 last; } kinds[] = {
		{ "io", UART_IO_PORT, 0xfff8 }, { "mmio", UART_IO_MEM8, ~0ull },
		{ "mmio16", UART_IO_MEM16, ~0ull }, { "mmio32", UART_IO_MEM32, ~0ull },
	};

	if (strcmp(f->at[0], "uart8250") && strcmp(f->at[0], "uart"))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(f->at[1], kinds[i].name) || !parse_number(f->at[2], kinds[i].last, &o->address))
			continue;
		o->kind = CONSOLE_UART;
		o->io = kinds[i].io;
		set_mode(o, f->at[3], 0);
		return true;
	}
	return false;
}

static bool is_screen(const char *s)
{
	u64 nr;

	return begins(s, "tty") && (!s[3] || !kstrtou64(s + 3, 10, &nr));
}

/* --------------------------------------------------------------- the three options */

static void parse_console(const struct fields *f, struct console_option *o)
{
	if (!*f->at[0] || !strcmp(f->at[0], "null"))
		o->kind = CONSOLE_NULL;
	else if (is_screen(f->at[0]))
		o->kind = CONSOLE_SCREEN;
	else if (parse_ttys(f->at[0], o))
		set_mode(o, f->at[1], MAX_BAUD);
	else
		parse_uart(f, o);
}

static void parse_earlycon(const struct fields *f, struct console_option *o)
{
	parse_uart(f, o);
}

static void parse_earlyprintk(const struct fields *f, struct console_option *o)
{
	const char *const *at = f->at;

	if (!strcmp(at[0], "serial"))
		at++;				/* the port is in the next field, or left out */
	if (!strcmp(at[0], "vga") || !strcmp(at[0], "efi")) {
		o->kind = CONSOLE_SCREEN;
	} else if (!strcmp(at[0], "pciserial")) {
		o->kind = CONSOLE_TTYS;
		o->index = NR_LEGACY_UARTS;
		o->lcr = LCR_BITS(8);
		o->baud = EARLYPRINTK_BAUD;
	} else if (parse_ttys(at[0], o)) {
		set_mode(o, at[1], EARLYPRINTK_BAUD);
	} else if (at != f->at && begins(at[0], "0x") && parse_number(at[0], 0xfff8, &o->address)) {
		o->kind = CONSOLE_UART;
		o->io = UART_IO_PORT;
		set_mode(o, at[1], EARLYPRINTK_BAUD);
	} else if (at != f->at) {
		o->kind = CONSOLE_TTYS;
		set_mode(o, at[0], EARLYPRINTK_BAUD);
	} else if (!strcmp(at[0], "keep")) {
		o->kind = CONSOLE_NULL;
	}
}

/* ----------------------------------------------------------------------- the list */

static bool same_console(const struct console_option *a, const struct console_option *b)
{
	return a->kind == b->kind && (a->kind == CONSOLE_SCREEN || a->kind == CONSOLE_NULL ||
				      (a->kind == CONSOLE_TTYS && a->index == b->index) ||
				      (a->kind == CONSOLE_UART && a->io == b->io && a->address == b->address));
}

static void add(struct console_option *opt, unsigned int *n, const struct console_option *o)
{
	for (unsigned int i = 0; i < *n; i++)
		if (same_console(&opt[i], o))
			return;
	if (*n < CONSOLE_OPTIONS_MAX)
		opt[(*n)++] = *o;
}

static void add_defaults(struct console_option *opt, unsigned int *n)
{
	static const struct console_option screen = { .kind = CONSOLE_SCREEN };
	static const struct console_option ttys0 = { .kind = CONSOLE_TTYS, .baud = MAX_BAUD, .lcr = LCR_BITS(8) };

	add(opt, n, &ttys0);
	add(opt, n, &screen);
}

unsigned int console_options_parse(const char *cmdline, struct console_option opt[CONSOLE_OPTIONS_MAX])
{
	static const struct {
		const char *name;
		void (*parse)(const struct fields *f, struct console_option *o);
	} options[] = {
		{ "console", parse_console }, { "earlycon", parse_earlycon }, { "earlyprintk", parse_earlyprintk },
	};
	unsigned int n = 0;

	if (cmdline_find_option(cmdline, "console", NULL, 0) < 0)
		add_defaults(opt, &n);
	for (unsigned int i = 0; i < ARRAY_SIZE(options); i++) {
		const char *pos = cmdline;

		for (;;) {
			struct console_option o = { 0 };
			struct fields f;
			int len = cmdline_next_option(&pos, options[i].name, o.text, sizeof(o.text));

			if (len < 0)
				break;
			split(&f, o.text);
			if (len < (int)sizeof(o.text))
				options[i].parse(&f, &o);
			add(opt, &n, &o);
		}
	}
	return n;
}
