/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/stage.c and the table it is made of, <boot/stage.h>. */
#include <tests/host/test.h>
#include <lib/stage.h>

static const struct stage {
	unsigned int	nr;
	const char	*symbol, *name, *text, *try;
} stages[] = {
#define STAGE(nr, sym, name, text, try)	{ nr, #sym, name, text, try },
	BOOT_STAGES(STAGE)
#undef STAGE
};

static void numbers_ascend_without_repeating(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < ARRAY_SIZE(stages); i++)
		if (stages[i].nr <= stages[i - 1].nr)
			fail_msg("%s, %u, stands after %s, %u", stages[i].name, stages[i].nr,
				 stages[i - 1].name, stages[i - 1].nr);
	assert_true(stages[0].nr >= 1);
	assert_true(stages[ARRAY_SIZE(stages) - 1].nr <= 99);
}

static void no_two_stages_share_name_symbol_or_sentence(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(stages); i++) {
		for (unsigned int j = 0; j < i; j++) {
			assert_string_not_equal(stages[i].name, stages[j].name);
			assert_string_not_equal(stages[i].symbol, stages[j].symbol);
			assert_string_not_equal(stages[i].text, stages[j].text);
		}
	}
}

static void names_are_one_word_and_sentences_end(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(stages); i++) {
		const char *text = stages[i].text;

		assert_true(stages[i].name[0] && strlen(stages[i].name) < 24);
		for (const char *p = stages[i].name; *p; p++)
			assert_true(*p > ' ' && *p < 0x7f && *p != '"' && *p != ',');
		assert_true(strlen(text) > 10 && text[strlen(text) - 1] == '.');
		text = stages[i].try;
		assert_true(strlen(text) > 4 && text[strlen(text) - 1] == '.');
	}
}

static void every_number_has_its_name_and_others_have_none(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr < 300; nr++) {
		const char *want = "?";

		for (unsigned int i = 0; i < ARRAY_SIZE(stages); i++)
			if (stages[i].nr == nr)
				want = stages[i].name;
		assert_string_equal(boot_stage_name(nr), want);
	}
	assert_string_equal(boot_stage_name(-1), "?");
	assert_string_equal(boot_stage_name(1 << 8 | 1), "?");
}

/* A handed-over trace holds every stage once, with room for those to come. */
static void a_trace_has_room_for_every_stage(void **state)
{
	(void)state;
	assert_true(ARRAY_SIZE(stages) <= BOOT_TRACE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_ascend_without_repeating),
		cmocka_unit_test(no_two_stages_share_name_symbol_or_sentence),
		cmocka_unit_test(names_are_one_word_and_sentences_end),
		cmocka_unit_test(every_number_has_its_name_and_others_have_none),
		cmocka_unit_test(a_trace_has_room_for_every_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
