/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/e820_edit.c: edits in bytes become memmap= options in text. The
 * model applies each to one address at a time.
 */
#include <tests/fuzz/map_model.h>
#include <lib/e820_edit.h>

#define MAX_EDITS	24
#define MAX_ENTRIES	4096
#define LINE_SIZE	(MAX_EDITS * 96)

enum kind { ABOVE, SET_RAM, SET_ACPI, SET_RESERVED, SET_PRAM, CONVERT, CONVERT_ALL, TAKE_OUT, EXACT, NR_KINDS };

struct edit {
	enum kind	kind;
	u64		start, size;
	u32		from, to;
};

static struct edit edits[MAX_EDITS];
static unsigned int nr_edits;

static struct edit read_edit(struct input *in)
{
	struct edit e = { .kind = input_number(in, 1) % NR_KINDS };
	unsigned int shift = input_number(in, 1) % 48;

	e.start = input_number(in, 2) << shift;
	e.size = (input_number(in, 2) << shift) | (input_number(in, 1) & 1);
	e.from = 1 + input_number(in, 1) % 5;
	e.to = 1 + input_number(in, 1) % 5;
	return e;
}

/* Sizes in three spellings; a size of 0 is no edit. */
static int write_edit(char *out, size_t size, const struct edit *e)
{
	static const char marks[] = "?@#$!";
	unsigned long long n = e->size, at = e->start;

	switch (e->kind) {
	case EXACT:
		return snprintf(out, size, "memmap=exactmap ");
	case ABOVE:
		return snprintf(out, size, n & 1 ? "mem=%#llx " : "memmap=%llu ", n);
	case CONVERT:
		return snprintf(out, size, "memmap=%#llx%%%#llx-%u+%u ", n, at, e->from, e->to);
	case CONVERT_ALL:
		return snprintf(out, size, "memmap=%#llX%%%llu+%u ", n, at, e->to);
	case TAKE_OUT:
		return snprintf(out, size, "memmap=%llu%%%#llx-%u ", n, at, e->from);
	default:
		return snprintf(out, size, "memmap=%#llx%c%#llx ", n, marks[e->kind], at);
	}
}

static u64 edit_end(const struct edit *e)
{
	return e->start + e->size < e->start ? UINT64_MAX : e->start + e->size;
}

static u32 after_edit(const struct edit *e, u64 addr, u32 type)
{
	static const u32 marks[] = { 0, 1, 3, 2, 12 };
	bool inside = addr >= e->start && addr < edit_end(e);

	if (e->kind == EXACT)
		return 0;
	if (!e->size)
		return type;
	switch (e->kind) {
	case ABOVE:
		return type == 1 && addr >= e->size ? 0 : type;
	case CONVERT:
		return inside && type == e->from ? e->to : type;
	case CONVERT_ALL:
		return inside && type ? e->to : type;
	case TAKE_OUT:
		return inside && type == e->from ? 0 : type;
	default:
		return inside ? marks[e->kind] : type;
	}
}

/* memmap= comes before mem=, each in the order of the line. */
static bool edited_type_at(const struct map_model *m, u64 addr, u32 *type)
{
	if (addr == UINT64_MAX)
		return false;
	if (!model_type_at(m, addr, type))
		*type = 0;
	for (unsigned int pass = 0; pass < 2; pass++)
		for (unsigned int i = 0; i < nr_edits; i++)
			if ((edits[i].kind == ABOVE && edits[i].size & 1) == pass)
				*type = after_edit(&edits[i], addr, *type);
	return *type;
}

static void read_edits(struct input *in, struct map_model *m, char *line)
{
	size_t len = 0;

	nr_edits = input_number(in, 1) % (MAX_EDITS + 1);
	for (unsigned int i = 0; i < nr_edits; i++) {
		edits[i] = read_edit(in);
		len += write_edit(line + len, LINE_SIZE - len, &edits[i]);
		model_bound(m, edits[i].kind == ABOVE ? edits[i].size : edits[i].start);
		model_bound(m, edit_end(&edits[i]));
	}
}

/* What e820_sanitize() makes of the rest of the input, types 1 to 5. */
static unsigned int read_map(struct input *in, struct boot_e820_entry *map, struct e820_change *scratch)
{
	unsigned int nr = 0;

	for (; in->left && nr < MODEL_MAX - MAX_EDITS; nr++) {
		unsigned int shift = input_number(in, 1) % 48;

		map[nr].addr = input_number(in, 2) << shift;
		map[nr].size = input_number(in, 2) << shift;
		map[nr].type = 1 + input_number(in, 1) % 5;
	}
	return e820_sanitize(map, nr, MAX_ENTRIES, scratch, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_e820_entry entries[MAX_ENTRIES];
	static struct e820_change scratch[2 * MAX_ENTRIES];
	struct input in = { data, size };
	struct e820_map map = { entries, 0, MAX_ENTRIES };
	struct map_model m = { .nr = 0 };
	char line[LINE_SIZE] = "", bad[64];
	int nr;

	read_edits(&in, &m, line);
	map.nr = read_map(&in, entries, scratch);
	if (map.nr > MODEL_MAX)
		return 0;
	for (unsigned int i = 0; i < map.nr; i++)
		model_claim(&m, entries[i].addr, entries[i].size, entries[i].type);
	if (e820_edit(&map, line, bad, sizeof(bad)) < 0)
		return 0;		/* no room: many edits that cut everything */
	nr = e820_sanitize(entries, map.nr, MAX_ENTRIES, scratch, NULL);
	if (nr >= 0)
		check_map(&m, entries, nr, edited_type_at);
	return 0;
}
