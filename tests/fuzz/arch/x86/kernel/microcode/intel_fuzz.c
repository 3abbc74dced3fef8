/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/kernel/microcode/intel.c: the rest of the input is a file. No fuzzer
 * guesses checksums, so the first byte may ask for right ones. The model reads
 * each update with its own words and keeps the newest before the first fault.
 */
#include <tests/fuzz/fuzz.h>
#include <asm/microcode.h>

#define CPU		0x506e3u
#define PLATFORM	1u

static u32 word(const u8 *p, size_t nr)
{
	return p[4 * nr] | p[4 * nr + 1] << 8 | p[4 * nr + 2] << 16 | (u32)p[4 * nr + 3] << 24;
}

static void set_word(u8 *p, size_t nr, u32 value)
{
	for (unsigned int i = 0; i < 4; i++)
		p[4 * nr + i] = value >> 8 * i;
}

static u32 add_up(const u8 *p, u64 size)
{
	u32 total = 0;

	for (u64 i = 0; i < size / 4; i++)
		total += word(p, i);
	return total;
}

struct sizes {
	u64	data, all, count;	/* of header and data; of the update; signatures in the table */
	bool	table;
};

static bool read_sizes(const u8 *p, u64 room, struct sizes *s)
{
	u64 left;

	if (room < 48 || word(p, 0) != 1 || word(p, 5) != 1)
		return false;
	s->data = 48ull + (word(p, 7) ? word(p, 7) : 2000);
	s->all = word(p, 7) ? word(p, 8) : 2048;
	if (s->data & 3 || s->all < s->data || s->all > room)
		return false;
	left = s->all - s->data;
	s->table = left > 0;
	s->count = left >= 20 ? word(p + s->data, 0) : 0;
	return !left || (left >= 20 && 20 + 12 * s->count <= left);
}

static void make_right(u8 *p, u64 size)
{
	struct sizes s;

	for (; size && read_sizes(p, size, &s); size -= s.all, p += s.all) {
		u8 *table = p + s.data;

		set_word(p, 4, word(p, 4) - add_up(p, s.data));
		for (u64 i = 0; i < s.count; i++) {
			u8 *other = table + 20 + 12 * i;

			set_word(other, 2, word(p, 3) + word(p, 4) + word(p, 6) - word(other, 0) - word(other, 1));
		}
		if (s.table)
			set_word(table, 1, word(table, 1) - add_up(table, 20 + 12 * s.count));
	}
}

static bool is_cpu(const u8 *signature, unsigned int platforms)
{
	return word(signature, 0) == CPU && word(signature, platforms) & PLATFORM;
}

/* Whether the checksums are right that say the update at @p is for the CPU; false in *@fits: it is not. */
static bool right_for_cpu(const u8 *p, const struct sizes *s, bool *fits)
{
	const u8 *table = p + s->data;
	u64 i = 0;

	while (i < s->count && !is_cpu(table + 20 + 12 * i, 1))
		i++;
	*fits = i < s->count || is_cpu(p + 12, 3);
	if (add_up(p, s->data) || (s->table && add_up(table, 20 + 12 * s->count)))
		return false;
	return i == s->count ||
	       add_up(table + 20 + 12 * i, 12) == word(p, 3) + word(p, 4) + word(p, 6);
}

/* Return: where the first fault is, or @size. */
static u64 naive_find(const u8 *file, u64 size, const u8 **best, struct sizes *of_best)
{
	struct sizes s;
	bool fits;
	u64 pos;

	*best = NULL;
	for (pos = 0; pos < size; pos += s.all) {
		const u8 *p = file + pos;
		bool right;

		if (!read_sizes(p, size - pos, &s))
			break;
		right = right_for_cpu(p, &s, &fits);
		if (!fits || (*best && (s32)word(p, 1) <= (s32)word(*best, 1)))
			continue;
		if (!right)
			break;
		*best = p;
		*of_best = s;
	}
	return pos;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct microcode_search s = { .signature = CPU, .platform = PLATFORM };
	struct input in = { data, size };
	bool repair = input_number(&in, 1) & 1;
	struct sizes of_best = { 0 };
	const u8 *best;
	u8 *file = malloc(in.left);
	u64 end;

	if (in.left)
		memcpy(file, in.data, in.left);
	if (repair)
		make_right(file, in.left);
	microcode_intel_find(&s, file, in.left);
	end = naive_find(file, in.left, &best, &of_best);
	CHECK(!s.fault == (end == in.left), "%s, not at %" PRIu64, s.fault, end);
	CHECK(!s.fault || s.fault_at == end, "%s at %" PRIu64 ", not at %" PRIu64, s.fault, s.fault_at, end);
	CHECK(s.newest.data == best, "another update than the model's");
	if (best) {
		CHECK(s.newest.size == of_best.all, "%u bytes", s.newest.size);
		CHECK(s.newest.revision == (s32)word(best, 1), "revision %" PRId64, s.newest.revision);
	}
	free(file);
	return 0;
}
