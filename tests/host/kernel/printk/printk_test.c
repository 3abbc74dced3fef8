// SPDX-License-Identifier: BSD-2-Clause
/* kernel/printk/printk.c: what every console sees, whenever it registers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/printk/printk.c"

struct sink {
	struct console con;
	char *text;
	size_t len;
	bool faults;		/* the next write() behaves like one that takes a fault */
	int depth, max_depth;
	int key;
};

static void sink_write(struct console *con, const char *s, size_t n)
{
	struct sink *k = con->priv;

	k->depth++;
	k->max_depth = max(k->max_depth, k->depth);
	k->text = realloc(k->text, k->len + n + 1);
	memcpy(k->text + k->len, s, n);
	k->len += n;
	k->text[k->len] = 0;
	if (k->faults) {
		k->faults = false;
		printk("fault in console\n");
	}
	k->depth--;
}

static int sink_getc(struct console *con)
{
	struct sink *k = con->priv;
	int c = k->key;

	k->key = -1;
	return c;
}

static struct sink *new_sink(void)
{
	struct sink *k = calloc(1, sizeof(*k));

	k->con.name = "sink";
	k->con.write = sink_write;
	k->con.priv = k;
	k->key = -1;
	k->text = calloc(1, 1);
	return k;
}

static int teardown(void **state)
{
	(void)state;
	for (struct console *con = consoles, *next; con; con = next) {
		struct sink *k = con->priv;

		next = con->next;
		free(k->text);
		free(k);
	}
	consoles = NULL;
	log_head = 0;
	return 0;
}

static void a_late_console_sees_the_log_from_the_first_byte(void **state)
{
	struct sink *a = new_sink(), *b = new_sink();

	(void)state;
	printk("one %d\n", 1);
	register_console(&a->con);
	assert_string_equal(a->text, "one 1\n");
	printk("two\n");
	register_console(&b->con);
	register_console(&b->con);
	printk("three\n");
	assert_string_equal(a->text, "one 1\ntwo\nthree\n");
	assert_string_equal(b->text, a->text);
}

static void the_ring_keeps_the_newest_bytes(void **state)
{
	size_t size = 3 * LOG_BUF_SIZE + 777;
	char *all = malloc(size + 64), *copy = malloc(LOG_BUF_SIZE);
	struct sink *early = new_sink(), *late = new_sink();
	size_t len = 0, n, got = 0;
	u64 seq = 0;

	(void)state;
	srandom(2);
	register_console(&early->con);
	while (len < size) {
		n = snprintf(all + len, 64, "%0*d\n", (int)(random() % 50), (int)len);
		printk("%s", all + len);
		len += n;
	}
	register_console(&late->con);
	assert_int_equal(early->len, len);
	assert_memory_equal(early->text, all, len);
	assert_int_equal(late->len, LOG_BUF_SIZE);
	assert_memory_equal(late->text, all + len - LOG_BUF_SIZE, LOG_BUF_SIZE);

	while ((n = printk_log_read(&seq, copy + got, min((size_t)100, LOG_BUF_SIZE - got))))
		got += n;
	assert_int_equal(got, LOG_BUF_SIZE);
	assert_int_equal(seq, len);
	assert_memory_equal(copy, all + len - LOG_BUF_SIZE, LOG_BUF_SIZE);
	free(all);
	free(copy);
}

static void text_larger_than_the_ring_is_cut_at_its_front(void **state)
{
	static char big[LOG_BUF_SIZE * 2 + 5];
	struct sink *k = new_sink();

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = 'a' + i % 26;
	printk_write(big, sizeof(big));
	register_console(&k->con);
	assert_int_equal(k->len, LOG_BUF_SIZE);
	assert_memory_equal(k->text, big + sizeof(big) - LOG_BUF_SIZE, LOG_BUF_SIZE);
}

static void a_message_that_is_too_long_says_so(void **state)
{
	static char big[4 * PRINTK_MAX];
	struct sink *k = new_sink();

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	register_console(&k->con);
	printk("%s", big);
	assert_int_equal(k->len, PRINTK_MAX - 1);
	assert_string_equal(k->text + k->len - 7, "x[cut]\n");
}

static void a_fault_in_one_console_is_shown_on_the_others_and_never_recurses(void **state)
{
	struct sink *bad = new_sink(), *good = new_sink();

	(void)state;
	register_console(&bad->con);
	register_console(&good->con);
	bad->faults = true;
	printk("hello\n");
	assert_int_equal(bad->max_depth, 1);
	assert_string_equal(good->text, "hello\nfault in console\n");
	assert_string_equal(bad->text, "hello\nfault in console\n");
}

static void a_console_that_never_came_back_is_left_alone(void **state)
{
	struct sink *bad = new_sink(), *good = new_sink();

	(void)state;
	register_console(&bad->con);
	register_console(&good->con);
	bad->con.busy = 1;
	printk("a\n");
	console_write("b\n", 2);
	assert_int_equal(bad->len, 0);
	assert_string_equal(good->text, "a\nb\n");
}

static void console_write_comes_after_the_log_and_is_not_kept(void **state)
{
	struct sink *a = new_sink(), *b = new_sink();

	(void)state;
	register_console(&a->con);
	printk("kept\n");
	console_write("shown\n", 6);
	register_console(&b->con);
	assert_string_equal(a->text, "kept\nshown\n");
	assert_string_equal(b->text, "kept\n");
}

static void keys_come_from_any_console(void **state)
{
	struct sink *a = new_sink(), *b = new_sink();

	(void)state;
	register_console(&a->con);
	assert_false(console_has_input());
	assert_int_equal(console_getc(), -1);
	b->con.getc = sink_getc;
	b->con.write = NULL;
	register_console(&b->con);
	assert_true(console_has_input());
	assert_int_equal(console_getc(), -1);
	b->key = 0xe4;
	assert_int_equal(console_getc(), 0xe4);
	assert_int_equal(console_getc(), -1);
	printk("input only consoles are not written to\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		T(a_late_console_sees_the_log_from_the_first_byte),
		T(the_ring_keeps_the_newest_bytes),
		T(text_larger_than_the_ring_is_cut_at_its_front),
		T(a_message_that_is_too_long_says_so),
		T(a_fault_in_one_console_is_shown_on_the_others_and_never_recurses),
		T(a_console_that_never_came_back_is_left_alone),
		T(console_write_comes_after_the_log_and_is_not_kept),
		T(keys_come_from_any_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
