// SPDX-License-Identifier: BSD-2-Clause
/* kernel/trace/timeline.c: numbers into text, whatever a loader's record says. */
#include "tests/host/test.h"
#include <kernel/timeline.h>

static struct {
	char	text[16384];
	size_t	len;
} got;

static void keep(void *ctx, const char *text, size_t len)
{
	assert_true(got.len + len < sizeof(got.text));
	memcpy(got.text + got.len, text, len);
	got.len += len;
	got.text[got.len] = 0;
}

static const struct text_sink sink = { keep, NULL };

static const char *chart(const struct timeline *t)
{
	got.len = 0;
	got.text[0] = 0;
	timeline_chart(t, &sink);
	for (const char *line = got.text; *line; line = strchr(line, '\n') + 1)
		assert_true(strchr(line, '\n') - line < 80);
	return got.text;
}

static const struct boot_trace three = {
	.version = BOOT_TRACE_VERSION, .nr_entries = 3,
	.entry = { { 1000000, STAGE_PE_ENTRY, 0 }, { 1002000, STAGE_DECOMPRESS, 0 }, { 1010000, STAGE_MONITOR, 0 } },
};

static void stages_have_begin_length_and_bar(void **state)
{
	struct timeline t = { .trace = &three, .tsc_khz = 2000000 };
	const char *text = chart(&t);
	u64 at, took;

	timeline_stage(&t, 1, &at, &took);
	assert_int_equal(at, 1);
	assert_int_equal(took, 4);
	assert_non_null(strstr(text, " 1 efi-pe-entry                 0         1 ##\n"));
	assert_non_null(strstr(text, " 8 decompress                   1         4  #####\n"));
	assert_non_null(strstr(text, "99 monitor                      5         0      #\n"));
	assert_non_null(strstr(text, "before: our first instruction at 500 us"));
	assert_null(strstr(text, "FPDT"));
}

static void without_a_rate_times_are_ticks(void **state)
{
	struct timeline t = { .trace = &three };

	assert_non_null(strstr(chart(&t), "at ticks"));
	assert_non_null(strstr(chart(&t), " 8 decompress                2000      8000"));
	assert_null(strstr(got.text, "before"));
}

static void deterministic_has_names_only(void **state)
{
	struct timeline t = { .trace = &three, .tsc_khz = 2000000, .names_only = true, .firmware = { 1, 2, 3, 4, 5 } };

	assert_string_equal(chart(&t), " 1 efi-pe-entry\n 8 decompress\n99 monitor\n");
}

static void what_firmware_and_loader_say_is_told(void **state)
{
	struct timeline t = {
		.trace = &three, .tsc_khz = 2000000, .firmware = { 3000000, 0, 7000000, 8000000, 9000000 },
		.loader_init_us = 12, .loader_exec_us = 34,
	};
	const char *text = chart(&t);

	assert_non_null(strstr(text, "firmware began at 3000 us, started a program at 7000 us"));
	assert_non_null(strstr(text, "ExitBootServices from 8000 to 9000 us"));
	assert_non_null(strstr(text, "loader from 12 to 34 us"));
}

/* Backwards, huge, equal: no division by zero, no line too long, no time but 0 for what makes no sense. */
static void nonsense_stays_within_the_lines(void **state)
{
	static const u64 values[] = { 0, 1, 999, ~0ull, ~0ull / 2, 1ull << 63, 1000 };
	struct boot_trace trace = { .version = BOOT_TRACE_VERSION };
	struct timeline t = { .trace = &trace };
	u64 at, took;

	assert_string_equal(chart(&t), "");
	srand(1);
	for (unsigned int round = 0; round < 2000; round++) {
		t.tsc_khz = round % 3 ? 1 + rand() % 4000000 : 0;
		trace.nr_entries = 1 + rand() % BOOT_TRACE_MAX;
		for (unsigned int i = 0; i < trace.nr_entries; i++)
			trace.entry[i] = (struct boot_trace_entry){ values[rand() % ARRAY_SIZE(values)], rand() % 120, 0 };
		for (unsigned int i = 0; i < trace.nr_entries; i++) {
			timeline_stage(&t, i, &at, &took);
			if (i + 1 < trace.nr_entries && trace.entry[i + 1].tsc <= trace.entry[i].tsc)
				assert_int_equal(took, 0);
		}
		got.len = 0;
		timeline_chart(&t, &sink);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stages_have_begin_length_and_bar),
		cmocka_unit_test(without_a_rate_times_are_ticks),
		cmocka_unit_test(deterministic_has_names_only),
		cmocka_unit_test(what_firmware_and_loader_say_is_told),
		cmocka_unit_test(nonsense_stays_within_the_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
