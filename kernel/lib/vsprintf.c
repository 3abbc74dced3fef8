/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted output into a bounded buffer. A conversion is parsed into a struct
 * spec, turned into three parts (prefix, zeros, digits or text) and those are
 * padded in one place. Characters past the end of the buffer are counted only.
 * A conversion nobody knows, %n among them, is printed as it stands.
 */
#include <lib/printf.h>
#include <lib/string.h>

#define FLAG_LEFT	0x01	/* '-' */
#define FLAG_PLUS	0x02
#define FLAG_SPACE	0x04
#define FLAG_ALT	0x08	/* '#' */
#define FLAG_ZERO	0x10

#define NO_PRECISION	-1
#define DIGITS_MAX	22	/* 64 bits in octal */
#define POINTER_DIGITS	16

/* How wide the argument is; the letters of a length modifier add up to one of these. */
enum length { LEN_CHAR = -2, LEN_SHORT, LEN_INT, LEN_LONG, LEN_LONG_LONG, LEN_SIZE };

struct spec {
	unsigned int	flags;		/* FLAG_* */
	int		width;		/* at least 0 */
	int		precision;	/* at least 0, or NO_PRECISION */
	enum length	length;
	char		conversion;
};

struct output {
	char	*buf;
	size_t	size;			/* of @buf, with the NUL */
	size_t	len;			/* of the whole result, may pass @size */
};

static void put(struct output *out, char c)
{
	if (out->len < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void put_text(struct output *out, const char *s, size_t n)
{
	while (n--)
		put(out, *s++);
}

static void put_repeated(struct output *out, char c, int n)
{
	for (; n > 0; n--)
		put(out, c);
}

/* @prefix, @zeros zeros and @n characters of @body, in a field of the spec's width. */
static void put_field(struct output *out, const struct spec *spec, const char *prefix,
		      int zeros, const char *body, int n)
{
	int prefix_len = strlen(prefix);
	int pad = spec->width - prefix_len - zeros - n;

	if (!(spec->flags & FLAG_LEFT))
		put_repeated(out, ' ', pad);
	put_text(out, prefix, prefix_len);
	put_repeated(out, '0', zeros);
	put_text(out, body, n);
	if (spec->flags & FLAG_LEFT)
		put_repeated(out, ' ', pad);
}

/*
 * Divide by ten, return the remainder. In steps of 16 bits once the value is
 * wide: a 32-bit build has no 64-bit division to call.
 */
static unsigned int divide_by_10(u64 *value)
{
	u32 rest = 0, word;
	u64 quotient = 0;

	if (*value <= UINT32_MAX) {
		word = *value;
		*value = word / 10;
		return word % 10;
	}
	for (int shift = 48; shift >= 0; shift -= 16) {
		word = rest << 16 | (*value >> shift & 0xffff);
		quotient = quotient << 16 | word / 10;
		rest = word % 10;
	}
	*value = quotient;
	return rest;
}

static unsigned int take_digit(u64 *value, unsigned int base)
{
	unsigned int digit;

	if (base == 10)
		return divide_by_10(value);
	digit = *value & (base - 1);
	*value >>= base == 16 ? 4 : 3;
	return digit;
}

/* Digits of @value so that they end at @end; none for zero. Return: how many. */
static int format_digits(char *end, u64 value, char conversion)
{
	char alpha = conversion == 'X' ? 'A' - 10 : 'a' - 10;
	unsigned int base = 10;
	int n = 0;

	if (conversion == 'x' || conversion == 'X' || conversion == 'p')
		base = 16;
	else if (conversion == 'o')
		base = 8;
	while (value) {
		unsigned int digit = take_digit(&value, base);

		*--end = digit + (digit < 10 ? '0' : alpha);
		n++;
	}
	return n;
}

static void put_number(struct output *out, const struct spec *spec, u64 value, const char *prefix)
{
	char digits[DIGITS_MAX], *end = digits + sizeof(digits);
	int n = format_digits(end, value, spec->conversion);
	int wanted = spec->precision == NO_PRECISION ? 1 : spec->precision;

	if (spec->conversion == 'o' && spec->flags & FLAG_ALT && wanted <= n)
		wanted = n + 1;
	if (spec->precision == NO_PRECISION && (spec->flags & (FLAG_ZERO | FLAG_LEFT)) == FLAG_ZERO)
		wanted = max(wanted, spec->width - (int)strlen(prefix));
	put_field(out, spec, prefix, max(wanted - n, 0), end - n, n);
}

static u64 read_unsigned(enum length length, va_list *args)
{
	switch (length) {
	case LEN_CHAR:		return (u8)va_arg(*args, unsigned int);
	case LEN_SHORT:		return (u16)va_arg(*args, unsigned int);
	case LEN_LONG:		return va_arg(*args, unsigned long);
	case LEN_LONG_LONG:	return va_arg(*args, unsigned long long);
	case LEN_SIZE:		return va_arg(*args, size_t);
	default:		return va_arg(*args, unsigned int);
	}
}

static s64 read_signed(enum length length, va_list *args)
{
	switch (length) {
	case LEN_CHAR:		return (s8)va_arg(*args, int);
	case LEN_SHORT:		return (s16)va_arg(*args, int);
	case LEN_LONG:		return va_arg(*args, long);
	case LEN_LONG_LONG:	return va_arg(*args, long long);
	case LEN_SIZE:		return va_arg(*args, ptrdiff_t);
	default:		return va_arg(*args, int);
	}
}

static void put_signed(struct output *out, const struct spec *spec, s64 value)
{
	const char *prefix = "";

	if (value < 0)
		prefix = "-";
	else if (spec->flags & FLAG_PLUS)
		prefix = "+";
	else if (spec->flags & FLAG_SPACE)
		prefix = " ";
	put_number(out, spec, value < 0 ? -(u64)value : (u64)value, prefix);
}

static void put_unsigned(struct output *out, const struct spec *spec, u64 value)
{
	const char *prefix = "";

	if (value && spec->flags & FLAG_ALT) {
		if (spec->conversion == 'x')
			prefix = "0x";
		else if (spec->conversion == 'X')
			prefix = "0X";
	}
	put_number(out, spec, value, prefix);
}

static void put_pointer(struct output *out, struct spec spec, const void *p)
{
	spec.precision = POINTER_DIGITS;
	put_number(out, &spec, (uintptr_t)p, "0x");
}

static void put_string(struct output *out, const struct spec *spec, const char *s)
{
	size_t most = spec->precision == NO_PRECISION ? INT32_MAX : spec->precision;

	if (!s)
		s = "(null)";
	put_field(out, spec, "", 0, s, strnlen(s, most));
}

static void put_char(struct output *out, const struct spec *spec, char c)
{
	put_field(out, spec, "", 0, &c, 1);
}

/* One conversion; false when it is none of ours. */
static bool convert(struct output *out, const struct spec *spec, va_list *args)
{
	switch (spec->conversion) {
	case 'd':
	case 'i':
		put_signed(out, spec, read_signed(spec->length, args));
		return true;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_unsigned(out, spec, read_unsigned(spec->length, args));
		return true;
	case 'p':
		put_pointer(out, *spec, va_arg(*args, void *));
		return true;
	case 's':
		put_string(out, spec, va_arg(*args, const char *));
		return true;
	case 'c':
		put_char(out, spec, va_arg(*args, int));
		return true;
	case '%':
		put(out, '%');
		return true;
	default:
		return false;
	}
}

static unsigned int flag_of(char c)
{
	switch (c) {
	case '-':	return FLAG_LEFT;
	case '+':	return FLAG_PLUS;
	case ' ':	return FLAG_SPACE;
	case '#':	return FLAG_ALT;
	case '0':	return FLAG_ZERO;
	default:	return 0;
	}
}

/* A number or '*'. Widths past 65535 are a mistake; they stop growing there. */
static const char *parse_int(const char *p, int *value, va_list *args)
{
	*value = 0;
	if (*p == '*') {
		*value = va_arg(*args, int);
		return p + 1;
	}
	for (; *p >= '0' && *p <= '9'; p++) {
		if (*value <= UINT16_MAX)
			*value = *value * 10 + (*p - '0');
	}
	return p;
}

static const char *parse_length(const char *p, enum length *length)
{
	int letters = 0;

	if (*p == 'z' || *p == 't') {
		*length = LEN_SIZE;
		return p + 1;
	}
	for (; *p == 'l' && letters < LEN_LONG_LONG; p++)
		letters++;
	for (; *p == 'h' && letters <= 0 && letters > LEN_CHAR; p++)
		letters--;
	*length = letters;
	return p;
}

/* What follows '%'; returns the position after the conversion letter. */
static const char *parse_spec(const char *p, struct spec *spec, va_list *args)
{
	spec->flags = 0;
	for (; flag_of(*p); p++)
		spec->flags |= flag_of(*p);
	p = parse_int(p, &spec->width, args);
	if (spec->width < 0) {
		spec->flags |= FLAG_LEFT;
		spec->width = spec->width == INT32_MIN ? INT32_MAX : -spec->width;
	}
	spec->precision = NO_PRECISION;
	if (*p == '.') {
		p = parse_int(p + 1, &spec->precision, args);
		spec->precision = max(spec->precision, NO_PRECISION);
	}
	p = parse_length(p, &spec->length);
	spec->conversion = *p;
	return *p ? p + 1 : p;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct output out = { buf, size, 0 };
	struct spec spec;
	va_list ap;

	va_copy(ap, args);	/* a va_list parameter may be an array: no address of it */
	while (*fmt) {
		const char *start = fmt++;

		if (*start != '%') {
			put(&out, *start);
			continue;
		}
		fmt = parse_spec(fmt, &spec, &ap);
		if (!convert(&out, &spec, &ap))
			put_text(&out, start, fmt - start);
	}
	va_end(ap);
	if (size)
		buf[min(out.len, size - 1)] = '\0';
	return out.len;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
