/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options on a command line, found by walking its words. Nothing is copied or
 * changed on the way: a word is a span of the line. A quote anywhere in a word
 * keeps the spaces up to the next quote inside the word; only quotes around the
 * whole word or the whole value are taken off, as Linux does it.
 */
#include <lib/cmdline.h>
#include <lib/string.h>

struct span {
	const char	*start;
	size_t		len;
};

/* Control characters separate words too: a line feed may well end the line. */
static bool is_blank(char c)
{
	return c && (u8)c <= ' ';
}

static struct span unquote(struct span s)
{
	if (!s.len || s.start[0] != '"')
		return s;
	s.start++;
	s.len--;
	if (s.len && s.start[s.len - 1] == '"')
		s.len--;
	return s;
}

/* The first word at or after @p; where to look for the next one, NULL when there was none. */
static const char *next_word(const char *p, struct span *word)
{
	bool quoted = false;

	while (is_blank(*p))
		p++;
	if (!*p)
		return NULL;
	word->start = p;
	for (; *p && (quoted || !is_blank(*p)); p++) {
		if (*p == '"')
			quoted = !quoted;
	}
	word->len = p - word->start;
	*word = unquote(*word);
	return p;
}

static bool span_is(struct span s, const char *text, size_t len)
{
	return s.len == len && memcmp(s.start, text, len) == 0;
}

/* Whether @word is "@option=value"; then the value, without its quotes. */
static bool option_value(struct span word, const char *option, struct span *value)
{
	size_t len = strlen(option);

	if (word.len <= len || word.start[len] != '=' || memcmp(word.start, option, len) != 0)
		return false;
	value->start = word.start + len + 1;
	value->len = word.len - len - 1;
	*value = unquote(*value);
	return true;
}

static int copy_span(struct span s, char *buf, size_t size)
{
	size_t n;

	if (size) {
		n = min(s.len, size - 1);
		memcpy(buf, s.start, n);
		buf[n] = '\0';
	}
	return s.len;
}

int cmdline_find_option(const char *cmdline, const char *option, char *buf, size_t size)
{
	struct span word, value = { 0 };
	bool found = false;

	while ((cmdline = next_word(cmdline, &word))) {
		if (option_value(word, option, &value))
			found = true;
	}
	return found ? copy_span(value, buf, size) : -1;
}

int cmdline_next_option(const char **pos, const char *option, char *buf, size_t size)
{
	struct span word, value;

	while (*pos && (*pos = next_word(*pos, &word))) {
		if (option_value(word, option, &value))
			return copy_span(value, buf, size);
	}
	return -1;
}

bool cmdline_find_option_bool(const char *cmdline, const char *option)
{
	size_t len = strlen(option);
	struct span word;

	while ((cmdline = next_word(cmdline, &word))) {
		if (span_is(word, option, len))
			return true;
	}
	return false;
}

static bool list_holds(struct span list, const char *word, size_t len)
{
	const char *end = list.start + list.len;
	struct span item = { list.start, 0 };

	for (const char *p = list.start; ; p++) {
		if (p < end && *p != ',')
			continue;
		item.len = p - item.start;
		if (span_is(item, word, len))
			return true;
		if (p == end)
			return false;
		item.start = p + 1;
	}
}

bool cmdline_list_has(const char *cmdline, const char *option, const char *word)
{
	size_t len = strlen(word);
	struct span arg, value;

	while ((cmdline = next_word(cmdline, &arg))) {
		if (option_value(arg, option, &value) && list_holds(value, word, len))
			return true;
	}
	return false;
}
