/* SPDX-License-Identifier: BSD-2-Clause */
/* arch/x86/kernel/microcode/amd.c: files made from lists of containers and patches, whole, damaged and cut. */
#include <tests/host/test.h>
#include <asm/microcode.h>

#define MAX_PATCHES	40
#define CPU		0x800f12u
#define NUMBER		0x8012u

struct patch {
	u32	revision;
	bool	fits;
	size_t	at, size;		/* in the file, after the section's header */
};

static struct patch patches[MAX_PATCHES];
static unsigned int nr_patches;
static u8 file[65536];
static size_t file_size;
static size_t section_end[3 * MAX_PATCHES];
static unsigned int nr_sections;

static void put(u64 value, unsigned int size)
{
	memcpy(file + file_size, &value, size);
	file_size += size;
}

static void end_section(void)
{
	section_end[nr_sections++] = file_size;
}

/* A table of @nr CPUs, the one at @place ours; @place >= @nr: without it. */
static void put_table(unsigned int nr, unsigned int place)
{
	put(0x00414d44, 4), put(0, 4), put(16 * (nr + 1), 4);
	for (unsigned int i = 0; i < nr; i++)
		put(i == place ? CPU : CPU + 1 + i, 4), put(random64(), 8), put(i == place ? NUMBER : NUMBER + 1 + i, 4);
	put(0, 8), put(0, 8);
	end_section();
}

/* @chip: the low half names a south bridge, the high half a north bridge. */
static void put_patch(u32 revision, u16 number, u32 chip, size_t size, bool in_table)
{
	struct patch *p = &patches[nr_patches++];

	put(1, 4), put(size, 4);
	*p = (struct patch){ revision, in_table && number == NUMBER && !chip, file_size, size };
	put(0x03142024, 4), put(revision, 4), put(random64(), 8);
	put(chip >> 16, 4), put(chip & 0xffff, 4), put(number, 2);
	for (size_t i = 26; i < size; i++)
		put(random64(), 1);
	end_section();
}

static void begin(void)
{
	file_size = nr_patches = nr_sections = 0;
}

static void random_file(void)
{
	begin();
	for (unsigned int n = random_below(4); n; n--) {
		unsigned int cpus = random_below(6), place = random_below(8);

		put_table(cpus, place);
		for (unsigned int left = random_below(6); left; left--)
			put_patch(one_in(8) ? 0xfffffff0 + random_below(16) : random_below(20), NUMBER + random_below(3),
				  one_in(4) ? random64() : 0, 64 + random_below(200), place < cpus);
	}
}

/* The first of the newest among the patches that end at @size or before. */
static const struct patch *naive_newest(size_t size)
{
	const struct patch *best = NULL;

	for (unsigned int i = 0; i < nr_patches; i++)
		if (patches[i].at + patches[i].size <= size && patches[i].fits &&
		    (!best || patches[i].revision > best->revision))
			best = &patches[i];
	return best;
}

static struct microcode_search search(const u8 *data, size_t size)
{
	struct microcode_search s = { .signature = CPU };

	microcode_amd_find(&s, data, size);
	return s;
}

static void expect_patch(const struct microcode_search *s, const u8 *data, const struct patch *want)
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
	for (unsigned int round = 0; round < 3000; round++) {
		struct microcode_search s;
		u8 *copy;

		random_file();
		copy = exact_copy(file, file_size);
		s = search(copy, file_size);
		assert_null(s.fault);
		expect_patch(&s, copy, naive_newest(file_size));
		free(copy);
	}
}

static void a_cut_file_gives_what_is_before_the_cut(void **state)
{
	for (unsigned int round = 0; round < 3000; round++) {
		struct microcode_search s;
		unsigned int i = 0;
		size_t size, begin_at;
		u8 *copy;

		random_file();
		size = random_below(file_size + 1);
		copy = exact_copy(file, size);
		while (i < nr_sections && section_end[i] <= size)
			i++;
		begin_at = i ? section_end[i - 1] : 0;
		s = search(copy, size);
		expect_patch(&s, copy, naive_newest(size));
		assert_true(!s.fault == (begin_at == size));
		if (s.fault)
			assert_int_equal(s.fault_at, begin_at);
		free(copy);
	}
}

static void damage_stays_inside(void **state)
{
	for (unsigned int round = 0; round < 10000; round++) {
		struct microcode_search s;
		u8 *copy;

		random_file();
		copy = exact_copy(file, file_size);
		for (unsigned int n = file_size ? 1 + random_below(4) : 0; n; n--)
			copy[random_below(file_size)] = one_in(2) ? random64() : 0xff * random_below(2);
		s = search(copy, file_size);
		if (s.newest.data)
			assert_true(s.newest.size >= 64 && s.newest.data >= copy &&
				    s.newest.data + s.newest.size <= copy + file_size);
		free(copy);
	}
}

/* Two patches; the word at @at of the second's section is spoiled, and the first is what remains. */
static const char *fault_with(size_t at, u32 value)
{
	struct microcode_search s;

	begin();
	put_table(2, 1);
	put_patch(1, NUMBER, 0, 64, true);
	put_patch(2, NUMBER, 0, 64, true);
	memcpy(file + section_end[1] + at, &value, 4);
	s = search(file, file_size);
	expect_patch(&s, file, &patches[0]);
	assert_int_equal(s.fault_at, section_end[1]);
	return s.fault;
}

static void each_fault_has_its_message(void **state)
{
	struct microcode_search s;

	assert_string_equal(fault_with(0, 2), "not a section of a kind that is known");
	assert_string_equal(fault_with(0, 0), "not a section of a kind that is known");
	assert_string_equal(fault_with(4, 65), "the section is cut short");
	assert_string_equal(fault_with(4, 0xffffffff), "the section is cut short");
	assert_string_equal(fault_with(4, 63), "the patch is shorter than its header");
	begin();
	put_patch(1, 0, 0, 64, false);		/* there is no table yet */
	s = search(file, file_size);
	assert_string_equal(s.fault, "not a section of a kind that is known");
	assert_null(s.newest.data);
}

/* Otherwise any patch of an unknown CPU would do. */
static void the_number_zero_is_no_number(void **state)
{
	struct microcode_search s;

	begin();
	put_table(2, 9);
	put_patch(1, 0, 0, 64, false);
	s = search(file, file_size);
	assert_null(s.fault);
	assert_null(s.newest.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_that_fits_is_found),
		cmocka_unit_test(a_cut_file_gives_what_is_before_the_cut),
		cmocka_unit_test(damage_stays_inside),
		cmocka_unit_test(each_fault_has_its_message),
		cmocka_unit_test(the_number_zero_is_no_number),
	};

	return cmocka_run_group_tests_name("microcode/amd", tests, seed_random, NULL);
}
