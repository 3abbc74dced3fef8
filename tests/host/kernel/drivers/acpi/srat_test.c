// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/drivers/acpi/srat.c: tables made from what a model knows, and the same
 * tables damaged at random. A table lies at the end of its memory, so that ASan
 * sees a byte read too many.
 */
#include "tests/host/test.h"
#include <kernel/srat.h>

#define TABLE_MAX	8192

char boot_command_line[64];

const struct acpi_header *acpi_find_table(const char *signature) { return NULL; }
bool cmdline_list_has(const char *cmdline, const char *option, const char *word) { return false; }
void boot_warn(int stage, const char *fmt, ...) { }

static uint8_t bytes[TABLE_MAX];
static unsigned int nr_bytes;
static struct numa_map map;

static void put(uint64_t value, unsigned int size)
{
	memcpy(bytes + nr_bytes, &value, size);
	nr_bytes += size;
}

static void begin(unsigned int revision)
{
	memset(bytes, 0, sizeof(bytes));
	nr_bytes = 48;
	bytes[8] = revision;
}

static void put_memory(uint32_t domain, uint64_t base, uint64_t length, uint32_t flags)
{
	put(1, 1), put(40, 1), put(domain, 4), put(0, 2), put(base, 8), put(length, 8);
	put(random64(), 4), put(flags, 4), put(random64(), 8);
}

static void put_cpu(uint32_t domain, uint32_t apic_id, uint32_t flags, bool x2apic)
{
	if (x2apic) {
		put(2, 1), put(24, 1), put(0, 2), put(domain, 4), put(apic_id, 4), put(flags, 4), put(0, 8);
		return;
	}
	put(0, 1), put(16, 1), put(domain & 0xff, 1), put(apic_id, 1), put(flags, 4);
	put(random64(), 1), put(domain >> 8, 3), put(0, 4);
}

static const char *read_with(const char *(*reader)(const struct acpi_header *, struct numa_map *))
{
	uint8_t *table = malloc(nr_bytes);
	const char *why;

	memcpy(bytes + 4, &nr_bytes, 4);
	memcpy(table, bytes, nr_bytes);
	why = reader((struct acpi_header *)table, &map);
	free(table);
	return why;
}

/* Whatever the table was: what the rest of the kernel relies on. */
static void expect_well_formed(void)
{
	unsigned int i, j;

	assert_true(map.nr_nodes >= 1 && map.nr_nodes <= MAX_NUMNODES);
	assert_true(map.nr_ranges >= 1 && map.nr_ranges <= NUMA_MAX_RANGES);
	assert_true(map.nr_cpus <= NUMA_MAX_CPUS);
	for (i = 0; i < map.nr_ranges; i++) {
		assert_true(map.range[i].start < map.range[i].end && map.range[i].node < map.nr_nodes);
		assert_true(!i || map.range[i - 1].end <= map.range[i].start);
	}
	for (i = 0; i < map.nr_cpus; i++)
		assert_true(map.cpu[i].node < map.nr_nodes);
	for (i = 0; i < map.nr_nodes; i++)
		for (j = 0; j < map.nr_nodes; j++)
			assert_true(i == j ? map.distance[i][j] == LOCAL_DISTANCE : map.distance[i][j] > LOCAL_DISTANCE);
	for (i = 1; i < map.nr_nodes; i++)
		for (j = 0; j < i; j++)
			assert_int_not_equal(map.domain[i], map.domain[j]);
}

/* The node that a domain has, by its name. */
static uint32_t domain_at(uint64_t addr)
{
	for (unsigned int i = 0; i < map.nr_ranges; i++)
		if (addr >= map.range[i].start && addr < map.range[i].end)
			return map.domain[map.range[i].node];
	return ~0u;
}

#define CELLS	64
#define CELL	(1ULL << 30)

static void tables_are_read_as_meant(void **state)
{
	for (int round = 0; round < 20000; round++) {
		uint32_t domain[6], cell_domain[CELLS], cpu_domain[40];
		unsigned int nr = 1 + random_below(6), nr_cpus = random_below(40), revision = 1 + random_below(3), i;
		bool any = false;

		begin(revision);
		for (i = 0; i < nr; i++)	/* all different; 8 bits are all there is in revision 1 */
			domain[i] = i + 10 * random_below(20) + (revision < 2 ? 0 : random_below(1 << 20) << 8);
		for (i = 0; i < nr; i++)
			for (unsigned int j = 0; j < i; j++)
				if (domain[i] == domain[j])
					domain[i] = domain[j] ^ 0x80, j = -1;
		memset(cell_domain, 0xff, sizeof(cell_domain));
		for (i = 0; i < CELLS; ) {
			unsigned int len = min(1 + random_below(12), CELLS - i), d = random_below(nr);
			bool enabled = !one_in(4);
			uint32_t noise = revision < 2 ? random64() << 8 : 0;

			put_memory(domain[d] | noise, i * CELL, len * CELL, enabled | random_below(4) << 1);
			if (enabled && one_in(4))	/* said again, in part */
				put_memory(domain[d] | noise, i * CELL, CELL, 1);
			any |= enabled;
			while (len--)
				cell_domain[i++] = enabled ? domain[d] : ~0u;
			if (one_in(6))
				put(0x05, 1), put(2 + random_below(9), 1), nr_bytes += bytes[nr_bytes - 1] - 2;
		}
		for (i = 0; i < nr_cpus; i++) {
			cpu_domain[i] = domain[random_below(nr)];
			put_cpu(cpu_domain[i], i * 3, 1, one_in(2));
			put_cpu(77, 1000, 0, true);	/* not enabled */
		}
		if (!any) {
			assert_string_equal(read_with(srat_read), "no memory in it");
			continue;
		}
		assert_null(read_with(srat_read));
		expect_well_formed();
		for (i = 0; i < CELLS; i++) {
			assert_int_equal(domain_at(i * CELL), cell_domain[i]);
			assert_int_equal(domain_at(i * CELL + CELL - 1), cell_domain[i]);
		}
		assert_int_equal(map.nr_cpus, nr_cpus);
		for (i = 0; i < nr_cpus; i++) {
			assert_int_equal(map.cpu[i].apic_id, i * 3);
			assert_int_equal(map.domain[map.cpu[i].node], cpu_domain[i]);
		}
	}
}

static void damaged_tables_are_refused_or_still_make_sense(void **state)
{
	unsigned int refused = 0, accepted = 0;

	for (int round = 0; round < 200000; round++) {
		unsigned int i;

		begin(random_below(4));
		for (i = random_below(12); i; i--)
			if (one_in(2))
				put_memory(random_below(5), random_below(30) * CELL, random_below(4) * CELL, random_below(4));
			else
				put_cpu(random_below(5), random_below(300), random_below(2), one_in(2));
		for (i = random_below(4); i; i--)
			bytes[8 + random_below(nr_bytes - 8)] = random64();
		if (one_in(4))
			nr_bytes -= min((unsigned int)random_below(60), nr_bytes - 36);
		if (read_with(srat_read)) {
			refused++;
		} else {
			expect_well_formed();
			accepted++;
		}
	}
	assert_true(refused > 10000 && accepted > 10000);
}

static void limits_have_a_message(void **state)
{
	unsigned int i;

	begin(3);
	nr_bytes = 47;
	assert_string_equal(read_with(srat_read), "too short");
	begin(3);
	for (i = 0; i < MAX_NUMNODES; i++)
		put_memory(100 - i, i * CELL, CELL, 1);
	assert_null(read_with(srat_read));
	assert_int_equal(map.nr_nodes, MAX_NUMNODES);
	put_cpu(101, 5, 1, true);
	assert_string_equal(read_with(srat_read), "more domains than the kernel has nodes");
	begin(3);
	for (i = 0; i < NUMA_MAX_RANGES; i++)
		put_memory(i % 2, i * CELL, CELL, 1);
	assert_null(read_with(srat_read));
	put_memory(0, i * CELL, CELL, 1);
	assert_string_equal(read_with(srat_read), "more pieces of memory than the kernel has room for");
	begin(3);
	put_memory(0, -CELL, CELL + 1, 1);
	assert_string_equal(read_with(srat_read), "memory beyond the last address");
	begin(3);
	put_memory(0, 0, CELL, 1);
	for (i = 0; i < 150; i++) {
		put_cpu(i % 3, i, 1, false);
		put_cpu(i % 3, i + 1000, 1, true);
	}
	assert_null(read_with(srat_read));
	assert_int_equal(map.nr_cpus, NUMA_MAX_CPUS);
}

/* Domains 0 to n - 1 and the table of their distances; @bad: the one entry that is wrong. */
static const char *read_distances(unsigned int n, unsigned int bad, uint8_t value)
{
	unsigned int i;

	begin(3);
	for (i = 0; i < n; i++)
		put_memory(n - 1 - i, i * CELL, CELL, 1);
	assert_null(read_with(srat_read));
	memset(bytes, 0, sizeof(bytes));
	nr_bytes = 36;
	put(n, 8);
	for (i = 0; i < n * n; i++)
		put(i == bad ? value : i / n == i % n ? 10 : 11 + i, 1);
	return read_with(slit_read);
}

static void distances_are_checked(void **state)
{
	unsigned int n, i, j;

	for (n = 1; n < 10; n++) {
		assert_null(read_distances(n, ~0u, 0));
		for (i = 0; i < n; i++)
			for (j = 0; j < n; j++)	/* by domain there, by node here */
				assert_int_equal(map.distance[n - 1 - i][n - 1 - j], i == j ? 10 : 11 + i * n + j);
		for (i = 0; i < n * n; i++) {
			assert_non_null(read_distances(n, i, i / n == i % n ? 11 : 10));
			assert_non_null(read_distances(n, i, 9));
			expect_well_formed();
			assert_true(n == 1 || map.distance[0][1] == REMOTE_DISTANCE);
		}
		nr_bytes--;
		assert_string_equal(read_with(slit_read), "too short");
		nr_bytes = 44;
		assert_string_equal(read_with(slit_read), "too short");
		nr_bytes = 40;
		assert_string_equal(read_with(slit_read), "too short");
		nr_bytes = 44 + n * n;
		memset(bytes + 36, 0xff, 8);
		assert_string_equal(read_with(slit_read), "too short");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_read_as_meant),
		cmocka_unit_test(damaged_tables_are_refused_or_still_make_sense),
		cmocka_unit_test(limits_have_a_message),
		cmocka_unit_test(distances_are_checked),
	};

	return cmocka_run_group_tests_name("drivers/acpi/srat", tests, seed_random, NULL);
}
