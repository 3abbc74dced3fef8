// SPDX-License-Identifier: BSD-2-Clause
/* mm/page_tree.c beside a sorted array; nodes are denied at random, and freed only when nobody may read them. */
#include "tests/host/test.h"

#define KERNEL_RCUPDATE_H
struct rcu_head { struct rcu_head *next; void (*func)(struct rcu_head *head); };
#define rcu_dereference(p)		(p)
#define rcu_assign_pointer(p, v)	((p) = (v))

static struct rcu_head *waiting;

static void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next = waiting;
	waiting = head;
}

static void grace_period(void)
{
	while (waiting) {
		struct rcu_head *head = waiting;

		waiting = head->next;
		head->func(head);
	}
}

#include <mm/slab.h>

static unsigned long nr_nodes;
static unsigned int deny_one_in;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *))
{
	return NULL;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	if (deny_one_in && one_in(deny_one_in))
		return NULL;
	nr_nodes++;
	return calloc(1, 2048);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	nr_nodes--;
	free(object);
}

#include "mm/page_tree.c"

#define MAX	600

static struct address_space mapping;
static struct { unsigned long index; struct page *page; } model[MAX];
static unsigned int nr;

static unsigned int model_at(unsigned long index)
{
	unsigned int i = 0;

	while (i < nr && model[i].index < index)
		i++;
	return i;
}

static unsigned long random_index(void)
{
	static const unsigned long around[] = { 0, 64, 4096, 262144, 1UL << 30, 1UL << 51, ~0UL - 3 };
	unsigned long index = around[random_below(ARRAY_SIZE(around))] + random_below(one_in(2) ? 4 : 200) - 2;

	if (nr && one_in(2))
		index = model[random_below(nr)].index;
	return index;
}

static void insert(unsigned long index)
{
	struct page *page = (struct page *)(uintptr_t)(0x1000 + 32 * random_below(1 << 20));
	unsigned int i = model_at(index);
	bool there = i < nr && model[i].index == index;
	int err;

	if (nr == MAX)
		return;
	err = page_tree_insert(&mapping, index, page);
	if (err == -ENOMEM) {
		assert_int_not_equal(deny_one_in, 0);
		return;
	}
	assert_int_equal(err, there ? -EEXIST : 0);
	if (there)
		return;
	memmove(&model[i + 1], &model[i], (nr++ - i) * sizeof(model[0]));
	model[i].index = index;
	model[i].page = page;
}

static void erase(unsigned long index)
{
	unsigned int i = model_at(index);
	bool there = i < nr && model[i].index == index;

	assert_ptr_equal(page_tree_erase(&mapping, index), there ? model[i].page : NULL);
	if (there)
		memmove(&model[i], &model[i + 1], (--nr - i) * sizeof(model[0]));
}

static void compare(unsigned long index)
{
	unsigned int i = model_at(index), run;
	unsigned long at = index;
	struct page *page, **slot;

	assert_ptr_equal(page_tree_find(&mapping, index), i < nr && model[i].index == index ? model[i].page : NULL);
	page = page_tree_next(&mapping, &at);
	assert_ptr_equal(page, i < nr ? model[i].page : NULL);
	if (page)
		assert_int_equal(at, model[i].index);
	slot = page_tree_run(&mapping, index, &run);
	assert_true(run >= 1 && run <= PAGE_NODE_SLOTS);
	for (at = index; at < index + run; at++)
		assert_ptr_equal(slot[at - index], page_tree_find(&mapping, at));
}

static void run(unsigned int steps)
{
	while (steps--) {
		if (one_in(2))
			insert(random_index());
		else
			erase(random_index());
		compare(random_index());
		if (one_in(50))
			grace_period();
	}
}

static void agrees_with_the_model(void **state)
{
	run(60000);
	while (nr)
		erase(model[random_below(nr)].index);
	grace_period();
	assert_null(mapping.root);
	assert_int_equal(nr_nodes, 0);
}

static void want_of_memory_changes_nothing(void **state)
{
	deny_one_in = 3;
	run(60000);
	deny_one_in = 0;
	while (nr)
		erase(model[0].index);
	grace_period();
	assert_int_equal(nr_nodes, 0);
}

static void small_files_have_no_nodes(void **state)
{
	insert(0);
	assert_int_equal(nr_nodes, 0);
	insert(63);
	assert_int_equal(nr_nodes, 1);
	insert(64);
	assert_int_equal(nr_nodes, 3);
	erase(64);
	grace_period();
	assert_int_equal(nr_nodes, 1);
	erase(63);
	erase(0);
	grace_period();
	assert_int_equal(nr_nodes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(want_of_memory_changes_nothing),
		cmocka_unit_test(small_files_have_no_nodes),
	};

	return cmocka_run_group_tests_name("mm/page_tree", tests, seed_random, NULL);
}
