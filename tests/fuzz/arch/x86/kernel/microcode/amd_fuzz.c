/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/kernel/microcode/amd.c: the input is a file. The model reads it byte
 * by byte as a stream, and keeps the newest patch before the first fault.
 */
#include <tests/fuzz/fuzz.h>
#include <asm/microcode.h>

#define CPU	0x800f12u

struct model {
	const u8	*best;
	u32		size, revision;
	u64		end;		/* of the last whole section */
};

static void read_patch(struct model *m, struct input in, u32 size, u16 number)
{
	const u8 *patch = in.data;
	u32 revision, chips;

	input_number(&in, 4);
	revision = input_number(&in, 4);
	input_number(&in, 8);
	chips = input_number(&in, 4);
	chips |= input_number(&in, 4);
	if (input_number(&in, 2) != number || !number || chips || (m->best && revision <= m->revision))
		return;
	m->best = patch;
	m->size = size;
	m->revision = revision;
}

static u16 read_table(struct input in, u32 size)
{
	for (; size >= 16; size -= 16) {
		u32 cpu = input_number(&in, 4);
		u64 number;

		input_number(&in, 8);
		number = input_number(&in, 4) & 0xffff;
		if (!cpu)
			break;
		if (cpu == CPU)
			return number;
	}
	return 0;
}

static struct model naive_find(const u8 *file, size_t file_size)
{
	struct input in = { file, file_size };
	struct model m = { 0 };
	u16 number = 0;

	while (in.left) {
		bool magic = in.left >= 4 && !memcmp(in.data, "DMA", 4);
		u32 type, size;

		if (magic)
			input_number(&in, 4);
		if (in.left < 8)
			break;
		type = input_number(&in, 4);
		size = input_number(&in, 4);
		if (size > in.left || type != (magic ? 0 : 1) || (!magic && (!m.end || size < 64)))
			break;
		if (magic)
			number = read_table(in, size);
		else
			read_patch(&m, in, size, number);
		in.data += size;
		in.left -= size;
		m.end = in.data - file;
	}
	return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct microcode_search s = { .signature = CPU };
	struct model m = naive_find(data, size);

	microcode_amd_find(&s, data, size);
	CHECK(!s.fault == (m.end == size), "%s, not at %" PRIu64, s.fault, m.end);
	CHECK(!s.fault || s.fault_at == m.end, "%s at %" PRIu64 ", not at %" PRIu64, s.fault, s.fault_at, m.end);
	CHECK(s.newest.data == m.best, "another patch than the model's");
	if (m.best)
		CHECK(s.newest.size == m.size && s.newest.revision == m.revision, "revision %" PRIx64, s.newest.revision);
	return 0;
}
