/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/mm/pgtable.c over simulated physical memory. The model keeps the
 * requests that were granted and scans them for each address; the tables are
 * also read the way the CPU reads them (SDM 3A 4.5), by code of its own.
 */
#include <tests/host/test.h>
#include <asm/pgtable.h>

#define MAX_TABLES	20000
#define FIRST_TABLE	0x7654321000ULL		/* tables lie where no pointer leads by itself */
#define PAGE		4096ULL
#define SZ_2MIB		(2ULL << 20)
#define SZ_1GIB		(1ULL << 30)

/* Simulated memory: one allocation for each table, so that ASan guards its ends. */
static u64 *tables[MAX_TABLES];
static unsigned int nr_tables, tables_left;

static u64 *table_at(phys_addr_t pa)
{
	u64 n = (pa - FIRST_TABLE) / PAGE;

	if (pa % PAGE || n >= nr_tables)
		fail_msg("no table at %#jx", (uintmax_t)pa);
	return tables[n];
}

static phys_addr_t table_alloc(void)
{
	if (!tables_left)
		return 0;
	tables_left--;
	assert_true(nr_tables < MAX_TABLES);
	tables[nr_tables] = calloc(PTRS_PER_TABLE, sizeof(u64));
	return FIRST_TABLE + nr_tables++ * PAGE;
}

static void forget_tables(void)
{
	while (nr_tables)
		free(tables[--nr_tables]);
}

static struct pgtable new_tree(unsigned int levels, unsigned int max_leaf)
{
	forget_tables();
	tables_left = MAX_TABLES;
	return (struct pgtable){ .root = table_alloc(), .levels = levels, .max_leaf = max_leaf,
				 .table = table_at, .alloc = table_alloc };
}

static struct pgtable random_tree(void)
{
	return new_tree(one_in(2) ? 4 : 5, 1 + random_below(3));
}

/* What the CPU makes of an address: the leaf's level, 0 for none; rights of all levels together. */
struct translation {
	unsigned int	level;
	u64		pa, leaf;
	bool		writable, user, no_execute;
};

static struct translation cpu_translate(const struct pgtable *pt, u64 va)
{
	struct translation t = { .writable = true, .user = true };
	u64 table = pt->root;

	for (unsigned int level = pt->levels; level; level--) {
		unsigned int shift = 12 + (level - 1) * 9;
		u64 e = table_at(table)[va >> shift & 511];

		if (!(e & 1))
			return (struct translation){ 0 };
		t.writable &= !!(e & 2);
		t.user &= !!(e & 4);
		t.no_execute |= e >> 63;
		if (level == 1 || e & 0x80) {
			u64 frame = e & 0x000ffffffffff000;

			assert_true(level <= pt->max_leaf);
			if (frame & ((1ULL << shift) - 1))	/* reserved bits of a large page */
				fail_msg("level %u entry %#jx is not aligned", level, (uintmax_t)e);
			t.level = level;
			t.leaf = e;
			t.pa = frame | (va & ((1ULL << shift) - 1));
			return t;
		}
		table = e & 0x000ffffffffff000;
	}
	return t;
}

/* The model: requests as granted, disjoint or in agreement. */
struct request {
	u64	va, pa, size, prot;
};

static struct request granted[400];
static unsigned int nr_granted;

static const struct request *model_find(u64 va)
{
	for (unsigned int i = 0; i < nr_granted; i++)
		if (va - granted[i].va < granted[i].size)
			return &granted[i];
	return NULL;
}

/* Bytes of @r before its first page that is mapped otherwise. */
static u64 model_accepts(const struct request *r)
{
	u64 accepted = r->size;

	for (unsigned int i = 0; i < nr_granted; i++) {
		const struct request *g = &granted[i];
		u64 from = max(r->va, g->va), last = min(r->va + (r->size - 1), g->va + (g->size - 1));

		if (from <= last && (g->pa - g->va != r->pa - r->va || g->prot != r->prot))
			accepted = min(accepted, from - r->va);
	}
	return accepted;
}

static void assert_translates(struct pgtable *pt, u64 va)
{
	const struct request *want = model_find(va);
	u64 half = 1ULL << (pt->levels == 5 ? 56 : 47);
	struct translation t = cpu_translate(pt, va);
	struct pgtable_path path;

	if (va + half >= 2 * half)		/* just outside: there is nothing to translate */
		return;
	pgtable_lookup(pt, va, &path);
	assert_int_equal(path.leaf_level, t.level);
	if (!want) {
		assert_int_equal(t.level, 0);
		return;
	}
	if (!t.level || t.pa != want->pa + (va - want->va))
		fail_msg("%#jx leads to %#jx at level %u, model says %#jx", (uintmax_t)va, (uintmax_t)t.pa,
			 t.level, (uintmax_t)(want->pa + (va - want->va)));
	assert_int_equal(path.pa, t.pa);
	assert_int_equal(path.depth, pt->levels + 1 - t.level);
	assert_int_equal(path.entry[path.depth - 1], t.leaf);
	assert_int_equal(t.leaf & ~PTE_PFN_MASK & ~(t.level > 1 ? _PAGE_PSE : 0), want->prot);
	assert_int_equal(t.writable, !!(want->prot & _PAGE_RW));
	assert_int_equal(t.user, !!(want->prot & _PAGE_USER));
	assert_int_equal(t.no_execute, !!(want->prot & _PAGE_NX));
}

/* Ends of the request, the pages next to it, and some addresses inside. */
static void assert_request_translates(struct pgtable *pt, const struct request *r)
{
	assert_translates(pt, r->va);
	assert_translates(pt, r->va - 1);
	assert_translates(pt, r->va + (r->size - 1));
	assert_translates(pt, r->va + r->size);
	for (int i = 0; i < 12; i++)
		assert_translates(pt, r->va + random_below(r->size));
}

static u64 random_prot(void)
{
	static const u64 prots[] = { PAGE_KERNEL, PAGE_KERNEL_RO, PAGE_KERNEL_ROX,
		PAGE_KERNEL | _PAGE_CACHE_WC, PAGE_KERNEL | _PAGE_CACHE_UC, PAGE_KERNEL | _PAGE_USER,
		_PAGE_PRESENT | _PAGE_USER, _PAGE_PRESENT };

	return prots[random_below(one_in(3) ? ARRAY_SIZE(prots) : 2)];
}

/* Where the interesting parts of an address space begin or end. */
static u64 random_landmark(const struct pgtable *pt)
{
	u64 half = 1ULL << (pt->levels == 5 ? 56 : 47);
	const u64 marks[] = { 0, SZ_1GIB, 512 * SZ_1GIB, half - 4 * SZ_1GIB, -half, -(half / 2),
			      -4 * SZ_1GIB, 3 * SZ_2MIB, -2 * SZ_2MIB };

	return marks[random_below(ARRAY_SIZE(marks))];
}

static struct request random_request(const struct pgtable *pt)
{
	u64 half = 1ULL << (pt->levels == 5 ? 56 : 47), room;
	static const u64 unit[] = { PAGE, PAGE, SZ_2MIB, SZ_1GIB };
	u64 step = unit[random_below(ARRAY_SIZE(unit))], loose = one_in(3) ? random_below(600) * PAGE : 0;
	struct request r = { .prot = random_prot() };

	r.va = random_landmark(pt) + random_below(step == PAGE ? 1200 : 4) * step + loose;
	r.size = (1 + random_below(step == PAGE ? 1200 : 2)) * step + (one_in(3) ? random_below(600) * PAGE : 0);
	if (r.va + half >= 2 * half)		/* in the hole */
		r.va = -half;
	room = r.va < half ? half - r.va : -r.va;
	r.size = min(r.size, room);
	if (one_in(4) && r.size < 4 * SZ_2MIB)
		r.pa = random_below(1ULL << 30) * PAGE;
	else					/* as aligned as va, one frame number for each address or two */
		r.pa = (r.va & (64 * SZ_1GIB - 1)) + one_in(5) * SZ_1GIB * 77;
	return r;
}

static int map(struct pgtable *pt, const struct request *r)
{
	return pgtable_map(pt, r->va, r->pa, r->size, r->prot);
}

static void random_maps_translate_as_requested(void **state)
{
	unsigned int refused = 0, agreed = 0;

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct pgtable pt = random_tree();

		nr_granted = 0;
		for (int i = 0; i < 60; i++) {
			struct request r = random_request(&pt);
			u64 accepted = model_accepts(&r);
			int err = map(&pt, &r);

			assert_int_equal(err, accepted < r.size ? -2 : 0);
			refused += err != 0;
			agreed += !err && model_find(r.va);
			r.size = accepted;
			if (accepted)
				granted[nr_granted++] = r;
			if (accepted)
				assert_request_translates(&pt, &r);
		}
		for (unsigned int i = 0; i < nr_granted; i++)
			assert_request_translates(&pt, &granted[i]);
		for (int i = 0; i < 200; i++)
			assert_translates(&pt, random_landmark(&pt) + random_below(SZ_1GIB * 4));
	}
	assert_true(refused > 50 && agreed > 50);
}

/* Largest page around @va that lies in the request and is aligned on both sides. */
static unsigned int largest_leaf(const struct request *r, u64 va, unsigned int max_leaf)
{
	for (unsigned int level = max_leaf; level > 1; level--) {
		u64 bytes = level == 2 ? SZ_2MIB : SZ_1GIB, first = va & -bytes;

		if (first >= r->va && first + (bytes - 1) <= r->va + (r->size - 1) &&
		    (first - r->va + r->pa) % bytes == 0)
			return level;
	}
	return 1;
}

static void largest_pages_are_used_wherever_they_fit(void **state)
{
	unsigned int seen[4] = { 0 };

	(void)state;
	for (int round = 0; round < 600; round++) {
		struct pgtable pt = random_tree();
		struct request r = random_request(&pt);

		assert_int_equal(map(&pt, &r), 0);
		for (int i = 0; i < 100; i++) {
			u64 va = r.va + random_below(r.size);
			unsigned int want = largest_leaf(&r, va, pt.max_leaf);

			if (i < 2)		/* the ends, too */
				va = i ? r.va + (r.size - 1) : r.va;
			want = largest_leaf(&r, va, pt.max_leaf);
			seen[want]++;
			assert_int_equal(cpu_translate(&pt, va).level, want);
		}
	}
	assert_true(seen[1] && seen[2] && seen[3]);
}

static u64 *snapshot(void)
{
	u64 *copy = malloc(nr_tables * PAGE);

	for (unsigned int i = 0; i < nr_tables; i++)
		memcpy((u8 *)copy + i * PAGE, tables[i], PAGE);
	return copy;
}

static bool is_table(u64 entry)
{
	return (entry & PTE_PFN_MASK) - FIRST_TABLE < nr_tables * PAGE;
}

/* Entries that were present in @before are the same now; tables may have become accessible to users. */
static void assert_present_entries_kept(const u64 *before, unsigned int nr)
{
	for (unsigned int i = 0; i < nr * PTRS_PER_TABLE; i++) {
		u64 now = tables[i / PTRS_PER_TABLE][i % PTRS_PER_TABLE];

		if (is_table(now))
			now = (now & ~_PAGE_USER) | (before[i] & _PAGE_USER);
		if (before[i] & 1 && before[i] != now)
			fail_msg("table %u entry %u: %#jx became %#jx", i / PTRS_PER_TABLE, i % PTRS_PER_TABLE,
				 (uintmax_t)before[i], (uintmax_t)now);
	}
}

static void a_refused_map_changes_nothing_mapped(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct pgtable pt = random_tree();
		struct request r = random_request(&pt), other;
		unsigned int nr;
		u64 *before;

		r.prot = PAGE_KERNEL;
		assert_int_equal(map(&pt, &r), 0);
		before = snapshot();
		nr = nr_tables;

		other = r;				/* the same again, or part of it: nothing to do */
		other.va += random_below(r.size / PAGE) * PAGE;
		other.pa += other.va - r.va;
		other.size -= other.va - r.va;
		assert_int_equal(map(&pt, &other), 0);
		assert_int_equal(nr_tables, nr);

		if (one_in(2))				/* one bit of difference, in rights or in frames */
			other.pa ^= PAGE << random_below(30);
		else
			other.prot ^= (const u64[]){ _PAGE_RW, _PAGE_NX, _PAGE_PWT, _PAGE_PCD, _PAGE_USER,
						     _PAGE_GLOBAL }[random_below(6)];
		assert_int_equal(map(&pt, &other), -2);
		assert_present_entries_kept(before, nr);
		free(before);
	}
}

static void bits_the_cpu_sets_do_not_count_as_difference(void **state)
{
	struct pgtable pt = new_tree(4, 1);
	struct pgtable_path path;
	u64 *level1;

	(void)state;
	assert_int_equal(pgtable_map(&pt, 0x1000, 0x5000, PAGE, _PAGE_PRESENT | _PAGE_RW), 0);
	pgtable_lookup(&pt, 0x1000, &path);
	level1 = table_at(path.entry[2] & PTE_PFN_MASK);
	level1[1] |= _PAGE_ACCESSED | _PAGE_DIRTY;
	assert_int_equal(pgtable_map(&pt, 0x1000, 0x5000, PAGE, _PAGE_PRESENT | _PAGE_RW), 0);
}

static void running_out_of_tables_is_reported_at_every_allocation(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		unsigned int levels = one_in(2) ? 4 : 5, max_leaf = 1 + random_below(3), needed, fail_at;
		struct pgtable pt = new_tree(levels, max_leaf);
		struct request r = random_request(&pt), first = r;

		r.size = min(r.size, 40 * SZ_2MIB);
		first.size = min(r.size, PAGE << random_below(8));	/* mapped before memory runs short */
		assert_int_equal(map(&pt, &r), 0);
		needed = nr_tables - 1;
		for (fail_at = 0; fail_at < needed; fail_at++) {
			unsigned int spent;

			pt = new_tree(levels, max_leaf);
			assert_int_equal(map(&pt, &first), 0);
			spent = nr_tables - 1;
			if (spent > fail_at)
				continue;
			tables_left = fail_at - spent;
			if (map(&pt, &r) == 0)		/* small pages of @first cost more than @r alone */
				fail_msg("%u tables sufficed where %u are needed", fail_at, needed);
			tables_left = fail_at - spent ? 0 : tables_left;
			assert_int_equal(map(&pt, &r), -1);
			nr_granted = 1;
			granted[0] = first;
			assert_translates(&pt, first.va);
			assert_translates(&pt, first.va + (first.size - 1));
			tables_left = MAX_TABLES - nr_tables;	/* memory is back: all of it gets mapped */
			assert_int_equal(map(&pt, &r), 0);
			granted[0] = r;
			assert_request_translates(&pt, &r);
		}
	}
}

static void without_an_allocator_nothing_is_allocated(void **state)
{
	struct pgtable pt = new_tree(4, 3);

	(void)state;
	assert_int_equal(pgtable_map(&pt, SZ_1GIB, SZ_1GIB, SZ_1GIB, PAGE_KERNEL), 0);
	pt.alloc = NULL;
	assert_int_equal(pgtable_map(&pt, 2 * SZ_1GIB, 2 * SZ_1GIB, SZ_1GIB, PAGE_KERNEL), 0);
	assert_int_equal(pgtable_map(&pt, 3 * SZ_1GIB, 3 * SZ_1GIB, PAGE, PAGE_KERNEL), -1);
}

static void the_last_page_of_the_address_space_maps(void **state)
{
	(void)state;
	for (unsigned int levels = 4; levels <= 5; levels++) {
		for (unsigned int max_leaf = 1; max_leaf <= 3; max_leaf++) {
			const u64 sizes[] = { PAGE, 2 * PAGE, SZ_2MIB, SZ_2MIB + PAGE, SZ_1GIB, SZ_1GIB + SZ_2MIB };

			for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
				struct pgtable pt = new_tree(levels, max_leaf);

				nr_granted = 0;
				granted[nr_granted++] = (struct request){ -sizes[i], -sizes[i] & (16 * SZ_1GIB - 1),
									  sizes[i], PAGE_KERNEL };
				assert_int_equal(map(&pt, &granted[0]), 0);
				assert_request_translates(&pt, &granted[0]);
				assert_translates(&pt, 0);
			}
		}
	}
}

static void ranges_that_no_address_space_has_are_refused(void **state)
{
	(void)state;
	for (unsigned int levels = 4; levels <= 5; levels++) {
		u64 half = 1ULL << (levels == 5 ? 56 : 47), top = 1ULL << 52;
		const struct request bad[] = {
			{ -PAGE, 0, 2 * PAGE, PAGE_KERNEL },		/* past the last page */
			{ -SZ_1GIB, 0, 2 * SZ_1GIB, PAGE_KERNEL },
			{ half - PAGE, 0, 2 * PAGE, PAGE_KERNEL },	/* into the hole */
			{ half, 0, PAGE, PAGE_KERNEL },			/* in it */
			{ -half - PAGE, 0, PAGE, PAGE_KERNEL },
			{ -half - PAGE, 0, 2 * PAGE, PAGE_KERNEL },	/* out of it */
			{ half - PAGE, 0, -2 * half + 2 * PAGE, PAGE_KERNEL },	/* across it */
			{ 0, top, PAGE, PAGE_KERNEL },			/* frames no entry can name */
			{ 0, top - PAGE, 2 * PAGE, PAGE_KERNEL },
			{ 0, -PAGE, 2 * PAGE, PAGE_KERNEL },
		};

		for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
			struct pgtable pt = new_tree(levels, 3);

			if (map(&pt, &bad[i]) != -2)
				fail_msg("%u levels: bad range %u was not refused", levels, i);
			assert_int_equal(nr_tables, 1);
			for (unsigned int e = 0; e < PTRS_PER_TABLE; e++)
				assert_int_equal(tables[0][e], 0);
		}
	}
}

static void an_empty_range_maps_nothing(void **state)
{
	struct pgtable pt = new_tree(4, 3);

	(void)state;
	assert_int_equal(pgtable_map(&pt, 0, 0, 0, PAGE_KERNEL), 0);
	assert_int_equal(pgtable_map(&pt, -PAGE, 0, 0, PAGE_KERNEL), 0);
	assert_int_equal(nr_tables, 1);
}

/* A walk as the contract says it, once recorded from the code and once made by looking at every entry. */
struct visit {
	u64		va;
	const u64	*entry;
	unsigned int	level;
};

struct walk {
	struct visit	visit[60000];
	unsigned int	nr;
	u64		salt;		/* decides, with address and level, what the visitor answers */
	unsigned int	end_odds;
};

static u64 mix(u64 z)
{
	z = (z ^ z >> 31) * 0x7fb5d329728ea185ULL;
	return (z ^ z >> 27) * 0x81dadef4bc2dd44dULL ^ z >> 33;
}

static int answer(struct walk *w, const u64 *entry, u64 va, unsigned int level)
{
	u64 dice = mix(va ^ w->salt) + level;
	bool leads_on = *entry & 1 && level > 1 && !(*entry & 0x80);

	assert_true(w->nr < ARRAY_SIZE(w->visit));
	w->visit[w->nr++] = (struct visit){ va, entry, level };
	if (w->end_odds && dice % w->end_odds == 0)
		return dice >> 40 & 1 ? PGWALK_STOP : -5;
	return leads_on && dice >> 20 & 3 ? PGWALK_DESCEND : PGWALK_NEXT;
}

static int recording_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	(void)pt;
	return answer(ctx, entry, va, level);
}

static int model_walk(struct pgtable *pt, struct walk *w, u64 table, unsigned int level, u64 base,
		      u64 first, u64 last)
{
	unsigned int shift = 12 + 9 * (level - 1), bits = pt->levels == 5 ? 57 : 48;

	for (unsigned int i = 0; i < 512; i++) {
		u64 from = base + ((u64)i << shift), to = from + ((1ULL << shift) - 1);
		u64 va = from >> (bits - 1) & 1 ? from | -1ULL << bits : from;
		const u64 *entry = &table_at(table)[i];
		int ret;

		if (to < first || from > last)
			continue;
		ret = answer(w, entry, va, level);
		if (ret == PGWALK_DESCEND)
			ret = model_walk(pt, w, *entry & PTE_PFN_MASK, level - 1, from, first, last);
		if (ret)
			return ret;
	}
	return 0;
}

static void walks_visit_in_order_what_the_range_touches(void **state)
{
	static struct walk got, want;
	unsigned int descended = 0, ended = 0;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct pgtable pt = random_tree();
		u64 mask = pt.levels == 5 ? (1ULL << 57) - 1 : (1ULL << 48) - 1, first, last;
		int ret_got, ret_want;

		for (int i = 0; i < 5; i++) {
			struct request r = random_request(&pt);

			r.size = min(r.size, 30 * SZ_2MIB);
			map(&pt, &r);
			first = one_in(2) ? r.va + random_below(r.size) : random_landmark(&pt);
			last = one_in(3) ? r.va + random_below(2 * r.size) : random_landmark(&pt) - one_in(2);
		}
		if (one_in(10)) {
			first = 0;
			last = ~0ULL;
		}
		if ((first & mask) > (last & mask)) {
			u64 swap = first;

			first = last;
			last = swap;
		}
		got.nr = want.nr = 0;
		got.salt = want.salt = random64();
		got.end_odds = want.end_odds = one_in(2) ? 0 : 1 + random_below(3000);
		ret_got = pgtable_walk(&pt, first, last, recording_visit, &got);
		ret_want = model_walk(&pt, &want, pt.root, pt.levels, 0, first & mask, last & mask);
		assert_int_equal(ret_got, ret_want);
		for (unsigned int i = 0; i < min(got.nr, want.nr); i++) {
			assert_int_equal(got.visit[i].va, want.visit[i].va);
			assert_int_equal(got.visit[i].level, want.visit[i].level);
			assert_ptr_equal(got.visit[i].entry, want.visit[i].entry);
			descended += got.visit[i].level < pt.levels;
		}
		assert_int_equal(got.nr, want.nr);
		ended += ret_got != 0;
	}
	assert_true(descended > 10000 && ended > 50);
}

static void user_pages_beside_kernel_pages_are_for_users(void **state)
{
	struct pgtable pt = new_tree(4, 1);

	(void)state;
	assert_int_equal(pgtable_map(&pt, 0x1000, 0x1000, PAGE, PAGE_KERNEL), 0);
	assert_int_equal(pgtable_map(&pt, 0x2000, 0x2000, PAGE, PAGE_KERNEL | _PAGE_USER), 0);
	assert_true(cpu_translate(&pt, 0x2000).user);
	assert_false(cpu_translate(&pt, 0x1000).user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_maps_translate_as_requested),
		cmocka_unit_test(largest_pages_are_used_wherever_they_fit),
		cmocka_unit_test(a_refused_map_changes_nothing_mapped),
		cmocka_unit_test(bits_the_cpu_sets_do_not_count_as_difference),
		cmocka_unit_test(running_out_of_tables_is_reported_at_every_allocation),
		cmocka_unit_test(without_an_allocator_nothing_is_allocated),
		cmocka_unit_test(the_last_page_of_the_address_space_maps),
		cmocka_unit_test(ranges_that_no_address_space_has_are_refused),
		cmocka_unit_test(an_empty_range_maps_nothing),
		cmocka_unit_test(walks_visit_in_order_what_the_range_touches),
		cmocka_unit_test(user_pages_beside_kernel_pages_are_for_users),
	};
	int failed = cmocka_run_group_tests(tests, seed_random, NULL);

	forget_tables();
	return failed;
}
