// SPDX-License-Identifier: BSD-2-Clause
/*
 * Looking up a function's name in the table of mksyms.py, whose opening comment
 * tells the layout. Backtraces run when something is broken already, so the
 * table is believed no more than any other input: every index is checked.
 */
#include <kernel/ksyms.h>
#include <asm/sections.h>

#define KSYMS_MAGIC	0x314d5953	/* "SYM1" */
#define NAMES_PER_MARK	16		/* as in mksyms.py */
#define FIRST_TOKEN	128		/* bytes below are characters */

extern const char __ksyms_start[], __ksyms_end[];	/* linker script */

/* Offsets into the table, all from its start. */
struct ksyms_header {
	u32	magic;
	u32	nr_syms;
	u32	marks;			/* u32 for every 16th name: its place in names */
	u32	names;			/* each: a length byte, then that many codes */
	u32	tokens;			/* u16 for each of 128 codes: place of its text, after */
	u32	token_text;		/* each: a length byte, then that many characters */
};

struct ksyms {
	const u8 *bytes;
	size_t size;
	const struct ksyms_header *h;
	const u32 *offsets;		/* nr_syms + 1, rising; the last is the end of text */
};

static bool fits(const struct ksyms *k, u64 start, u64 size)
{
	return start <= k->size && size <= k->size - start;
}

static bool open_table(struct ksyms *k, const void *table, size_t size)
{
	k->bytes = table;
	k->size = size;
	k->h = table;
	k->offsets = (const u32 *)(k->h + 1);
	if (size < sizeof(*k->h) || k->h->magic != KSYMS_MAGIC || !k->h->nr_syms)
		return false;
	return fits(k, sizeof(*k->h), ((u64)k->h->nr_syms + 1) * 4) &&
	       k->h->marks % 4 == 0 && k->h->tokens % 2 == 0 &&
	       fits(k, k->h->marks, ((u64)k->h->nr_syms + NAMES_PER_MARK - 1) / NAMES_PER_MARK * 4) &&
	       fits(k, k->h->tokens, 128 * 2);
}

/* The bytes after the length byte at @at. Return: their number, -1 when they are not all there. */
static int counted(const struct ksyms *k, u64 at, const u8 **bytes)
{
	if (!fits(k, at, 1) || !fits(k, at + 1, k->bytes[at]))
		return -1;
	*bytes = k->bytes + at + 1;
	return k->bytes[at];
}

static int token_text(const struct ksyms *k, u8 code, const u8 **text)
{
	const u16 *tokens = (const u16 *)(k->bytes + k->h->tokens);

	return counted(k, (u64)k->h->token_text + tokens[code - FIRST_TOKEN], text);
}

static bool find_name(const struct ksyms *k, u32 index, const u8 **codes, int *n)
{
	const u32 *marks = (const u32 *)(k->bytes + k->h->marks);
	u64 at = (u64)k->h->names + marks[index / NAMES_PER_MARK];

	for (u32 i = index % NAMES_PER_MARK;; i--) {
		*n = counted(k, at, codes);
		if (*n < 0)
			return false;
		if (!i)
			return true;
		at += 1 + *n;
	}
}

static bool copy_name(const struct ksyms *k, u32 index, char *name, size_t size)
{
	const u8 *codes;
	size_t len = 0;
	int n;

	if (!find_name(k, index, &codes, &n))
		return false;
	for (int i = 0; i < n; i++) {
		const u8 *text = &codes[i];
		int text_len = codes[i] < FIRST_TOKEN ? 1 : token_text(k, codes[i], &text);

		for (int j = 0; j < text_len && len + 1 < size; j++)
			name[len++] = text[j];
	}
	name[len] = '\0';
	return true;
}

bool ksym_table_lookup(const void *table, size_t table_size, u64 text_offset,
		       char *name, size_t size, unsigned long *offset, unsigned long *len)
{
	struct ksyms k;
	u32 from = 0, to;

	if (!open_table(&k, table, table_size))
		return false;
	to = k.h->nr_syms;
	if (text_offset < k.offsets[0] || text_offset >= k.offsets[to])
		return false;
	while (to - from > 1) {			/* offsets[from] <= text_offset < offsets[to] */
		u32 mid = from + (to - from) / 2;

		if (k.offsets[mid] <= text_offset)
			from = mid;
		else
			to = mid;
	}
	if (!copy_name(&k, from, name, size))
		return false;
	if (offset)
		*offset = text_offset - k.offsets[from];
	if (len)
		*len = k.offsets[from + 1] - k.offsets[from];
	return true;
}

bool ksym_lookup(unsigned long addr, char *name, size_t size,
		 unsigned long *offset, unsigned long *len)
{
	unsigned long text = (unsigned long)_text;

	if (addr < text)
		return false;
	return ksym_table_lookup(__ksyms_start, (size_t)((unsigned long)__ksyms_end - (unsigned long)__ksyms_start),
				 addr - text, name, size, offset, len);
}
