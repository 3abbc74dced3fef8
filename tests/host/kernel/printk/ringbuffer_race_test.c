// SPDX-License-Identifier: BSD-2-Clause
/*
 * The log and its consoles under threads, with TSan: each thread is a CPU. No
 * record is torn, none is lost uncounted, one writer's records stay in order, and
 * no two CPUs are inside one console.
 */
#include "tests/host/test.h"
#include <pthread.h>
#include <unistd.h>
#include "tests/host/kernel/printk/kernel.h"
#include "kernel/printk/ringbuffer.c"
#include "kernel/printk/printk.c"
#include "kernel/printk/console.c"

/* No options here. */
int cmdline_find_option(const char *cmdline, const char *option, char *buf, size_t size) { return -1; }
bool cmdline_find_option_bool(const char *cmdline, const char *option) { return false; }
int kstrtou64(const char *s, unsigned int base, u64 *out) { return -1; }

#define NR_WRITERS	4
#define NR_READERS	2
#define MESSAGES	20000		/* of each writer */

static struct printk_ringbuffer rb;
static int writers_left;

static unsigned int length_of(unsigned int cpu, unsigned int nr)
{
	return (cpu * 31 + nr * 17) % (nr % 16 ? 100 : 900);
}

static size_t make_text(char *text, unsigned int cpu, unsigned int nr)
{
	size_t n = snprintf(text, PRB_TEXT_MAX, "%u %u ", cpu, nr), len = n + length_of(cpu, nr);

	for (; n < len; n++)
		text[n] = 'a' + (cpu + nr + n) % 26;
	text[n] = '\0';
	return n;
}

/* Whether @text is what a writer wrote, and newer than its last. */
static bool is_whole(const char *text, size_t len, unsigned int newest[NR_WRITERS])
{
	char want[PRB_TEXT_MAX + 1];
	unsigned int cpu, nr;

	if (sscanf(text, "%u %u ", &cpu, &nr) != 2 || cpu >= NR_WRITERS || nr < newest[cpu])
		return false;
	newest[cpu] = nr + 1;
	return make_text(want, cpu, nr) == len && !memcmp(text, want, len);
}

static void *writer(void *arg)
{
	unsigned int cpu = (unsigned long)arg;
	char text[PRB_TEXT_MAX + 1];

	for (unsigned int nr = 0; nr < MESSAGES; nr++) {
		struct prb_info info = { .len = make_text(text, cpu, nr), .level = cpu };

		prb_write(&rb, &info, text);
	}
	__atomic_fetch_sub(&writers_left, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

struct result {
	unsigned int seen, lost, torn;
};

static void *reader(void *arg)
{
	struct result *r = arg;
	unsigned int newest[NR_WRITERS] = { 0 };
	char text[PRB_TEXT_MAX + 1];
	struct prb_reader at = { 0 };
	struct prb_info info;
	bool last;

	do {
		last = !__atomic_load_n(&writers_left, __ATOMIC_SEQ_CST);
		while (prb_read(&rb, &at, &info, text, false)) {
			r->seen++;
			r->torn += !is_whole(text, info.len, newest) || info.level != text[0] - '0';
		}
	} while (!last);
	r->lost = at.lost;
	return NULL;
}

static void readers_never_see_a_torn_record(void **state)
{
	pthread_t thread[NR_WRITERS + NR_READERS];
	struct result result[NR_READERS] = { 0 };

	(void)state;
	writers_left = NR_WRITERS;
	for (unsigned long i = 0; i < NR_READERS; i++)
		pthread_create(&thread[NR_WRITERS + i], NULL, reader, &result[i]);
	for (unsigned long i = 0; i < NR_WRITERS; i++)
		pthread_create(&thread[i], NULL, writer, (void *)i);
	for (int i = 0; i < NR_WRITERS + NR_READERS; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < NR_READERS; i++) {
		print_message("reader %d: %u seen, %u lost\n", i, result[i].seen, result[i].lost);
		assert_int_equal(result[i].torn, 0);
		assert_int_equal(result[i].seen + result[i].lost, NR_WRITERS * MESSAGES);
	}
}

/* ------------------------------------------------------------------- consoles */

#define LINES	250			/* of each CPU; all of them fit the ring */

static char screen[1 << 20];
static size_t screen_len;
static int inside;

static void slow_write(struct console *con, const char *s, size_t n)
{
	if (__atomic_fetch_add(&inside, 1, __ATOMIC_RELAXED))
		abort();			/* two CPUs in one console */
	memcpy(screen + screen_len, s, n);
	screen_len += n;			/* plain: TSan sees whether ownership is passed on */
	usleep(1);
	__atomic_fetch_sub(&inside, 1, __ATOMIC_RELAXED);
}

static void *talker(void *arg)
{
	cpu_number = (unsigned long)arg;
	for (int i = 0; i < LINES; i++) {
		interrupts_are_off = i % 3 == 0;
		printk(KERN_INFO "cpu %lu line %d\n", cpu_number, i);
		if (i % 50 == 0)
			usleep(1000);
	}
	interrupts_are_off = false;
	console_flush();
	return NULL;
}

static void a_console_shows_every_line_once_and_one_cpu_at_a_time(void **state)
{
	static struct console con = { .name = "slow", .write = slow_write };
	unsigned int next[NR_WRITERS] = { 0 }, total = 0;
	pthread_t thread[NR_WRITERS];

	(void)state;
	register_console(&con);
	for (unsigned long i = 0; i < NR_WRITERS; i++)
		pthread_create(&thread[i], NULL, talker, (void *)i);
	for (int i = 0; i < NR_WRITERS; i++)
		pthread_join(thread[i], NULL);
	console_flush();
	for (char *line = strtok(screen, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned int cpu, nr, dropped;

		if (sscanf(line, "** %u messages dropped **", &dropped) == 1) {
			fail_msg("%u dropped: the ring is larger than this test", dropped);
			continue;
		}
		assert_int_equal(sscanf(line, "cpu %u line %u", &cpu, &nr), 2);
		assert_in_range(cpu, 0, NR_WRITERS - 1);
		assert_int_equal(nr, next[cpu]++);
		total++;
	}
	assert_int_equal(total, NR_WRITERS * LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_never_see_a_torn_record),
		cmocka_unit_test(a_console_shows_every_line_once_and_one_cpu_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
