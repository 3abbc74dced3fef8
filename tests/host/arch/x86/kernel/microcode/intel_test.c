/* SPDX-License-Identifier: BSD-2-Clause */
/* arch/x86/kernel/microcode/intel.c: files made from a list of updates, whole, damaged and cut. */
#include <tests/host/test.h>
#include <asm/microcode.h>

#define MAX_UPDATES	8
#define MAX_CPUS	4

#define CPU		0x506e3u
#define PLATFORM	(1u << 5)

struct update {
	s32	revision;
	u32	signature[MAX_CPUS], platforms[MAX_CPUS];	/* the first in the header, others in the table */
	u32	nr_cpus;
	size_t	at, data_size, size;				/* in the file */
};

static struct update updates[MAX_UPDATES];
static unsigned int nr_updates;
static u32 file[MAX_UPDATES * 1024];
static size_t file_size;

static u32 sum(const u32 *words, size_t size)
{
	u32 total = 0;

	for (size_t i = 0; i < size / 4; i++)
		total += words[i];
	return total;
}

/* SDM 3A 10.11.1; the checksum of another CPU of the table is what it would be in the header. */
static void put_update(struct update *u, bool old_sizes)
{
	u32 *header = file + file_size / 4, *table;

	u->at = file_size;
	u->size = 48 + u->data_size + (u->nr_cpus > 1 ? 20 + 12 * (u->nr_cpus - 1) : 0);
	memcpy(header, (u32[12]){ 1, u->revision, 0x03142024, u->signature[0], 0, 1, u->platforms[0],
				  old_sizes ? 0 : u->data_size, old_sizes ? 0 : u->size }, 48);
	for (unsigned int i = 0; i < u->data_size / 4; i++)
		header[12 + i] = random64();
	header[4] = -sum(header, 48 + u->data_size);
	table = header + 12 + u->data_size / 4;
	if (u->nr_cpus > 1) {
		memset(table, 0, 20);
		table[0] = u->nr_cpus - 1;
		for (unsigned int i = 1; i < u->nr_cpus; i++) {
			u32 *other = table + 5 + 3 * (i - 1);

			other[0] = u->signature[i];
			other[1] = u->platforms[i];
			other[2] = header[4] + u->signature[0] + u->platforms[0] - other[0] - other[1];
		}
		table[1] = -sum(table, 20 + 12 * (u->nr_cpus - 1));
	}
	file_size += u->size;
}

static void begin(void)
{
	file_size = nr_updates = 0;
}

static struct update *add(s32 revision, u32 signature, u32 platforms)
{
	struct update *u = &updates[nr_updates++];

	*u = (struct update){ .revision = revision, .nr_cpus = 1, .data_size = 2000 };
	u->signature[0] = signature;
	u->platforms[0] = platforms;
	put_update(u, true);
	return u;
}

static void random_file(void)
{
	begin();
	for (unsigned int n = random_below(MAX_UPDATES + 1); n; n--) {
		struct update *u = &updates[nr_updates++];

		*u = (struct update){ .revision = random_below(40) - 20, .nr_cpus = 1 + random_below(MAX_CPUS) };
		for (unsigned int i = 0; i < u->nr_cpus; i++) {
			u->signature[i] = one_in(3) ? CPU : CPU + random_below(3);
			u->platforms[i] = one_in(3) ? PLATFORM : random64();
		}
		u->data_size = 4 + 4 * random_below(100);
		put_update(u, false);
	}
}

static bool fits(const struct update *u)
{
	for (unsigned int i = 0; i < u->nr_cpus; i++)
		if (u->signature[i] == CPU && u->platforms[i] & PLATFORM)
			return true;
	return false;
}

/* The first of the newest among the first @nr. */
static const struct update *naive_newest(unsigned int nr)
{
	const struct update *best = NULL;

	for (unsigned int i = 0; i < nr; i++)
		if (fits(&updates[i]) && (!best || updates[i].revision > best->revision))
			best = &updates[i];
	return best;
}

static struct microcode_search search(const u8 *data, size_t size)
{
	struct microcode_search s = { .signature = CPU, .platform = PLATFORM };

	microcode_intel_find(&s, data, size);
	return s;
}

static void expect_update(const struct microcode_search *s, const u8 *data, const struct update *want)
{
	assert_true(!s->newest.data == !want);
	if (!want)
		return;
	assert_int_equal(s->newest.data - data, want->at);
	assert_int_equal(s->newest.size, want->size);
	assert_int_equal(s->newest.revision, want->revision);
	assert_int_equal(s->newest.date, 0x03142024);
}

static void the_newest_that_fits_is_found(void **state)
{
	for (unsigned int round = 0; round < 2000; round++) {
		struct microcode_search s;
		u8 *copy;

		random_file();
		copy = exact_copy(file, file_size);
		s = search(copy, file_size);
		assert_null(s.fault);
		expect_update(&s, copy, naive_newest(nr_updates));
		free(copy);
	}
}

static void a_cut_file_gives_what_is_before_the_cut(void **state)
{
	for (unsigned int round = 0; round < 2000; round++) {
		struct microcode_search s;
		unsigned int whole = 0;
		size_t size;
		u8 *copy;

		random_file();
		size = random_below(file_size + 1);
		copy = exact_copy(file, size);
		while (whole < nr_updates && updates[whole].at + updates[whole].size <= size)
			whole++;
		s = search(copy, size);
		expect_update(&s, copy, naive_newest(whole));
		assert_true(!s.fault == (whole == nr_updates || updates[whole].at == size));
		if (s.fault)
			assert_int_equal(s.fault_at, updates[whole].at);
		free(copy);
	}
}

/* Whatever is taken is an update of the list, all of its bytes as they were. */
static void nothing_damaged_is_taken(void **state)
{
	for (unsigned int round = 0; round < 5000; round++) {
		struct microcode_search s;
		u8 *copy;

		random_file();
		copy = exact_copy(file, file_size);
		if (file_size)		/* one bit: a sum does not find every two */
			copy[random_below(file_size)] ^= 1u << random_below(8);
		s = search(copy, file_size);
		if (s.newest.data) {
			size_t at = s.newest.data - copy;
			unsigned int i = 0;

			while (i < nr_updates && updates[i].at != at)
				i++;
			assert_true(i < nr_updates && fits(&updates[i]));
			assert_int_equal(s.newest.size, updates[i].size);
			assert_memory_equal(copy + at, (u8 *)file + at, 48 + updates[i].data_size);
		}
		free(copy);
	}
}

/* The second of three updates spoiled at a word; the first is what remains. */
static const char *fault_with(unsigned int word, u32 value)
{
	struct microcode_search s;

	begin();
	add(1, CPU, PLATFORM);
	add(2, CPU, PLATFORM);
	add(3, CPU, PLATFORM);
	file[updates[1].at / 4 + word] = value;
	s = search((u8 *)file, file_size);
	expect_update(&s, (u8 *)file, &updates[0]);
	assert_non_null(s.fault);
	assert_int_equal(s.fault_at, updates[1].at);
	return s.fault;
}

/* The same with a table that names the CPU, of whose words @word is spoiled. */
static const char *table_fault_with(unsigned int word, u32 value, bool repair)
{
	struct update u = { .revision = 2, .signature = { 0, CPU }, .platforms = { 1, PLATFORM }, .nr_cpus = 2,
			    .data_size = 400 };
	struct microcode_search s;
	u32 *table;

	begin();
	put_update(&u, false);
	table = file + (48 + 400) / 4;
	table[word] = value;
	if (repair)
		table[1] -= sum(table, 32);
	s = search((u8 *)file, file_size);
	assert_null(s.newest.data);
	return s.fault;
}

static void each_fault_has_its_message(void **state)
{
	assert_string_equal(fault_with(0, 2), "not an update of a kind that is known");
	assert_string_equal(fault_with(5, 0), "not an update of a kind that is known");
	assert_string_equal(fault_with(4, 0), "its checksum is wrong");
	assert_string_equal(fault_with(100, 0), "its checksum is wrong");
	assert_string_equal(fault_with(7, 2001), "its sizes contradict each other");
	assert_string_equal(fault_with(7, 0xfffffffc), "its sizes contradict each other");
	assert_string_equal(fault_with(7, 2000), "its sizes contradict each other");	/* with a total of 0 */
	assert_string_equal(table_fault_with(0, 2, false), "its table of signatures is cut short");
	assert_string_equal(table_fault_with(0, 0xffffffff, false), "its table of signatures is cut short");
	assert_string_equal(table_fault_with(2, 1, false), "the checksum of its table of signatures is wrong");
	assert_string_equal(table_fault_with(7, 1, true), "the checksum of a signature in its table is wrong");
	assert_null(table_fault_with(5, CPU + 1, true));
	assert_null(table_fault_with(6, PLATFORM << 1, true));
}

/* SDM 3A table 10-7: the revision is signed. */
static void a_debug_revision_is_older_than_all_others(void **state)
{
	struct microcode_search s;

	begin();
	add(-1, CPU, PLATFORM);
	add(1, CPU, PLATFORM);
	add(INT32_MIN, CPU, PLATFORM);
	s = search((u8 *)file, file_size);
	expect_update(&s, (u8 *)file, &updates[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_that_fits_is_found),
		cmocka_unit_test(a_cut_file_gives_what_is_before_the_cut),
		cmocka_unit_test(nothing_damaged_is_taken),
		cmocka_unit_test(each_fault_has_its_message),
		cmocka_unit_test(a_debug_revision_is_older_than_all_others),
	};

	return cmocka_run_group_tests_name("microcode/intel", tests, seed_random, NULL);
}
