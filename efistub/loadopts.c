/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Load options and cmdline.txt become a command line in the same three steps:
 * find the text among what firmware adds around it, make sure that it is text,
 * then copy it character by character into a sink that trims and bounds it.
 * Input is hostile throughout; nothing is read before its length is checked.
 */
#include <lib/string.h>
#include <lib/unaligned.h>
#include <lib/utf.h>
#include "loadopts.h"

#define NOT_TEXT	0xffffffffu	/* instead of a code point: malformed input */

/* Text not yet read, in either encoding. */
struct text {
	const u8	*pos, *end;
	bool		utf16;		/* then end - pos is even */
};

/* EFI_LOAD_OPTION, UEFI 2.10 3.1.3: fixed part, description, device paths, optional data */
#define LOAD_OPTION_FIXED_SIZE	6	/* u32 attributes, u16 bytes of device paths */
#define LOAD_OPTION_ATTRIBUTES	0x00001f0bu	/* every bit the specification defines */

/* EFI_DEVICE_PATH_PROTOCOL, 10.2: u8 type, u8 subtype, u16 length */
#define DEVICE_PATH_NODE_SIZE	4
#define DEVICE_PATH_END_ENTIRE	0xff7f	/* type 0x7f, subtype 0xff */

static u32 next_char(struct text *t)
{
	size_t left = t->end - t->pos, used;
	u32 cp;

	if (t->utf16) {
		used = utf16_decode(t->pos, left / 2, &cp);
		if (used == 1 && cp == UNICODE_REPLACEMENT &&
		    get_unaligned_le16(t->pos) != UNICODE_REPLACEMENT)
			cp = NOT_TEXT;
		used *= 2;
	} else {
		used = utf8_decode((const char *)t->pos, (const char *)t->end, &cp);
		/* a real U+FFFD is EF BF BD; no malformed sequence of three leads with EF */
		if (cp == UNICODE_REPLACEMENT && !(used == 3 && *t->pos == 0xef))
			cp = NOT_TEXT;
	}
	t->pos += used;
	return cp;
}

static bool is_newline(u32 cp)
{
	return cp == '\n' || cp == '\r';
}

static bool is_blank(u32 cp)
{
	return cp == ' ' || cp == '\t' || is_newline(cp);
}

static bool is_control(u32 cp)
{
	return (cp < 0x20 && !is_blank(cp)) || (cp >= 0x7f && cp < 0xa0);
}

static bool is_text(struct text t)
{
	while (t.pos < t.end) {
		u32 cp = next_char(&t);

		if (cp == NOT_TEXT || is_control(cp))
			return false;
	}
	return true;
}

/*
 * Where the command line is built. Blanks are held back until a character that
 * shows follows, which trims both ends.
 */
struct sink {
	char	*out;
	size_t	size, len;		/* bytes; len < size */
	size_t	blanks;			/* held back */
	bool	cut;
};

static void sink_put(struct sink *s, u32 cp)
{
	char seq[UTF8_MAX];
	size_t n = utf8_encode(cp, seq);
	size_t blanks = s->len ? s->blanks : 0;

	s->blanks = 0;
	if (s->cut || blanks + n >= s->size - s->len) {
		s->cut = true;
		return;
	}
	memset(s->out + s->len, ' ', blanks);
	memcpy(s->out + s->len + blanks, seq, n);
	s->len += blanks + n;
}

/* Terminate the result. Return: what there is to say about it. */
static unsigned int sink_close(struct sink *s)
{
	s->out[s->len] = '\0';
	if (s->cut)
		return LOADOPTS_CUT;
	return s->len ? 0 : LOADOPTS_EMPTY;
}

/* Bytes of the device paths at @p if they fill @size to the byte and end as they must. */
static bool device_paths_valid(const u8 *p, size_t size)
{
	unsigned int node = 0;
	size_t len;

	while (size >= DEVICE_PATH_NODE_SIZE) {
		node = get_unaligned_le16(p);
		len = get_unaligned_le16(p + 2);
		if (len < DEVICE_PATH_NODE_SIZE || len > size)
			return false;
		p += len;
		size -= len;
	}
	return size == 0 && node == DEVICE_PATH_END_ENTIRE;
}

/*
 * Some Dell firmware hands over the whole boot entry instead of its optional
 * data. Return: whether [@p, @p + @size) is one; then the size of what precedes
 * the optional data.
 */
static bool whole_load_option(const u8 *p, size_t size, size_t *before)
{
	size_t pos = LOAD_OPTION_FIXED_SIZE, paths;
	u32 unit;

	if (size < LOAD_OPTION_FIXED_SIZE)
		return false;
	if (get_unaligned_le32(p) & ~LOAD_OPTION_ATTRIBUTES)
		return false;
	paths = get_unaligned_le16(p + 4);
	do {
		if (size - pos < 2)
			return false;
		unit = get_unaligned_le16(p + pos);
		pos += 2;
	} while (unit);
	if (paths > size - pos || !device_paths_valid(p + pos, paths))
		return false;
	*before = pos + paths;
	return true;
}

static u32 fold_case(u32 cp)
{
	return cp >= 'A' && cp <= 'Z' ? cp + ('a' - 'A') : cp;
}

/* The file name of a path, compared with another name as the path is read. */
struct name_match {
	const char	*name, *end;	/* the other name; NULL for none */
	const char	*pos;		/* what must come next */
	bool		differs;
	u32		tail;		/* last four characters read, one per byte */
};

static void name_match_start(struct name_match *m)
{
	m->pos = m->name;
	m->differs = false;
	m->tail = 0;
}

static void name_match_add(struct name_match *m, u32 cp)
{
	u32 expected;

	cp = fold_case(cp);
	if (cp == '/' || cp == '\\' || cp == ':') {
		name_match_start(m);
		return;
	}
	m->tail = m->tail << 8 | (cp < 0x80 ? cp : 0);
	if (m->pos == m->end) {
		m->differs = true;
		return;
	}
	m->pos += utf8_decode(m->pos, m->end, &expected);
	if (fold_case(expected) != cp)
		m->differs = true;
}

static bool name_match_done(const struct name_match *m)
{
	u32 dot_efi = '.' << 24 | 'e' << 16 | 'f' << 8 | 'i';

	if (m->tail == dot_efi)
		return true;
	return m->pos != m->name && m->pos == m->end && !m->differs;
}

/* Move @t past its first word if that names an image. Return: whether it does. */
static bool skip_own_name(struct text *t, const char *own_name)
{
	struct name_match match = { .name = own_name };
	struct text ahead = *t, word = *t;
	bool quoted = false;

	if (own_name)
		match.end = own_name + strlen(own_name);
	name_match_start(&match);
	while (word.pos < word.end && is_blank(next_char(&ahead)))
		word.pos = ahead.pos;
	while (word.pos < word.end) {
		u32 cp = next_char(&word);

		if (is_blank(cp) && !quoted)
			break;
		if (cp == '=')
			return false;
		if (cp == '"')
			quoted = !quoted;
		else
			name_match_add(&match, cp);
	}
	if (!name_match_done(&match))
		return false;
	*t = word;
	return true;
}

/* The units before the first NUL. */
static struct text utf16_text(const u8 *p, size_t size)
{
	struct text t = { .pos = p, .end = p, .utf16 = true };

	for (; size >= 2 && get_unaligned_le16(t.end); size -= 2)
		t.end += 2;
	return t;
}

unsigned int loadopts_to_cmdline(const void *opts, size_t size, const char *own_name,
				 char *out, size_t out_size)
{
	struct sink sink = { .out = out, .size = out_size };
	unsigned int flags = 0;
	const u8 *p = opts;
	size_t before = 0;
	struct text t;

	out[0] = '\0';
	if (!p || !size)
		return LOADOPTS_EMPTY;
	if (whole_load_option(p, size, &before))
		flags |= LOADOPTS_WHOLE_OPTION;
	if ((size - before) % 2)
		flags |= LOADOPTS_ODD_SIZE;
	t = utf16_text(p + before, size - before);
	if (!is_text(t))
		return flags | LOADOPTS_GARBAGE;
	if (skip_own_name(&t, own_name))
		flags |= LOADOPTS_OWN_NAME;
	while (t.pos < t.end) {
		u32 cp = next_char(&t);

		if (is_blank(cp))
			sink.blanks++;
		else
			sink_put(&sink, cp);
	}
	return flags | sink_close(&sink);
}

/* Find out the encoding by the byte order mark, and skip the mark. */
static struct text file_text(const u8 *p, size_t size)
{
	struct text t = { .pos = p, .end = p + size };

	if (size >= 2 && p[0] == 0xff && p[1] == 0xfe) {
		t.utf16 = true;
		t.pos += 2;
		t.end -= size % 2;
	} else if (size >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf) {
		t.pos += 3;
	}
	return t;
}

/* Copy the lines that are no comments. */
static void join_lines(struct text t, struct sink *sink)
{
	bool line_start = true, comment = false;

	while (t.pos < t.end) {
		u32 cp = next_char(&t);

		if (is_newline(cp)) {
			line_start = true;
			comment = false;
			sink->blanks = 1;
		} else if (is_blank(cp)) {
			if (!line_start)
				sink->blanks++;
		} else {
			if (line_start && cp == '#')
				comment = true;
			line_start = false;
			if (!comment)
				sink_put(sink, cp);
		}
	}
}

unsigned int cmdline_file_parse(const void *text, size_t size, char *out, size_t out_size)
{
	struct sink sink = { .out = out, .size = out_size };
	unsigned int flags = 0;
	struct text t;

	out[0] = '\0';
	if (!text || !size)
		return LOADOPTS_EMPTY;
	t = file_text(text, size);
	if (t.utf16 && size % 2)
		flags |= LOADOPTS_ODD_SIZE;
	if (!is_text(t))
		return flags | LOADOPTS_GARBAGE;
	join_lines(t, &sink);
	return flags | sink_close(&sink);
}
