// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/trace/mksyms.py and ksyms.c together: every function of this program,
 * and of a made-up large one, is found by every kind of address in it. Run from
 * anywhere: the script is found beside this source.
 */
#include "tests/host/test.h"
#include <unistd.h>

#include "kernel/trace/ksyms.c"

/* The linked-in table: empty, as in the first pass. */
const char __ksyms_start[1];
__asm__(".globl __ksyms_end\n.set __ksyms_end, __ksyms_start\n");
char _text[1];

struct sym {
	u64 address;
	char name[256];
};

struct listing {
	struct sym *sym;
	size_t n;
	u64 base, end;
	u8 *table;
	size_t table_size;
};

static const char *scratch(const char *name)
{
	static char path[2][256];
	static int turn;
	const char *dir = getenv("TMPDIR");

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/ksyms_test.%d.%s", dir ? dir : "/tmp", (int)getpid(), name);
	return path[turn];
}

/* The table mksyms.py makes of an nm listing, in a buffer of exactly its size. */
static void make_table(struct listing *l, const char *nm_file)
{
	static const char self[] = __FILE__, here[] = "tests/host/kernel/trace/ksyms_test.c";
	char command[1200], *table;
	FILE *out;
	size_t size = 1 << 22;

	snprintf(command, sizeof(command), "python3 ./%.*skernel/trace/mksyms.py --raw < %s",
		 (int)(sizeof(self) - sizeof(here)), self, nm_file);
	if (self[0] == '/')
		memmove(command + 8, command + 10, strlen(command + 10) + 1);
	out = popen(command, "r");
	assert_non_null(out);
	table = malloc(size);
	l->table_size = fread(table, 1, size, out);
	assert_int_equal(pclose(out), 0);
	l->table = exact_copy(table, l->table_size);
	free(table);
}

/* Independent reading of nm's output: the first name listed is as good as any. */
static void read_listing(struct listing *l, const char *nm_file)
{
	FILE *in = fopen(nm_file, "r");
	char line[4096], kind;
	struct sym s;

	assert_non_null(in);
	memset(l, 0, sizeof(*l));
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%lx %c %255s", &s.address, &kind, s.name) != 3)
			continue;
		if (!strcmp(s.name, "_etext"))
			l->end = s.address;
		if (!strchr("tTwWi", kind) || !strcmp(s.name, "_text") || !strcmp(s.name, "_etext"))
			continue;
		l->sym = realloc(l->sym, (l->n + 1) * sizeof(s));
		l->sym[l->n++] = s;
	}
	fclose(in);
	assert_true(l->n > 10);
	l->base = l->sym[0].address;
	make_table(l, nm_file);
}

static void free_listing(struct listing *l)
{
	free(l->sym);
	free(l->table);
}

static bool named_at(const struct listing *l, u64 address, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->sym[i].address == address && !strcmp(l->sym[i].name, name))
			return true;
	return false;
}

static void expect(const struct listing *l, u64 address, u64 start, u64 next)
{
	unsigned long offset, len;
	char name[256];

	if (!ksym_table_lookup(l->table, l->table_size, address - l->base, name, sizeof(name), &offset, &len))
		fail_msg("%lx not found", address);
	if (!named_at(l, start, name))
		fail_msg("%lx is called %s", start, name);
	assert_int_equal(offset, address - start);
	assert_int_equal(len, next - start);
}

static void expect_round_trip(const struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		u64 start = l->sym[i].address, next = l->end;

		if (start >= l->end)
			continue;
		for (size_t j = i + 1; j < l->n; j++)
			if (l->sym[j].address > start) {
				next = min(l->sym[j].address, l->end);
				break;
			}
		expect(l, start, start, next);
		expect(l, start + (next - start) / 2, start, next);
		expect(l, next - 1, start, next);
	}
}

static void every_function_of_this_program_is_found(void **state)
{
	const char *nm = scratch("nm");
	char command[300], name[64];
	struct listing l;

	(void)state;
	snprintf(command, sizeof(command), "nm -n /proc/%d/exe > %s", (int)getpid(), nm);
	assert_int_equal(system(command), 0);
	read_listing(&l, nm);
	expect_round_trip(&l);
	assert_false(ksym_table_lookup(l.table, l.table_size, l.end - l.base, name, sizeof(name), NULL, NULL));
	assert_false(ksym_table_lookup(l.table, l.table_size, UINT64_MAX, name, sizeof(name), NULL, NULL));
	free_listing(&l);
	remove(nm);
}

/* A kernel's worth of names, and what a table costs: at most 40 bytes a function. */
static void a_large_program_round_trips_in_little_space(void **state)
{
	static const char *const word[] = {
		"page", "alloc", "free", "mm", "vma", "irq", "get", "put", "__do", "sys", "lock", "init", "x", "e820",
		"fault", "handle", "lookup", "dentry", "inode", "task", "early", "map", "console", "write",
	};
	const char *nm = scratch("nm");
	FILE *out = fopen(nm, "w");
	u64 address = 0xffffffff81000000ull;
	struct listing l;
	size_t count = 0;

	(void)state;
	fprintf(out, "%016lx T _text\n", address);
	for (int i = 0; i < 3000; i++) {
		if (!one_in(20))
			address += 1 + random_below(1000);
		fprintf(out, "%016lx %c %s_%s_%s%d\n", address, "tTW"[random_below(3)], word[random_below(24)],
			word[random_below(24)], word[random_below(24)], i);
		if (one_in(50))
			fprintf(out, "%016lx r a_table\n%016lx d .Lx\n                 U absent\n", address, address);
	}
	fprintf(out, "%016lx t %0250d\n", address + 8, 1);
	fprintf(out, "%016lx T _etext\n%016lx B _end\n", address + 64, address + 4096);
	fclose(out);
	read_listing(&l, nm);
	l.base = 0xffffffff81000000ull;
	expect_round_trip(&l);
	count = ((struct ksyms_header *)l.table)->nr_syms;
	assert_true(count > 2500);
	assert_true(l.table_size <= 40 * count);
	free_listing(&l);
	remove(nm);
}

static void names_are_cut_to_the_buffer(void **state)
{
	const char *nm = scratch("nm");
	FILE *out = fopen(nm, "w");
	unsigned long offset;
	struct listing l;

	(void)state;
	for (int i = 0; i < 20; i++)
		fprintf(out, "%x t a_rather_long_name_%02d\n", 0x1000 + i * 16, i);
	fprintf(out, "2000 T _etext\n");
	fclose(out);
	read_listing(&l, nm);
	for (size_t size = 1; size < 40; size++) {
		char *name = malloc(size);

		assert_true(ksym_table_lookup(l.table, l.table_size, 0x21, name, size, &offset, NULL));
		assert_int_equal(strlen(name), min(size - 1, strlen("a_rather_long_name_02")));
		assert_memory_equal(name, "a_rather_long_name_02", strlen(name));
		assert_int_equal(offset, 1);
		free(name);
	}
	free_listing(&l);
	remove(nm);
}

static void a_damaged_table_is_never_read_outside(void **state)
{
	const char *nm = scratch("nm");
	FILE *out = fopen(nm, "w");
	struct listing l;
	char name[64];

	(void)state;
	for (int i = 0; i < 100; i++)
		fprintf(out, "%x t function_number_%d\n", 0x1000 + i * 16, i);
	fclose(out);
	read_listing(&l, nm);
	for (int i = 0; i < 100000; i++) {
		size_t size = one_in(2) ? l.table_size : random_below(l.table_size + 1);
		u8 *table = exact_copy(l.table, size);

		for (int n = random_below(4); n && size; n--)
			table[one_in(2) ? random_below(min(size, (size_t)40)) : random_below(size)] = random64();
		ksym_table_lookup(table, size, random_below(1700), name, sizeof(name), NULL, NULL);
		free(table);
	}
	free_listing(&l);
	remove(nm);
}

static void the_first_pass_has_no_names(void **state)
{
	char name[8] = "same";
	unsigned long offset = 1, len = 2;

	(void)state;
	assert_false(ksym_lookup((unsigned long)_text, name, sizeof(name), &offset, &len));
	assert_false(ksym_lookup((unsigned long)_text - 1, name, sizeof(name), &offset, &len));
	assert_false(ksym_lookup(0, name, sizeof(name), NULL, NULL));
	assert_string_equal(name, "same");
	assert_int_equal(offset, 1);
	assert_int_equal(len, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function_of_this_program_is_found),
		cmocka_unit_test(a_large_program_round_trips_in_little_space),
		cmocka_unit_test(names_are_cut_to_the_buffer),
		cmocka_unit_test(a_damaged_table_is_never_read_outside),
		cmocka_unit_test(the_first_pass_has_no_names),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
