/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efistub/loadopts.c: what firmware, shells and editors are known to hand over,
 * a model for plain text, and random input in buffers of exact size.
 */
#include <tests/host/test.h>
#include <efistub/loadopts.h>
#include <lib/utf.h>

#define OUT_SIZE	2048

struct blob {
	u8	bytes[1024];
	size_t	size;
};

static void blob_add(struct blob *b, const void *p, size_t n)
{
	memcpy(b->bytes + b->size, p, n);
	b->size += n;
}

static void blob_add_unit(struct blob *b, u16 unit)
{
	blob_add(b, &unit, 2);
}

/* ASCII as UTF-16LE, not terminated. */
static void blob_add_text(struct blob *b, const char *s)
{
	while (*s)
		blob_add_unit(b, (u8)*s++);
}

static char result[OUT_SIZE];

/* Convert a copy of exact size, at an odd address every other time. */
static unsigned int convert(const struct blob *b, const char *own_name)
{
	static int odd;
	u8 *copy = malloc(b->size + (odd ^= 1));
	unsigned int flags;

	memcpy(copy + odd, b->bytes, b->size);
	memset(result, 0x55, sizeof(result));
	flags = loadopts_to_cmdline(copy + odd, b->size, own_name, result, sizeof(result));
	free(copy);
	return flags;
}

static void expect(const struct blob *b, const char *own_name, const char *cmdline, unsigned int flags)
{
	unsigned int got = convert(b, own_name);

	assert_string_equal(result, cmdline);
	assert_int_equal(got, flags);
}

static void expect_text(const char *text, const char *own_name, const char *cmdline, unsigned int flags)
{
	struct blob b = { .size = 0 };

	blob_add_text(&b, text);
	expect(&b, own_name, cmdline, flags);
	blob_add_unit(&b, 0);
	expect(&b, own_name, cmdline, flags);
}

static void text_comes_through_with_or_without_terminator(void **state)
{
	(void)state;
	expect_text("console=ttyS0 quiet", "lantern.efi", "console=ttyS0 quiet", 0);
	expect_text("x", NULL, "x", 0);
	expect_text("a=\"b c\"", NULL, "a=\"b c\"", 0);
}

static void blanks_are_trimmed_and_become_spaces(void **state)
{
	(void)state;
	expect_text("  \t a\tb\r\nc  d \n", NULL, "a b  c  d", 0);
}

static void nothing_is_reported_as_empty(void **state)
{
	char out[4] = "xyz";

	(void)state;
	assert_int_equal(loadopts_to_cmdline(NULL, 0, NULL, out, 4), LOADOPTS_EMPTY);
	assert_string_equal(out, "");
	assert_int_equal(loadopts_to_cmdline(NULL, 100, NULL, out, 4), LOADOPTS_EMPTY);
	assert_int_equal(loadopts_to_cmdline("", 0, NULL, out, 4), LOADOPTS_EMPTY);
	expect_text("", NULL, "", LOADOPTS_EMPTY);
	expect_text(" \t\r\n ", NULL, "", LOADOPTS_EMPTY);
	expect_text("lantern.efi ", "lantern.efi", "", LOADOPTS_EMPTY | LOADOPTS_OWN_NAME);
}

static void what_follows_the_nul_is_ignored(void **state)
{
	struct blob b = { .size = 0 };

	(void)state;
	blob_add_text(&b, "quiet");
	blob_add(&b, "\0\0\x01\0\x00\xd8junk", 10);
	expect(&b, NULL, "quiet", 0);
}

static void an_odd_last_byte_is_dropped(void **state)
{
	struct blob b = { .size = 0 };

	(void)state;
	blob_add(&b, "q", 1);
	expect(&b, NULL, "", LOADOPTS_EMPTY | LOADOPTS_ODD_SIZE);
	b.size = 0;
	blob_add_text(&b, "quiet");
	blob_add(&b, "\xff", 1);
	expect(&b, NULL, "quiet", LOADOPTS_ODD_SIZE);
}

static void the_image_name_in_front_is_dropped(void **state)
{
	static const char *const names[] = {
		"lantern.efi", "LANTERN.EFI", "Lantern.Efi", "\\EFI\\LANTERN\\lantern.efi",
		"FS0:\\lantern.efi", "fs0:lantern.efi", "\"lantern.efi\"", "\"\\My Files\\lantern.efi\"",
		"/boot/lantern.efi", "BOOTX64.EFI", "\\EFI\\BOOT\\bootx64.efi", " \t lantern.efi",
		"\\My\" \"Files\\x.efi",
	};
	char text[100];

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		sprintf(text, "%s quiet nokaslr", names[i]);
		expect_text(text, "lantern.efi", "quiet nokaslr", LOADOPTS_OWN_NAME);
		expect_text(text, NULL, "quiet nokaslr", LOADOPTS_OWN_NAME);
		expect_text(names[i], NULL, "", LOADOPTS_OWN_NAME | LOADOPTS_EMPTY);
	}
}

static void a_name_without_efi_is_dropped_when_it_is_our_own(void **state)
{
	struct blob b = { .size = 0 };

	(void)state;
	expect_text("\\boot\\VmLantern quiet", "vmlantern", "quiet", LOADOPTS_OWN_NAME);
	expect_text("vmlantern quiet", "VMLANTERN", "quiet", LOADOPTS_OWN_NAME);
	expect_text("vmlantern quiet", NULL, "vmlantern quiet", 0);
	blob_add_unit(&b, 0xfc);		/* u umlaut, then a pair */
	blob_add_unit(&b, 0xd83d);
	blob_add_unit(&b, 0xde00);
	blob_add_text(&b, " x");
	expect(&b, "\xc3\xbc\xf0\x9f\x98\x80", "x", LOADOPTS_OWN_NAME);
}

static void words_that_only_resemble_a_name_stay(void **state)
{
	static const char *const lines[] = {
		"quiet lantern.efi", "lantern.efix quiet", "lantern quiet", "xvmlantern quiet",
		"vmlanternx", "vmlantern\\", "efi quiet", "initrd=\\EFI\\lantern.efi quiet",
		"a.efi\\b", "=.efi",
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++)
		expect_text(lines[i], "vmlantern", lines[i], 0);
	expect_text("\\ x", "", "\\ x", 0);
}

static void only_one_name_is_dropped(void **state)
{
	(void)state;
	expect_text("a.efi b.efi", "a.efi", "b.efi", LOADOPTS_OWN_NAME);
}

/* EFI_LOAD_OPTION: attributes, length of paths, description, a file path node, the end node. */
static void add_load_option(struct blob *b, u32 attributes)
{
	static const u8 paths[] = {
		4, 4, 10, 0, 'x', 0, 'y', 0, 0, 0,
		0x7f, 0xff, 4, 0,
	};
	u16 paths_size = sizeof(paths);

	b->size = 0;
	blob_add(b, &attributes, 4);
	blob_add(b, &paths_size, 2);
	blob_add_text(b, "Lantern");
	blob_add_unit(b, 0);
	blob_add(b, paths, sizeof(paths));
}

#define DESCRIPTION_END	(6 + 2 * 8)

static void the_optional_data_of_a_whole_boot_entry_is_used(void **state)
{
	struct blob b;

	(void)state;
	add_load_option(&b, 1);
	blob_add_text(&b, "quiet nokaslr");
	expect(&b, "lantern.efi", "quiet nokaslr", LOADOPTS_WHOLE_OPTION);
	blob_add_unit(&b, 0);
	expect(&b, "lantern.efi", "quiet nokaslr", LOADOPTS_WHOLE_OPTION);
	blob_add(&b, "!", 1);
	expect(&b, "lantern.efi", "quiet nokaslr", LOADOPTS_WHOLE_OPTION | LOADOPTS_ODD_SIZE);
	add_load_option(&b, 0x0109);
	expect(&b, NULL, "", LOADOPTS_WHOLE_OPTION | LOADOPTS_EMPTY);
	add_load_option(&b, 1);
	blob_add_text(&b, "lantern.efi quiet");
	expect(&b, NULL, "quiet", LOADOPTS_WHOLE_OPTION | LOADOPTS_OWN_NAME);
}

static void a_broken_boot_entry_is_not_taken_for_one(void **state)
{
	struct blob b;

	(void)state;
	add_load_option(&b, 0x80000001);		/* attributes nobody defined */
	assert_false(convert(&b, NULL) & LOADOPTS_WHOLE_OPTION);
	for (size_t cut = 0; cut < b.size; cut++) {
		struct blob shorter;

		add_load_option(&shorter, 1);
		shorter.size = cut;
		assert_false(convert(&shorter, NULL) & LOADOPTS_WHOLE_OPTION);
	}
	add_load_option(&b, 1);
	b.bytes[4]++;					/* paths end elsewhere */
	assert_false(convert(&b, NULL) & LOADOPTS_WHOLE_OPTION);
	add_load_option(&b, 1);
	b.bytes[DESCRIPTION_END + 2] = 3;		/* a node shorter than its header */
	assert_false(convert(&b, NULL) & LOADOPTS_WHOLE_OPTION);
	add_load_option(&b, 1);
	b.bytes[DESCRIPTION_END + 10] = 4;		/* no end node */
	assert_false(convert(&b, NULL) & LOADOPTS_WHOLE_OPTION);
}

static void surrogate_pairs_become_utf8(void **state)
{
	struct blob b = { .size = 0 };

	(void)state;
	blob_add_text(&b, "a=");
	blob_add_unit(&b, 0xd83d);
	blob_add_unit(&b, 0xde00);
	blob_add_unit(&b, 0x20ac);
	blob_add_unit(&b, 0xfffd);
	expect(&b, NULL, "a=\xf0\x9f\x98\x80\xe2\x82\xac\xef\xbf\xbd", 0);
}

static void what_is_not_text_is_garbage_and_gives_nothing(void **state)
{
	static const u16 bad[] = { 0xd800, 0xdbff, 0xdc00, 0xdfff, 1, 8, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f, 0x80, 0x9f };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct blob b = { .size = 0 };

		blob_add_text(&b, "quiet ");
		blob_add_unit(&b, bad[i]);
		expect(&b, NULL, "", LOADOPTS_GARBAGE);
		blob_add_text(&b, "x");
		expect(&b, NULL, "", LOADOPTS_GARBAGE);
	}
}

static void long_options_are_cut_at_a_character(void **state)
{
	u16 *text = malloc(65536);
	char *out = malloc(100);

	(void)state;
	for (int i = 0; i < 32768; i++)
		text[i] = 0x20ac;			/* three bytes each */
	assert_int_equal(loadopts_to_cmdline(text, 65536, NULL, out, 100), LOADOPTS_CUT);
	assert_int_equal(strlen(out), 99);
	assert_int_equal(loadopts_to_cmdline(text, 65536, NULL, out, 99), LOADOPTS_CUT);
	assert_int_equal(strlen(out), 96);
	assert_int_equal(loadopts_to_cmdline(text, 65536, NULL, out, 1), LOADOPTS_CUT);
	assert_string_equal(out, "");
	text[1] = 'x';				/* would fit where the character before it did not */
	assert_int_equal(loadopts_to_cmdline(text, 4, NULL, out, 3), LOADOPTS_CUT);
	assert_string_equal(out, "");
	free(out);
	free(text);
}

static void the_name_and_blanks_at_the_end_cost_no_room(void **state)
{
	struct blob b = { .size = 0 };
	char *out = malloc(4);

	(void)state;
	blob_add_text(&b, "\\a\\long\\path\\lantern.efi  abc     ");
	assert_int_equal(loadopts_to_cmdline(b.bytes, b.size, NULL, out, 4), LOADOPTS_OWN_NAME);
	assert_string_equal(out, "abc");
	b.size = 0;
	blob_add_text(&b, "ab  c");
	assert_int_equal(loadopts_to_cmdline(b.bytes, b.size, NULL, out, 4), LOADOPTS_CUT);
	assert_string_equal(out, "ab");
	free(out);
}

static void expect_file(const void *text, size_t size, const char *cmdline, unsigned int flags)
{
	void *copy = exact_copy(text, size);

	memset(result, 0x55, sizeof(result));
	assert_int_equal(cmdline_file_parse(copy, size, result, sizeof(result)), flags);
	assert_string_equal(result, cmdline);
	free(copy);
}

#define EXPECT_FILE(literal, cmdline, flags)	expect_file(literal, sizeof(literal) - 1, cmdline, flags)

static void lines_of_a_file_are_joined_with_one_space(void **state)
{
	(void)state;
	EXPECT_FILE("quiet", "quiet", 0);
	EXPECT_FILE("quiet\n", "quiet", 0);
	EXPECT_FILE("a\r\nb\r\n", "a b", 0);
	EXPECT_FILE("a\rb\nc", "a b c", 0);
	EXPECT_FILE(" a  \n\n\n\t b  c \n ", "a b  c", 0);
	EXPECT_FILE("a\tb", "a b", 0);
}

static void comments_are_left_out(void **state)
{
	(void)state;
	EXPECT_FILE("# all of it", "", LOADOPTS_EMPTY);
	EXPECT_FILE("a\n  # no b\nc # stays\n#d", "a c # stays", 0);
	EXPECT_FILE("#a\rb\r\n\t#c\r\nd", "b d", 0);
	EXPECT_FILE("a#b", "a#b", 0);
}

static void byte_order_marks_tell_the_encoding(void **state)
{
	(void)state;
	EXPECT_FILE("\xef\xbb\xbf" "a=\xc3\xbc", "a=\xc3\xbc", 0);
	EXPECT_FILE("\xff\xfe" "a\0\r\0\n\0#\0x\0\n\0b\0", "a b", 0);
	EXPECT_FILE("\xff\xfe\x3d\xd8\x00\xde", "\xf0\x9f\x98\x80", 0);
	EXPECT_FILE("\xff\xfe" "a\0x", "a", LOADOPTS_ODD_SIZE);
	EXPECT_FILE("\xff\xfe", "", LOADOPTS_EMPTY);
	EXPECT_FILE("\xef\xbb\xbf", "", LOADOPTS_EMPTY);
	EXPECT_FILE("\xff\xfe\x00\xd8", "", LOADOPTS_GARBAGE);
}

static void files_that_are_not_text_give_nothing(void **state)
{
	(void)state;
	EXPECT_FILE("a\0", "", LOADOPTS_GARBAGE);
	EXPECT_FILE("a\xff", "", LOADOPTS_GARBAGE);
	EXPECT_FILE("a\xed\xa0\x80", "", LOADOPTS_GARBAGE);
	EXPECT_FILE("a\xf0\x9f\x98", "", LOADOPTS_GARBAGE);
	EXPECT_FILE("a\x1b[0m", "", LOADOPTS_GARBAGE);
	EXPECT_FILE("\xfe\xff\0a", "", LOADOPTS_GARBAGE);
	EXPECT_FILE("", "", LOADOPTS_EMPTY);
	EXPECT_FILE("a\xef\xbf\xbd", "a\xef\xbf\xbd", 0);
}

/* Trim, join and drop comments line by line, in buffers that are large enough. */
static void model_file(const char *text, char *out)
{
	char *copy = strdup(text), *rest = copy, *line;

	out[0] = '\0';
	while ((line = strsep(&rest, "\r\n"))) {
		size_t len;

		line += strspn(line, " \t");
		for (len = strlen(line); len && strchr(" \t", line[len - 1]); len--)
			line[len - 1] = '\0';
		for (char *p = line; *p; p++)
			*p = *p == '\t' ? ' ' : *p;
		if (*line && *line != '#')
			sprintf(out + strlen(out), "%s%s", *out ? " " : "", line);
	}
	free(copy);
}

static void random_files_read_as_the_model_says_in_both_encodings(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t len = random_below(30);
		char text[31], expected[64];
		u16 wide[32] = { 0xfeff };

		for (size_t i = 0; i < len; i++) {
			text[i] = "ab#  \t\r\n\n="[random_below(10)];
			wide[i + 1] = text[i];
		}
		text[len] = '\0';
		model_file(text, expected);
		expect_file(text, len, expected, *expected ? 0 : LOADOPTS_EMPTY);
		expect_file(wide, 2 * len + 2, expected, *expected ? 0 : LOADOPTS_EMPTY);
	}
}

/* What must hold for any input at all. */
static void check_result(const char *out, size_t size, unsigned int flags)
{
	size_t len = strnlen(out, size);
	const char *p = out;
	u32 cp;

	assert_true(len < size);
	if (flags & (LOADOPTS_GARBAGE | LOADOPTS_EMPTY))
		assert_int_equal(len, 0);
	if (!(flags & (LOADOPTS_GARBAGE | LOADOPTS_EMPTY | LOADOPTS_CUT)))
		assert_true(len > 0);
	if (len) {
		assert_true(out[0] != ' ' && out[len - 1] != ' ');
	}
	while (p < out + len) {
		p += utf8_decode(p, out + len, &cp);
		assert_true(cp >= 0x20 && !(cp >= 0x7f && cp < 0xa0));
	}
}

static u8 *random_input(size_t *size)
{
	size_t n = random_below(one_in(200) ? 65537 : 120);
	unsigned int style = random_below(4);
	u8 *p = malloc(n);

	for (size_t i = 0; i < n; i++) {
		if (style == 0 || one_in(60))
			p[i] = random64();
		else if (style == 1)
			p[i] = i % 2 ? 0 : "aef.i\\\" =:#\n"[random_below(12)];
		else if (style == 2)
			p[i] = i % 2 ? 0xd8 + random_below(8) : random64();
		else
			p[i] = "a \n#\xc3\xbc\xe2\x82\xac"[random_below(8)];
	}
	if (n > 2 && one_in(8))
		memcpy(p, "\xff\xfe", 2);
	*size = n;
	return p;
}

static void random_input_is_survived(void **state)
{
	static const char *const names[] = { NULL, "", "lantern.efi", "a", "\xff" };

	(void)state;
	for (int round = 0; round < 200000; round++) {
		size_t size, out_size = 1 + random_below(one_in(2) ? 10 : 300);
		u8 *input = random_input(&size);
		char *out = malloc(out_size);

		check_result(out, out_size, loadopts_to_cmdline(input, size, names[random_below(5)],
								out, out_size));
		check_result(out, out_size, cmdline_file_parse(input, size, out, out_size));
		free(out);
		free(input);
	}
}

static void boot_entries_with_flipped_bytes_are_survived(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		struct blob b;

		add_load_option(&b, 1);
		blob_add_text(&b, "lantern.efi quiet");
		for (int flips = 1 + random_below(3); flips; flips--)
			b.bytes[random_below(b.size)] = one_in(2) ? random_below(8) : random64();
		check_result(result, sizeof(result), convert(&b, "lantern.efi"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_through_with_or_without_terminator),
		cmocka_unit_test(blanks_are_trimmed_and_become_spaces),
		cmocka_unit_test(nothing_is_reported_as_empty),
		cmocka_unit_test(what_follows_the_nul_is_ignored),
		cmocka_unit_test(an_odd_last_byte_is_dropped),
		cmocka_unit_test(the_image_name_in_front_is_dropped),
		cmocka_unit_test(a_name_without_efi_is_dropped_when_it_is_our_own),
		cmocka_unit_test(words_that_only_resemble_a_name_stay),
		cmocka_unit_test(only_one_name_is_dropped),
		cmocka_unit_test(the_optional_data_of_a_whole_boot_entry_is_used),
		cmocka_unit_test(a_broken_boot_entry_is_not_taken_for_one),
		cmocka_unit_test(surrogate_pairs_become_utf8),
		cmocka_unit_test(what_is_not_text_is_garbage_and_gives_nothing),
		cmocka_unit_test(long_options_are_cut_at_a_character),
		cmocka_unit_test(the_name_and_blanks_at_the_end_cost_no_room),
		cmocka_unit_test(lines_of_a_file_are_joined_with_one_space),
		cmocka_unit_test(comments_are_left_out),
		cmocka_unit_test(byte_order_marks_tell_the_encoding),
		cmocka_unit_test(files_that_are_not_text_give_nothing),
		cmocka_unit_test(random_files_read_as_the_model_says_in_both_encodings),
		cmocka_unit_test(random_input_is_survived),
		cmocka_unit_test(boot_entries_with_flipped_bytes_are_survived),
	};

	return cmocka_run_group_tests_name("efistub/loadopts", tests, seed_random, NULL);
}
