/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/e820.c: the input is a table of 20-byte entries. */
#include <tests/fuzz/map_model.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int n = min(size / sizeof(struct boot_e820_entry), (size_t)MODEL_MAX);
	struct boot_e820_entry *map = malloc(2 * n * sizeof(*map));
	struct e820_change *scratch = malloc(2 * n * sizeof(*scratch));
	struct e820_report report;
	struct map_model m = { .nr = 0 };
	int nr, again;

	if (n)
		memcpy(map, data, n * sizeof(*map));
	for (unsigned int i = 0; i < n; i++)
		model_claim(&m, map[i].addr, map[i].size, map[i].type);
	nr = e820_sanitize(map, n, 2 * n, scratch, &report);
	CHECK(nr >= 0, "2 * %u entries must be room enough", n);
	check_map(&m, map, nr, model_type_at);

	/* what is in order stays as it is */
	if (2 * nr <= (int)(2 * n)) {
		struct boot_e820_entry *before = malloc(nr * sizeof(*map));

		if (nr)
			memcpy(before, map, nr * sizeof(*map));
		again = e820_sanitize(map, nr, 2 * n, scratch, &report);
		CHECK(again == nr && (!nr || !memcmp(before, map, nr * sizeof(*map))), "%d entries, then %d", nr, again);
		CHECK(!report.empty && !report.wrapped && !report.overlaps, "repairs of a map in order");
		free(before);
	}
	free(map);
	free(scratch);
	return 0;
}
