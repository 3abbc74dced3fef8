/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/memparse.c beside 128-bit arithmetic, and the same text as a
 * command line for e820_edit(): whatever it says, a map comes out.
 */
#include <tests/fuzz/map_model.h>
#include <lib/e820_edit.h>
#include <lib/memparse.h>

#define MAX_ENTRIES	256

/* More than 64 bits are all the same, so 2^64 stands for them. */
static u64 naive_memparse(const char *s, size_t *used)
{
	static const char digits[] = "0123456789abcdef", suffixes[] = "kmgtp";
	const unsigned __int128 too_large = (unsigned __int128)1 << 64;
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && s[2] && strchr(digits, s[2] | (s[2] > '9' ? 0x20 : 0));
	unsigned int base = hex ? 16 : 10;
	unsigned __int128 value = 0;
	size_t i = hex ? 2 : 0, first = i;
	const char *p;

	for (; s[i]; i++) {
		char c = s[i] >= 'A' && s[i] <= 'Z' ? s[i] - 'A' + 'a' : s[i];

		p = strchr(digits, c);
		if (!p || p - digits >= (int)base)
			break;
		value = value >= too_large ? too_large : value * base + (p - digits);
	}
	*used = 0;
	if (i == first)
		return 0;
	p = s[i] ? strchr(suffixes, s[i] >= 'A' && s[i] <= 'Z' ? s[i] - 'A' + 'a' : s[i]) : NULL;
	for (int n = 0; p && n <= p - suffixes; n++)
		value = value >= too_large ? too_large : value << 10;
	*used = i + (p != NULL);
	return value >= too_large ? UINT64_MAX : (u64)value;
}

/* Hexadecimal digits of any case, no others. */
static void check_memparse(const char *text)
{
	const char *end;
	size_t used;
	u64 want = naive_memparse(text, &used), got = memparse(text, &end);

	CHECK(got == want, "%#" PRIx64 ", not %#" PRIx64, got, want);
	CHECK(end == text + used, "%zu characters used, not %zu", (size_t)(end - text), used);
}

static void check_edit(const char *text)
{
	static const struct boot_e820_entry machine[] = {
		{ 0, 0x9fc00, 1 }, { 0x9fc00, 0x400, 2 }, { 0xf0000, 0x10000, 2 }, { 0x100000, 0x7fee0000, 1 },
		{ 0x7ffe0000, 0x20000, 3 }, { 0xfffc0000, 0x40000, 2 }, { 0x100000000, 0x80000000, 1 },
	};
	struct boot_e820_entry *entries = malloc(MAX_ENTRIES * sizeof(*entries));
	struct e820_change *scratch = malloc(2 * MAX_ENTRIES * sizeof(*scratch));
	struct e820_map map = { entries, ARRAY_SIZE(machine), MAX_ENTRIES };
	char *bad = malloc(16);
	int nr;

	memcpy(entries, machine, sizeof(machine));
	nr = e820_edit(&map, text, bad, 16);
	CHECK(nr >= -1 && memchr(bad, 0, 16), "%d pieces", nr);
	CHECK(map.nr <= MAX_ENTRIES, "%u entries", map.nr);
	if (2 * map.nr <= MAX_ENTRIES) {
		nr = e820_sanitize(entries, map.nr, MAX_ENTRIES, scratch, NULL);
		CHECK(nr >= 0, "no room");
		check_shape(entries, nr);
	}
	free(entries);
	free(scratch);
	free(bad);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, min(size, (size_t)2048) };
	char *text = input_string(&in);

	check_memparse(text);
	for (const char *p = strchr(text, '='); p; p = strchr(p + 1, '='))
		check_memparse(p + 1);
	check_edit(text);
	free(text);
	return 0;
}
