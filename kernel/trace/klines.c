/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking up a source line in the table of mklines.py, which builds with SAN=1 have. */
#include <kernel/ksyms.h>
#include <asm/sections.h>

struct kline_row {
	u32	offset;			/* from _text */
	u16	file, line;
};

struct kline_table {
	u32		nr_rows, nr_files;
	struct kline_row row[];		/* then u32 place of each file's name, from the table's start */
};

extern const char __klines_start[];	/* linker script */

const char *kline_lookup(unsigned long addr, unsigned int *line)
{
	const struct kline_table *t = (const void *)__klines_start;
	unsigned long offset = addr - (unsigned long)_text;
	const u32 *names;
	u32 from = 0, to;

	if (!t->nr_rows || addr < (unsigned long)_text || offset < t->row[0].offset)
		return NULL;
	names = (const u32 *)&t->row[t->nr_rows];
	for (to = t->nr_rows; to - from > 1; ) {		/* row[from].offset <= offset < row[to].offset */
		u32 mid = from + (to - from) / 2;

		if (t->row[mid].offset <= offset)
			from = mid;
		else
			to = mid;
	}
	*line = t->row[from].line;
	return *line ? (const char *)t + names[t->row[from].file] : NULL;
}
