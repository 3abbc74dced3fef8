// SPDX-License-Identifier: BSD-2-Clause
/* mm/vma_tree.c beside an array of pages: the shape after every step, each look-up and each hole. */
#include "tests/host/test.h"
#include <mm/vma_tree.h>

#define PAGES	256			/* of a small address space; the rest of the real one is taken by an outer VMA */
#define AT(page)	((unsigned long)(page) << PAGE_SHIFT)

static struct vma_tree tree;
static struct vm_area_struct *owner[PAGES];	/* the model */

static unsigned int check_below(const struct vm_area_struct *vma, unsigned long *max_gap)
{
	unsigned int h[2];
	unsigned long gap[2];

	if (!vma) {
		*max_gap = 0;
		return 0;
	}
	for (int s = 0; s < 2; s++) {
		if (vma->child[s])
			assert_ptr_equal(vma->child[s]->parent, vma);
		h[s] = check_below(vma->child[s], &gap[s]);
	}
	assert_true(h[0] <= h[1] + 1 && h[1] <= h[0] + 1);
	assert_int_equal(vma->height, 1 + max(h[0], h[1]));
	*max_gap = max(vma->gap, max(gap[0], gap[1]));
	assert_int_equal(vma->max_gap, *max_gap);
	return vma->height;
}

static void check(void)
{
	struct vm_area_struct *vma = tree.first, *prev = NULL;
	unsigned long max_gap;
	unsigned int i;

	assert_true(!tree.root || !tree.root->parent);
	check_below(tree.root, &max_gap);
	for (i = 0; i < PAGES; ) {
		if (!owner[i]) {
			i++;
			continue;
		}
		assert_ptr_equal(vma, owner[i]);
		assert_ptr_equal(vma->vm_prev, prev);
		assert_int_equal(vma->vm_start, AT(i));
		i = vma->vm_end >> PAGE_SHIFT;
		prev = vma;
		vma = vma->vm_next;
	}
	assert_null(vma);
	assert_ptr_equal(tree.last, prev);
}

static void paint(unsigned int from, unsigned int to, struct vm_area_struct *vma)
{
	for (; from < to; from++)
		owner[from] = vma;
}

static struct vm_area_struct *model_find(unsigned int page)
{
	for (; page < PAGES; page++)
		if (owner[page])
			return owner[page];
	return NULL;
}

/* Whether a page is free, also for a stack that may grow. */
static bool model_is_free(unsigned long page)
{
	const struct vm_area_struct *next = page < PAGES ? model_find(page) : NULL;

	if (page < PAGES && owner[page])
		return false;
	return !next || !(next->vm_flags & VM_GROWSDOWN) || AT(page + 1) + STACK_GUARD_GAP <= next->vm_start;
}

static unsigned long model_gap(unsigned long len, unsigned long low, unsigned long high, bool top_down)
{
	unsigned long found = NO_GAP, run = 0;

	for (unsigned long page = low; page < high; page++) {
		run = model_is_free(page) ? run + 1 : 0;
		if (run < len)
			continue;
		found = page + 1 - len;
		if (!top_down)
			break;
	}
	return found == NO_GAP ? NO_GAP : AT(found);
}

static void insert(unsigned int from, unsigned int to)
{
	struct vm_area_struct *vma = calloc(1, sizeof(*vma));

	vma->vm_start = AT(from);
	vma->vm_end = AT(to);
	vma->vm_flags = one_in(8) ? VM_GROWSDOWN : 0;
	vma_tree_insert(&tree, vma);
	paint(from, to, vma);
}

static void erase(struct vm_area_struct *vma)
{
	vma_tree_erase(&tree, vma);
	paint(vma->vm_start >> PAGE_SHIFT, vma->vm_end >> PAGE_SHIFT, NULL);
	free(vma);
}

static void resize(struct vm_area_struct *vma)
{
	unsigned int low = vma->vm_prev ? vma->vm_prev->vm_end >> PAGE_SHIFT : 0;
	unsigned int high = vma->vm_next ? vma->vm_next->vm_start >> PAGE_SHIFT : PAGES;
	unsigned int from = low + random_below(high - low), to = from + 1 + random_below(high - from);

	paint(vma->vm_start >> PAGE_SHIFT, vma->vm_end >> PAGE_SHIFT, NULL);
	vma->vm_start = AT(from);
	vma->vm_end = AT(to);
	vma_tree_resized(&tree, vma);
	paint(from, to, vma);
}

static void step(void)
{
	unsigned int from = random_below(PAGES), to = from + 1 + random_below(6), i;

	if (owner[from]) {
		if (one_in(3))
			erase(owner[from]);
		else
			resize(owner[from]);
		return;
	}
	for (i = from; i < to && i < PAGES && !owner[i]; i++)
		;
	insert(from, i);
}

static void clear(void)
{
	while (tree.first)
		erase(tree.first);
	check();
}

static void agrees_with_the_model(void **state)
{
	for (int i = 0; i < 20000; i++) {
		unsigned long page = random_below(PAGES), low = random_below(PAGES), high = low + random_below(PAGES + 300);
		unsigned long len = 1 + random_below(one_in(4) ? 300 : 12);
		bool top_down = one_in(2);

		step();
		if (!(i % 16))
			check();
		assert_ptr_equal(vma_tree_find(&tree, AT(page) + random_below(PAGE_SIZE)), model_find(page));
		assert_int_equal(vma_tree_find_gap(&tree, len << PAGE_SHIFT, AT(low), AT(high), top_down),
				 model_gap(len, low, high, top_down));
		if (one_in(2000))
			clear();
	}
	clear();
}

/* As mmap() does it: from the top down, and all of it away again. */
static void long_rows_stay_flat(void **state)
{
	struct vm_area_struct *vma = calloc(4096, sizeof(*vma));
	unsigned long max_gap;

	for (unsigned int i = 0; i < 4096; i++) {
		unsigned long at = vma_tree_find_gap(&tree, PAGE_SIZE, 0, AT(3 * 4096), true);

		assert_int_equal(at, AT(3 * 4096 - 2 * i - 1));
		vma[i].vm_start = at - PAGE_SIZE;
		vma[i].vm_end = at + PAGE_SIZE;
		vma_tree_insert(&tree, &vma[i]);
		vma[i].vm_start = at;		/* a hole between any two */
		vma_tree_resized(&tree, &vma[i]);
		vma[i].vm_start = at - PAGE_SIZE;
		vma_tree_resized(&tree, &vma[i]);
	}
	check_below(tree.root, &max_gap);
	assert_true(tree.root->height <= 13);
	for (unsigned int i = 0; i < 4096; i++)
		vma_tree_erase(&tree, &vma[i ^ 1365]);
	assert_null(tree.root);
	free(vma);
}

static void a_list_becomes_a_tree(void **state)
{
	for (unsigned int nr = 0; nr <= 100; nr++) {
		for (unsigned int i = 0; i < nr; i++) {
			struct vm_area_struct *vma = calloc(1, sizeof(*vma));

			vma->vm_start = AT(2 * i + 1);
			vma->vm_end = AT(2 * i + 2);
			vma_tree_append(&tree, vma);
			paint(2 * i + 1, 2 * i + 2, vma);
		}
		vma_tree_build(&tree, nr);
		check();
		clear();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(long_rows_stay_flat),
		cmocka_unit_test(a_list_becomes_a_tree),
	};

	return cmocka_run_group_tests_name("mm/vma_tree", tests, seed_random, NULL);
}
