// SPDX-License-Identifier: BSD-2-Clause
/* The checker of lock orders: each kind of deadlock is told before it happens, once, and nothing else is. */
#define LANTERN_LOCKDEP
#include "cpus.h"
#define ASM_SECTIONS_H
#define _sdata	((const char *)0)		/* every lock is static... */
#define _end	end_of_static
static const char *end_of_static = (const char *)-1;	/* ...until a test says otherwise */
static char per_cpu[2][256] __attribute__((aligned(8)));	/* the section, and the copy of CPU 1 */
#define __per_cpu_start	per_cpu[0]
#define __per_cpu_end	per_cpu[1]
static unsigned long __per_cpu_offset[NR_CPUS] = { [1] = sizeof(per_cpu[0]) };
#include "kernel/locking/spinlock.c"
#define KERNEL_SCHED_H
static struct task_struct { struct lockdep_thread mutexes; } threads[2], *current = threads;
#include <kernel/mutex.h>
#include "kernel/locking/lockdep.c"

static char said[1 << 16];
static size_t nr_said;

int printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	nr_said += vsnprintf(said + nr_said, sizeof(said) - nr_said, fmt, args);
	va_end(args);
	return 0;
}

bool ksym_lookup(unsigned long addr, char *name, size_t size, unsigned long *offset, unsigned long *len)
{
	return false;
}

void mutex_lock_slow(struct mutex *lock) { abort(); }	/* nobody waits here */
void mutex_unlock_slow(struct mutex *lock) { abort(); }

static struct spinlock a, b, c, d, lots[MAX_CLASSES];
static DEFINE_MUTEX(m);
static DEFINE_MUTEX(n);

static int fresh(void **state)
{
	(void)state;
	memset(classes, 0, sizeof(classes));
	memset(reported, 0, sizeof(reported));
	memset(&cpu_held, 0, sizeof(cpu_held));
	nr_classes = nr_edges = full = too_many_held = 0;
	memset(threads, 0, sizeof(threads));
	current = threads;
	m.dep = n.dep = (struct lockdep_map){ 0 };
	a = b = c = d = (struct spinlock){ 0 };
	memset(lots, 0, sizeof(lots));
	said[nr_said = 0] = '\0';
	interrupts_are_off = true;
	count = PREEMPT_NO_RESCHED | 1;
	return 0;
}

static unsigned int nr_reports(const char *what)
{
	unsigned int nr = 0;

	for (const char *p = said; (p = strstr(p, what)); p++)
		nr++;
	return nr;
}

#define OPPOSITE	"opposite orders"
#define INTRUDED	"waits for is taken where one may come"

static void take_in_order(struct spinlock *first, struct spinlock *second)
{
	spin_lock(first);
	spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
}

static void one_order_is_no_deadlock(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		take_in_order(&a, &b);
		take_in_order(&b, &c);
		take_in_order(&a, &c);
	}
	assert_string_equal(said, "");
	assert_int_equal(nr_classes, 3);
	assert_int_equal(nr_edges, 3);
	assert_int_equal(cpu_held.nr, 0);
}

static void two_opposite_orders_are_told_once_with_both(void **state)
{
	(void)state;
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&a);		/* out of order: no matter */
	spin_unlock(&b);
	for (int i = 0; i < 3; i++) {
		spin_lock(&b);
		spin_lock(&a);
		spin_unlock(&a);
		spin_unlock(&b);
	}
	assert_int_equal(nr_reports(OPPOSITE), 1);
	assert_int_equal(nr_reports("lockdep_test.c: &b, taken in"), 1);
	assert_int_equal(nr_reports("lockdep_test.c: &a, wanted in"), 1);
	assert_int_equal(nr_reports("lockdep_test.c: &a, taken in"), 1);
	assert_int_equal(nr_reports("lockdep_test.c: &b, then in"), 1);
}

static void a_circle_over_four_is_told_with_its_way(void **state)
{
	(void)state;
	take_in_order(&a, &b);
	take_in_order(&b, &c);
	take_in_order(&c, &d);
	assert_string_equal(said, "");
	take_in_order(&d, &a);
	assert_int_equal(nr_reports(OPPOSITE), 1);
	assert_int_equal(nr_reports("then in"), 3);
}

static void trying_cannot_wait(void **state)
{
	(void)state;
	take_in_order(&a, &b);
	spin_lock(&b);
	assert_true(spin_trylock(&a));
	spin_unlock(&a);
	spin_unlock(&b);
	assert_string_equal(said, "");
	/* but what is then waited for is after it */
	assert_true(spin_trylock(&c));
	spin_lock(&a);
	spin_unlock(&a);
	spin_unlock(&c);
	take_in_order(&a, &c);
	assert_int_equal(nr_reports(OPPOSITE), 1);
}

static void two_of_one_class(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		spin_lock_init(&lots[i]);
	take_in_order(&lots[0], &lots[1]);
	take_in_order(&lots[0], &lots[1]);
	assert_int_equal(nr_reports("while one of its class is held"), 1);
	assert_int_equal(nr_classes, 1);
	assert_string_equal(classes[0].name, "lockdep_test.c: &lots[i]");
}

/* ----------------------------------------------------------------- interrupts */

static void take(struct spinlock *lock)
{
	unsigned long flags = spin_lock_irqsave(lock);

	spin_unlock_irqrestore(lock, flags);
}

static void take_in_interrupt(struct spinlock *lock)
{
	preempt_count_add(HARDIRQ_OFFSET);
	take(lock);
	preempt_count_sub(HARDIRQ_OFFSET);
}

static void take_with_interrupts_on(struct spinlock *lock)
{
	interrupts_are_off = false;
	spin_lock(lock);
	spin_unlock(lock);
	interrupts_are_off = true;
}

static void a_lock_of_interrupts_taken_with_them_on(void **state)
{
	(void)state;
	take(&a);
	take_in_interrupt(&a);
	assert_string_equal(said, "");
	take_with_interrupts_on(&a);
	take_with_interrupts_on(&a);
	take_in_interrupt(&a);
	assert_int_equal(nr_reports("an interrupt " INTRUDED), 1);
	assert_int_equal(nr_reports(INTRUDED), 1);
}

static void the_same_seen_the_other_way_round(void **state)
{
	(void)state;
	take_with_interrupts_on(&a);
	take_in_interrupt(&b);
	assert_string_equal(said, "");
	take_in_interrupt(&a);
	assert_int_equal(nr_reports(INTRUDED), 1);
}

/* An interrupt waits for b, whose holder waits for a, whose holder that interrupt has interrupted. */
static void an_interrupt_waits_over_a_second_lock(void **state)
{
	(void)state;
	take_in_interrupt(&b);
	take_with_interrupts_on(&a);
	assert_string_equal(said, "");
	take_in_order(&b, &a);
	assert_int_equal(nr_reports("an interrupt " INTRUDED), 1);
	assert_int_equal(nr_reports(OPPOSITE), 0);
}

static void what_an_interrupt_takes_is_not_ordered_after_what_it_interrupts(void **state)
{
	(void)state;
	spin_lock(&a);
	take_in_interrupt(&b);
	spin_unlock(&a);
	assert_int_equal(nr_edges, 0);
	take_in_order(&b, &a);
	assert_string_equal(said, "");
}

static void softirqs_are_held_off_or_not(void **state)
{
	(void)state;
	count += SOFTIRQ_OFFSET;
	take_with_interrupts_on(&a);
	count -= SOFTIRQ_OFFSET;
	take(&a);
	count += SOFTIRQ_DISABLE_OFFSET;
	take_with_interrupts_on(&a);
	count -= SOFTIRQ_DISABLE_OFFSET;
	assert_string_equal(said, "");
	take_with_interrupts_on(&a);
	assert_int_equal(nr_reports("a softirq " INTRUDED), 1);
	assert_int_equal(nr_reports(INTRUDED), 1);
}

/* --------------------------------------------------------------------- limits */

static void a_lock_nobody_made_is_told(void **state)
{
	(void)state;
	end_of_static = NULL;
	take(&a);
	take(&b);
	end_of_static = (const char *)-1;
	assert_int_equal(nr_reports("no spin_lock_init() made it"), 1);
	assert_int_equal(nr_classes, 0);
}

static void what_does_not_fit_is_told_and_does_no_harm(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < MAX_CLASSES; i++)
		take(&lots[i]);
	take(&a);
	take(&b);
	assert_int_equal(nr_reports("too many classes"), 1);
	fresh(NULL);
	for (unsigned int i = 0; i < MAX_HELD + 2; i++)
		spin_lock(&lots[i]);
	for (unsigned int i = 0; i < MAX_HELD + 2; i++)
		spin_unlock(&lots[i]);
	assert_int_equal(nr_reports("more than 16 locks held"), 1);
	assert_int_equal(cpu_held.nr, 0);
	for (unsigned int i = 0; i < MAX_CLASSES - 1; i++)
		for (unsigned int j = i + 1; j < MAX_CLASSES; j++)
			take_in_order(&lots[i], &lots[j]);
	assert_int_equal(nr_reports("too many orders"), 1);
	assert_int_equal(nr_edges, MAX_EDGES);
}

/* ---------------------------------------------------------------------- model */

#define MODEL	8

/* A circle is told exactly when a depth-first search of all edges so far finds one that the last edge closes. */
static bool reaches(bool after[MODEL][MODEL], unsigned int from, unsigned int to, unsigned int depth)
{
	if (from == to)
		return true;
	for (unsigned int i = 0; depth && i < MODEL; i++)
		if (after[from][i] && reaches(after, i, to, depth - 1))
			return true;
	return false;
}

static void random_orders_beside_a_model(void **state)
{
	for (unsigned int round = 0; round < 2000; round++) {
		bool after[MODEL][MODEL] = { 0 };
		unsigned int circles = 0;

		fresh(state);
		for (unsigned int i = 0; i < 2 * MODEL; i++) {
			unsigned int x = random_below(MODEL), y = random_below(MODEL);

			if (x == y)
				continue;
			circles += !after[x][y] && reaches(after, y, x, MODEL);
			after[x][y] = true;
			take_in_order(&lots[x], &lots[y]);
			assert_int_equal(nr_reports(OPPOSITE), circles);
		}
	}
}

static void the_copies_of_all_cpus_are_one_class(void **state)
{
	struct spinlock *first[2], *second[2];

	(void)state;
	memset(per_cpu, 0, sizeof(per_cpu));
	for (int cpu = 0; cpu < 2; cpu++) {
		first[cpu] = (struct spinlock *)&per_cpu[cpu][0];
		second[cpu] = (struct spinlock *)&per_cpu[cpu][128];
	}
	end_of_static = NULL;
	take_in_order(first[0], second[0]);
	take_in_order(first[1], second[1]);
	assert_string_equal(said, "");
	assert_int_equal(nr_classes, 2);
	take_in_order(second[1], first[1]);
	assert_int_equal(nr_reports(OPPOSITE), 1);
	end_of_static = (const char *)-1;
}

/* ---------------------------------------------------------------- mutexes */

static void take_mutexes(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(first);
	mutex_unlock(second);
}

static void mutexes_have_an_order(void **state)
{
	(void)state;
	take_mutexes(&m, &n);
	take_mutexes(&m, &n);
	assert_string_equal(said, "");
	take_mutexes(&n, &m);
	take_mutexes(&n, &m);
	assert_int_equal(nr_reports(OPPOSITE), 1);
	assert_int_equal(nr_reports("lockdep_test.c: first, wanted in"), 1);
	assert_int_equal(threads[0].mutexes.nr, 0);
}

/* What a thread holds is not held by the next one on its CPU. */
static void a_mutex_goes_with_its_thread(void **state)
{
	(void)state;
	mutex_lock(&m);
	current = &threads[1];
	mutex_lock(&n);
	take_in_order(&a, &b);
	current = &threads[0];
	mutex_unlock(&m);
	current = &threads[1];
	mutex_unlock(&n);
	take_mutexes(&n, &m);
	take_mutexes(&n, &m);
	assert_string_equal(said, "");
	assert_int_equal(threads[0].mutexes.nr + threads[1].mutexes.nr, 0);
}

/* A spinlock under a mutex, and elsewhere a mutex tried under the spinlock: no wait, no deadlock. */
static void orders_of_both_kinds_count(void **state)
{
	(void)state;
	mutex_lock(&m);
	spin_lock(&a);
	assert_true(mutex_trylock(&n));
	mutex_unlock(&n);
	spin_unlock(&a);
	mutex_unlock(&m);
	assert_string_equal(said, "");
	assert_int_equal(nr_edges, 1);
	spin_lock(&b);
	mutex_lock(&m);			/* asleep with a spinlock, and in an order: both are told */
	mutex_unlock(&m);
	spin_unlock(&b);
	assert_int_equal(nr_reports("where nobody may sleep"), 1);
	assert_int_equal(nr_reports("lockdep_test.c: &b, held since"), 1);
	mutex_lock(&m);
	mutex_unlock(&m);
	assert_int_equal(nr_reports("lockdep:"), 3);
}

static void an_interrupt_has_no_thread_to_sleep(void **state)
{
	(void)state;
	preempt_count_add(HARDIRQ_OFFSET);
	assert_true(mutex_trylock(&n));
	mutex_unlock(&n);
	assert_string_equal(said, "");
	mutex_lock(&m);
	mutex_unlock(&m);
	preempt_count_sub(HARDIRQ_OFFSET);
	assert_int_equal(nr_reports("where nobody may sleep"), 1);
}

static void a_class_of_mutexes_may_nest_when_it_says_so(void **state)
{
	struct mutex two[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		mutex_init(&two[i]);
	mutex_lock(&two[0]);
	mutex_lock_nested(&two[1]);
	mutex_unlock(&two[1]);
	assert_string_equal(said, "");
	mutex_lock(&two[1]);
	mutex_unlock(&two[1]);
	mutex_unlock(&two[0]);
	assert_int_equal(nr_reports("a lock is wanted while one of its class is held"), 1);
}

static void too_many_mutexes_are_told_once(void **state)
{
	struct mutex many[LOCKDEP_MAX_MUTEXES + 2];

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++) {
		mutex_init(&many[i]);
		mutex_lock_nested(&many[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		mutex_unlock(&many[i]);
	assert_int_equal(nr_reports("locks held at a time"), 1);
	assert_int_equal(threads[0].mutexes.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_order_is_no_deadlock, fresh),
		cmocka_unit_test_setup(two_opposite_orders_are_told_once_with_both, fresh),
		cmocka_unit_test_setup(a_circle_over_four_is_told_with_its_way, fresh),
		cmocka_unit_test_setup(trying_cannot_wait, fresh),
		cmocka_unit_test_setup(two_of_one_class, fresh),
		cmocka_unit_test_setup(a_lock_of_interrupts_taken_with_them_on, fresh),
		cmocka_unit_test_setup(the_same_seen_the_other_way_round, fresh),
		cmocka_unit_test_setup(an_interrupt_waits_over_a_second_lock, fresh),
		cmocka_unit_test_setup(what_an_interrupt_takes_is_not_ordered_after_what_it_interrupts, fresh),
		cmocka_unit_test_setup(softirqs_are_held_off_or_not, fresh),
		cmocka_unit_test_setup(a_lock_nobody_made_is_told, fresh),
		cmocka_unit_test_setup(the_copies_of_all_cpus_are_one_class, fresh),
		cmocka_unit_test_setup(what_does_not_fit_is_told_and_does_no_harm, fresh),
		cmocka_unit_test_setup(random_orders_beside_a_model, fresh),
		cmocka_unit_test_setup(mutexes_have_an_order, fresh),
		cmocka_unit_test_setup(a_mutex_goes_with_its_thread, fresh),
		cmocka_unit_test_setup(orders_of_both_kinds_count, fresh),
		cmocka_unit_test_setup(an_interrupt_has_no_thread_to_sleep, fresh),
		cmocka_unit_test_setup(a_class_of_mutexes_may_nest_when_it_says_so, fresh),
		cmocka_unit_test_setup(too_many_mutexes_are_told_once, fresh),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
