// SPDX-License-Identifier: BSD-2-Clause
/* kernel/printk/panic_save.c over a firmware that keeps variables, or does not. */
#include "tests/host/test.h"

#define ASM_PROCESSOR_H
static unsigned long long now;
static inline unsigned long long rdtsc(void) { return now += 1000; }
#include "kernel/printk/ringbuffer.c"
#include "kernel/printk/panic_save.c"

#define ON	"quiet panic.save=efi"

struct printk_ringbuffer printk_rb;

static struct variable {
	bool	there;
	u8	data[4096];
	size_t	size;
} variables[10];
static int room, set_error;			/* variables the firmware still takes; what it says else */
static bool keeps_deleted;
static char shown[1 << 16];

int printk(const char *fmt, ...)
{
	size_t len = strlen(shown);
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(shown + len, sizeof(shown) - len, fmt, args);
	va_end(args);
	return n;
}

static struct variable *find(const efi_char16_t *name)
{
	static const char base[] = "LanternPanic";

	for (size_t i = 0; i < sizeof(base) - 1; i++)
		assert_int_equal(name[i], base[i]);
	assert_in_range(name[12], '0', '9');
	assert_int_equal(name[13], 0);
	return &variables[name[12] - '0'];
}

int efi_get_variable(const efi_char16_t *name, const efi_guid_t *vendor, u32 *attr, size_t *size, void *data)
{
	struct variable *v = find(name);
	size_t have = *size;

	if (!v->there)
		return -ENOENT;
	*size = v->size;
	if (v->size > have)
		return -ERANGE;
	memcpy(data, v->data, v->size);
	return 0;
}

int efi_set_variable(const efi_char16_t *name, const efi_guid_t *vendor, u32 attr, size_t size, const void *data)
{
	struct variable *v = find(name);

	if (!size) {
		v->there = keeps_deleted;
		return 0;
	}
	assert_int_equal(attr, 7);
	assert_in_range(size, 5, 1010);
	if (room-- <= 0)
		return set_error;
	v->there = true;
	v->size = size;
	memcpy(v->data, data, size);
	return 0;
}

static void log_line(const char *s)
{
	struct prb_info info = { .len = strlen(s), .level = LOGLEVEL_INFO };

	prb_write(&printk_rb, &info, s);
}

static int setup(void **state)
{
	(void)state;
	memset(&printk_rb, 0, sizeof(printk_rb));
	memset(variables, 0, sizeof(variables));
	memset(&text, 0, sizeof(text));
	shown[0] = '\0';
	room = 10;
	keeps_deleted = false;
	return 0;
}

/* The next boot: nothing is left but the variables. */
static const char *boot_again(const char *cmdline)
{
	memset(&text, 0, sizeof(text));
	shown[0] = '\0';
	panic_show_saved(cmdline);
	return shown;
}

static void a_short_log_comes_back_once(void **state)
{
	(void)state;
	log_line("one\n");
	log_line("cut");
	log_line("two\n");
	panic_save(ON);
	assert_string_equal(boot_again(ON), KERN_ALERT "panic: an earlier boot ended so:\n" KERN_ALERT "| one\n"
			    KERN_ALERT "| cut\n" KERN_ALERT "| two\n");
	assert_string_equal(boot_again(ON), "");
}

static void nothing_is_done_unasked(void **state)
{
	(void)state;
	log_line("one\n");
	panic_save("panic.save=disk panic.save");
	panic_save("");
	assert_false(variables[0].there);
	panic_save(ON);
	assert_string_equal(boot_again("panic.save=efix"), "");
	assert_true(variables[0].there);
}

static void log_numbers(unsigned int n)
{
	char line[64];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "message %u of many\n", i);
		log_line(line);
	}
}

static void of_a_long_log_the_end_is_kept(void **state)
{
	const char *first;
	unsigned int nr, lines = 0;

	(void)state;
	log_numbers(900);
	panic_save(ON);
	first = strstr(boot_again(ON), "| message ");
	assert_non_null(first);
	assert_int_equal(sscanf(first, "| message %u of", &nr), 1);
	assert_in_range(nr, 650, 750);
	assert_non_null(strstr(shown, "| message 899 of many\n"));
	for (const char *p = first; p; p = strstr(p + 1, "| message "))
		lines++;
	assert_int_equal(lines, 900 - nr);
}

static void without_room_the_oldest_is_lost(void **state)
{
	(void)state;
	log_numbers(900);
	room = 2;
	set_error = -ENOSPC;
	panic_save(ON);
	assert_non_null(strstr(shown, "EFI variable 2 not written: error 28"));
	boot_again(ON);
	assert_non_null(strstr(shown, "| message 899 of many\n"));
	assert_null(strstr(shown, "| message 700 of"));
	assert_non_null(strstr(shown, "| message 850 of"));
}

static void pieces_of_another_panic_are_not_mixed_in(void **state)
{
	(void)state;
	log_numbers(900);
	panic_save(ON);
	memset(&printk_rb, 0, sizeof(printk_rb));
	memset(&text, 0, sizeof(text));
	log_line("the second panic\n");
	panic_save(ON);
	assert_string_equal(boot_again(ON), KERN_ALERT "panic: an earlier boot ended so:\n"
			    KERN_ALERT "| the second panic\n");
	for (int i = 0; i < NR_PIECES; i++)
		assert_false(variables[i].there);
}

static void any_variable_is_survived(void **state)
{
	for (int round = 0; round < 3000; round++) {
		setup(state);
		keeps_deleted = one_in(5);
		for (int i = 0; i < 10; i++) {
			variables[i].there = !one_in(4);
			variables[i].size = one_in(3) ? random_below(4096) : random_below(sizeof(struct piece) + 2);
			for (size_t k = 0; k < variables[i].size; k++)
				variables[i].data[k] = k < 4 ? 1 : random64();
		}
		for (const char *p = boot_again(ON); *p; p++)
			assert_true((*p >= ' ' && *p <= '~') || *p == '\n' || *p == KERN_ALERT[0]);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(a_short_log_comes_back_once),
		T(nothing_is_done_unasked),
		T(of_a_long_log_the_end_is_kept),
		T(without_room_the_oldest_is_lost),
		T(pieces_of_another_panic_are_not_mixed_in),
		T(any_variable_is_survived),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
