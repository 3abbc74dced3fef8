/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/cpio.c reads back what the test wrote, and keeps to its bytes whatever they are. */
#include <tests/host/test.h>
#include <lib/cpio.h>

#define MAX_SIZE	65536
#define MAX_FILES	40

struct file {
	char	name[40];
	u32	mode, size;
	size_t	end;			/* in the archive, with its padding */
	u8	data[300];
};

static u8 archive[MAX_SIZE];
static size_t archive_size;
static struct file files[MAX_FILES];
static unsigned int nr_files;

static void pad(size_t align)
{
	while (archive_size % align)
		archive[archive_size++] = 0;
}

static void put_entry(const char *name, size_t name_size, u32 mode, const void *data, u32 size)
{
	archive_size += sprintf((char *)archive + archive_size, one_in(2) ? "07070%d%08x%08X" : "07070%d%08X%08x",
				1 + one_in(4), (u32)random64(), mode);
	for (unsigned int i = 0; i < 11; i++)
		archive_size += sprintf((char *)archive + archive_size, "%08X",
					i == 4 ? size : i == 9 ? (u32)name_size : (u32)random64());
	memset(archive + archive_size, 0, name_size);
	strcpy((char *)archive + archive_size, name);
	archive_size += name_size;
	pad(4);
	memcpy(archive + archive_size, data, size);
	archive_size += size;
	pad(4);
}

static void put_file(const char *name, u32 mode, u32 size)
{
	struct file *f = &files[nr_files++];

	snprintf(f->name, sizeof(f->name), "%s", name);
	f->mode = mode;
	f->size = size;
	for (u32 i = 0; i < size; i++)
		f->data[i] = random64();
	put_entry(name, strlen(name) + 1 + (one_in(3) ? random_below(16) : 0), mode, f->data, size);
	f->end = archive_size;
}

static void random_archives(void)
{
	archive_size = nr_files = 0;
	for (unsigned int n = random_below(4); n; n--) {
		for (unsigned int left = random_below(8); left; left--) {
			char name[20];

			snprintf(name, sizeof(name), "dir/%.*s%llu", (int)random_below(4), "abc",
				 (unsigned long long)random_below(100));
			put_file(name, one_in(3) ? 0040755 : 0100644, one_in(4) ? 0 : random_below(sizeof(files->data)));
		}
		put_entry("TRAILER!!!", 11, 0, "", 0);
		pad(one_in(2) ? 512 : 4);
	}
}

/* The first @nr files and then the end; false when the reader says it met damage. */
static bool expect_files(const u8 *data, size_t size, unsigned int nr)
{
	struct cpio_reader r = { .data = data, .size = size };
	struct cpio_entry e;

	for (unsigned int i = 0; i < nr; i++) {
		assert_true(cpio_next(&r, &e));
		assert_string_equal(e.name, files[i].name);
		assert_int_equal(e.mode, files[i].mode);
		assert_int_equal(e.size, files[i].size);
		assert_memory_equal(e.data, files[i].data, e.size);
	}
	assert_false(cpio_next(&r, &e));
	assert_false(cpio_next(&r, &e));
	return !r.error;
}

static void entries_are_read_as_written(void **state)
{
	for (unsigned int round = 0; round < 300; round++) {
		size_t end;
		u8 *copy;

		random_archives();
		end = archive_size;
		archive_size += sprintf((char *)archive + archive_size, "\x1f\x8bsomething else");
		copy = exact_copy(archive, archive_size);
		assert_true(expect_files(copy, archive_size, nr_files));
		free(copy);
		copy = exact_copy(archive, end);
		assert_true(expect_files(copy, end, nr_files));
		free(copy);
	}
}

static void a_cut_archive_gives_the_files_before_the_cut(void **state)
{
	for (unsigned int round = 0; round < 300; round++) {
		unsigned int whole = 0;
		size_t size;
		u8 *copy;

		random_archives();
		size = random_below(archive_size + 1);
		copy = exact_copy(archive, size);
		/* the padding of the last file may be cut too */
		while (whole < nr_files && files[whole].end - -files[whole].size % 4 <= size)
			whole++;
		expect_files(copy, size, whole);
		free(copy);
	}
}

static void expect_inside(const u8 *data, size_t size)
{
	struct cpio_reader r = { .data = data, .size = size };
	struct cpio_entry e;
	u64 before = 0;

	while (cpio_next(&r, &e)) {
		assert_true((const u8 *)e.name >= data + before && r.pos > before && r.pos <= size);
		assert_true((const u8 *)e.name + strlen(e.name) < e.data && e.data + e.size <= data + r.pos);
		before = r.pos;
	}
	assert_true(r.pos >= before && r.pos <= size);
}

static void damage_stays_inside(void **state)
{
	for (unsigned int round = 0; round < 3000; round++) {
		u8 *copy;

		random_archives();
		copy = exact_copy(archive, archive_size);
		for (unsigned int n = archive_size ? 1 + random_below(4) : 0; n; n--)
			copy[random_below(archive_size)] = one_in(2) ? "0fFg7\0"[random_below(6)] : random64();
		expect_inside(copy, archive_size);
		free(copy);
	}
}

static const char *error_after(size_t at, const char *text, size_t size)
{
	struct cpio_reader r = { .data = archive, .size = size };
	struct cpio_entry e;

	archive_size = nr_files = 0;
	put_file("first", 0100644, 5);
	put_file("second", 0100644, 6);
	memcpy(archive + files[0].end + at, text, strlen(text));
	assert_true(cpio_next(&r, &e));
	assert_false(cpio_next(&r, &e));
	assert_int_equal(r.pos, files[0].end);
	return r.error;
}

static void each_damage_has_its_message(void **state)
{
	random_archives();
	nr_files = 0;
	put_file("", 0, 0);
	assert_string_equal(error_after(14, "0000000x", sizeof(archive)), "a number in the header is none");
	assert_string_equal(error_after(94, "00000000", sizeof(archive)), "the name does not end");
	assert_string_equal(error_after(94, "00000003", sizeof(archive)), "the name does not end");
	assert_string_equal(error_after(94, "FFFFFFFF", sizeof(archive)), "the name does not end");
	assert_string_equal(error_after(54, "FFFFFFFF", sizeof(archive)), "the contents are cut short");
	assert_string_equal(error_after(0, "070702", files[0].end + 109), "the header is cut short");
	assert_null(error_after(0, "070707", sizeof(archive)));
}

static void the_first_regular_file_of_that_name_is_found(void **state)
{
	struct cpio_reader r = { .data = archive };
	struct cpio_entry e;

	archive_size = nr_files = 0;
	put_file("a/b", 0040755, 0);
	put_file("a/bc", 0100644, 1);
	put_file("a/b", 0100644, 2);
	put_entry("TRAILER!!!", 11, 0, "", 0);
	put_file("a/b", 0100600, 3);
	r.size = archive_size;
	assert_true(cpio_find(&r, "a/b", &e));
	assert_int_equal(e.size, 2);
	assert_true(cpio_find(&r, "a/b", &e));
	assert_int_equal(e.size, 3);
	assert_false(cpio_find(&r, "a/b", &e));
	assert_null(r.error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_read_as_written),
		cmocka_unit_test(a_cut_archive_gives_the_files_before_the_cut),
		cmocka_unit_test(damage_stays_inside),
		cmocka_unit_test(each_damage_has_its_message),
		cmocka_unit_test(the_first_regular_file_of_that_name_is_found),
	};

	return cmocka_run_group_tests_name("lib/cpio", tests, seed_random, NULL);
}
