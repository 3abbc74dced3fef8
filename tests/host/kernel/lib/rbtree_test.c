// SPDX-License-Identifier: BSD-2-Clause
/* kernel/lib/rbtree.c: the rules of its colours after every step, the order beside a sorted array. */
#include "tests/host/test.h"
#include <lib/rbtree.h>

#define NR	512

struct item { u64 key; u32 nr; struct rb_node node; bool in; };

static struct item items[NR], *sorted[NR];
static unsigned int nr_sorted;

static struct item *item_of(const struct rb_node *node)
{
	return container_of(node, struct item, node);
}

static bool less(const struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

/* Number of black nodes on each way down; fails when a rule is broken. */
static unsigned int check_below(const struct rb_node *node)
{
	unsigned int black[2];

	if (!node)
		return 0;
	for (int s = 0; s < 2; s++) {
		const struct rb_node *child = node->child[s];

		if (child) {
			assert_ptr_equal(child->parent, node);
			assert_false(node->red && child->red);
		}
		black[s] = check_below(child);
	}
	assert_int_equal(black[0], black[1]);
	return black[0] + !node->red;
}

static void check(const struct rb_root *root)
{
	const struct rb_node *node = rb_first(root);

	assert_true(!root->node || (!root->node->parent && !root->node->red));
	check_below(root->node);
	for (unsigned int i = 0; i < nr_sorted; i++, node = rb_next(node)) {
		assert_non_null(node);
		assert_ptr_equal(item_of(node), sorted[i]);
	}
	assert_null(node);
}

static void model_add(struct item *it)
{
	unsigned int at = nr_sorted++;

	for (; at && it->key < sorted[at - 1]->key; at--)
		sorted[at] = sorted[at - 1];
	sorted[at] = it;
	it->in = true;
}

static void model_erase(struct item *it)
{
	unsigned int at = 0;

	while (sorted[at] != it)
		at++;
	memmove(&sorted[at], &sorted[at + 1], (--nr_sorted - at) * sizeof(sorted[0]));
	it->in = false;
}

static void step(struct rb_root *root, unsigned int nr, u64 keys)
{
	struct item *it = &items[random_below(nr)];

	if (it->in) {
		rb_erase(root, &it->node);
		model_erase(it);
	} else {
		it->key = random_below(keys);
		rb_add(root, &it->node, less);
		model_add(it);
	}
}

static void every_step_keeps_colours_and_order(void **state)
{
	for (int round = 0; round < 400; round++) {
		struct rb_root root = { 0 };
		unsigned int nr = 1 + random_below(round % 4 ? 24 : NR);
		u64 keys = one_in(2) ? 1 + random_below(8) : ~0ULL;

		memset(items, 0, sizeof(items));
		nr_sorted = 0;
		for (int i = 0; i < 600; i++) {
			step(&root, nr, keys);
			check(&root);
		}
	}
}

static void a_million_steps_keep_the_order(void **state)
{
	struct rb_root root = { 0 };

	memset(items, 0, sizeof(items));
	nr_sorted = 0;
	for (int i = 0; i < 1000000; i++) {
		step(&root, NR, 1 << 20);
		assert_ptr_equal(rb_first(&root), nr_sorted ? &sorted[0]->node : NULL);
	}
	check(&root);
}

static void ways_down_are_short(void **state)
{
	static struct item many[1 << 16];
	struct rb_root root = { 0 };
	unsigned int deepest = 0;

	for (u64 i = 0; i < ARRAY_SIZE(many); i++) {	/* in order: the worst for a tree that does not balance */
		many[i].key = i;
		rb_add(&root, &many[i].node, less);
	}
	for (u64 i = 0; i < ARRAY_SIZE(many); i++) {
		unsigned int depth = 0;

		for (struct rb_node *n = &many[i].node; n; n = n->parent)
			depth++;
		deepest = max(deepest, depth);
	}
	assert_in_range(deepest, 17, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_keeps_colours_and_order),
		cmocka_unit_test(a_million_steps_keep_the_order),
		cmocka_unit_test(ways_down_are_short),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
