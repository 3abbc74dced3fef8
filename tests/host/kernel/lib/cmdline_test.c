/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/cmdline.c against a tokenizer that copies every word out first.
 */
#include <tests/host/test.h>
#include <lib/cmdline.h>

static void the_last_value_wins_and_quotes_are_taken_off(void **state)
{
	static const char line[] = "root=a panic=1 root=\"b c\" quiet";
	char buf[8];

	(void)state;
	assert_int_equal(cmdline_find_option(line, "root", buf, sizeof(buf)), 3);
	assert_string_equal(buf, "b c");
	assert_int_equal(cmdline_find_option("\"root=x y\" z", "root", buf, sizeof(buf)), 3);
	assert_string_equal(buf, "x y");
	assert_int_equal(cmdline_find_option("a=x\"y z\"w", "a", buf, sizeof(buf)), 7);
	assert_string_equal(buf, "x\"y z\"w");
	assert_int_equal(cmdline_find_option("a=", "a", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
}

static void every_value_comes_in_its_turn(void **state)
{
	const char *pos = "initrd=a x initrd= initrd=\"b c\" xinitrd=d initrd=toolong";
	char buf[5];

	(void)state;
	assert_int_equal(cmdline_next_option(&pos, "initrd", buf, sizeof(buf)), 1);
	assert_string_equal(buf, "a");
	assert_int_equal(cmdline_next_option(&pos, "initrd", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	assert_int_equal(cmdline_next_option(&pos, "initrd", buf, sizeof(buf)), 3);
	assert_string_equal(buf, "b c");
	assert_int_equal(cmdline_next_option(&pos, "initrd", buf, sizeof(buf)), 7);
	assert_string_equal(buf, "tool");
	assert_int_equal(cmdline_next_option(&pos, "initrd", buf, sizeof(buf)), -1);
	assert_int_equal(cmdline_next_option(&pos, "initrd", buf, sizeof(buf)), -1);
}

static void part_of_a_word_is_no_option(void **state)
{
	char buf[8] = "kept";

	(void)state;
	assert_int_equal(cmdline_find_option("xroot=a rootx=b root", "root", buf, sizeof(buf)), -1);
	assert_string_equal(buf, "kept");
	assert_false(cmdline_find_option_bool("nokaslr=1 xnokaslr nokaslrx", "nokaslr"));
	assert_true(cmdline_find_option_bool("a\tnokaslr\n", "nokaslr"));
	assert_true(cmdline_find_option_bool("\"nokaslr\"", "nokaslr"));
	assert_false(cmdline_find_option_bool("a=\"x nokaslr y\"", "nokaslr"));
}

static void a_value_is_cut_to_fit_and_its_full_length_returned(void **state)
{
	char *buf = malloc(4);

	(void)state;
	assert_int_equal(cmdline_find_option("a=12345", "a", buf, 4), 5);
	assert_string_equal(buf, "123");
	assert_int_equal(cmdline_find_option("a=12345", "a", buf, 1), 5);
	assert_string_equal(buf, "");
	assert_int_equal(cmdline_find_option("a=12345", "a", NULL, 0), 5);
	free(buf);
}

static void every_list_of_an_option_counts(void **state)
{
	static const char line[] = "efi=debug,nochunk x efi=\"old,new\" efi";

	(void)state;
	assert_true(cmdline_list_has(line, "efi", "debug"));
	assert_true(cmdline_list_has(line, "efi", "nochunk"));
	assert_true(cmdline_list_has(line, "efi", "old"));
	assert_true(cmdline_list_has(line, "efi", "new"));
	assert_false(cmdline_list_has(line, "efi", "chunk"));
	assert_false(cmdline_list_has(line, "efi", "debug,nochunk"));
	assert_false(cmdline_list_has(line, "ef", "debug"));
}

/* The model: words copied out, quotes around them and around values removed. */
struct words {
	int	nr;
	char	word[64][64];
};

static void strip_quotes(char *s)
{
	size_t len = strlen(s);

	if (s[0] != '"')
		return;
	if (len > 1 && s[len - 1] == '"')
		s[len - 1] = '\0';
	memmove(s, s + 1, strlen(s + 1) + 1);
}

static void tokenize(const char *line, struct words *w)
{
	int len = 0, quotes = 0;

	w->nr = 0;
	for (const char *p = line; ; p++) {
		if (*p == '\0' || (strchr(" \t\n", *p) && quotes % 2 == 0)) {
			w->word[w->nr][len] = '\0';
			if (len)
				strip_quotes(w->word[w->nr++]);
			len = 0;
			if (!*p)
				return;
			continue;
		}
		quotes += *p == '"';
		w->word[w->nr][len++] = *p;
	}
}

static char *model_value(const struct words *w, const char *option, int i)
{
	size_t n = strlen(option);
	char *value;

	if (strncmp(w->word[i], option, n) != 0 || w->word[i][n] != '=')
		return NULL;
	value = strdup(w->word[i] + n + 1);
	strip_quotes(value);
	return value;
}

static int model_find(const struct words *w, const char *option, char *buf)
{
	int len = -1;

	for (int i = 0; i < w->nr; i++) {
		char *value = model_value(w, option, i);

		if (value) {
			strcpy(buf, value);
			len = strlen(value);
		}
		free(value);
	}
	return len;
}

static bool model_has_word(const struct words *w, const char *option)
{
	for (int i = 0; i < w->nr; i++) {
		if (strcmp(w->word[i], option) == 0)
			return true;
	}
	return false;
}

static bool model_list_has(const struct words *w, const char *option, const char *word)
{
	bool found = false;

	for (int i = 0; i < w->nr; i++) {
		char *value = model_value(w, option, i), *rest = value, *item;

		while ((item = strsep(&rest, ",")))
			found |= strcmp(item, word) == 0;
		free(value);
	}
	return found;
}

static char *random_line(void)
{
	static const char alphabet[] = "aaabb==,,\"\"   \t\n\x80";
	size_t len = random_below(30);
	char *line = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		line[i] = alphabet[random_below(sizeof(alphabet) - 1)];
	line[len] = '\0';
	return line;
}

static void random_lines_are_read_as_the_tokenizer_reads_them(void **state)
{
	static const char options[][4] = { "a", "b", "ab", "aa", "aab" };

	(void)state;
	for (int round = 0; round < 200000; round++) {
		const char *option = options[random_below(5)], *word = options[random_below(5)];
		size_t size = 1 + random_below(12);
		char *line = random_line(), *buf = malloc(size), expected[64] = "";
		struct words w;
		int len;

		tokenize(line, &w);
		len = cmdline_find_option(line, option, buf, size);
		assert_int_equal(len, model_find(&w, option, expected));
		if (len >= 0) {
			expected[min(size - 1, strlen(expected))] = '\0';
			assert_string_equal(buf, expected);
		}
		assert_int_equal(cmdline_find_option_bool(line, option), model_has_word(&w, option));
		assert_int_equal(cmdline_list_has(line, option, word), model_list_has(&w, option, word));
		free(buf);
		free(line);
	}
}

static void random_bytes_are_survived(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t len = random_below(one_in(100) ? 65536 : 200);
		char *line = malloc(len + 1), buf[16];

		for (size_t i = 0; i < len; i++)
			line[i] = 1 + random_below(255);
		line[len] = '\0';
		cmdline_find_option(line, "a", buf, sizeof(buf));
		cmdline_find_option_bool(line, "a");
		cmdline_list_has(line, "a", "b");
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_value_wins_and_quotes_are_taken_off),
		cmocka_unit_test(every_value_comes_in_its_turn),
		cmocka_unit_test(part_of_a_word_is_no_option),
		cmocka_unit_test(a_value_is_cut_to_fit_and_its_full_length_returned),
		cmocka_unit_test(every_list_of_an_option_counts),
		cmocka_unit_test(random_lines_are_read_as_the_tokenizer_reads_them),
		cmocka_unit_test(random_bytes_are_survived),
	};

	return cmocka_run_group_tests_name("kernel/lib/cmdline", tests, seed_random, NULL);
}
