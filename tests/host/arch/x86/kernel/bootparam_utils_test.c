/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/kernel/bootparam_utils.c: what survives of a boot_params that a
 * careless loader copied, by the offsets of zero-page.rst, and walks along
 * setup_data lists that are as hostile as a list can be.
 */
#include <tests/host/test.h>
#include <asm/bootparam_utils.h>

/* Bytes that loaders fill, from zero-page.rst; everything else is cleared. */
static const struct { u16 first, last; } filled[] = {
	{ 0x000, 0x03f },	/* screen_info */
	{ 0x040, 0x053 },	/* apm_bios_info */
	{ 0x058, 0x05f },	/* tboot_addr */
	{ 0x060, 0x06f },	/* ist_info */
	{ 0x070, 0x077 },	/* acpi_rsdp_addr */
	{ 0x080, 0x08f },	/* hd0_info */
	{ 0x090, 0x09f },	/* hd1_info */
	{ 0x0a0, 0x0af },	/* sys_desc_table */
	{ 0x0b0, 0x0bf },	/* olpc_ofw_header */
	{ 0x1c0, 0x1df },	/* efi_info */
	{ 0x1e0, 0x1e3 },	/* alt_mem_k */
	{ 0x1e4, 0x1e7 },	/* scratch */
	{ 0x1e8, 0x1e8 },	/* e820_entries */
	{ 0x1e9, 0x1e9 },	/* eddbuf_entries */
	{ 0x1ea, 0x1ea },	/* edd_mbr_sig_buf_entries */
	{ 0x1ef, 0x1ef },	/* sentinel, for the message */
	{ 0x1f1, 0x26b },	/* setup_header */
	{ 0x290, 0x2cf },	/* edd_mbr_sig_buffer */
	{ 0x2d0, 0xccf },	/* e820_table */
	{ 0xd00, 0xeeb },	/* eddbuf */
};

static bool is_filled(unsigned int offset)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(filled); i++)
		if (offset >= filled[i].first && offset <= filled[i].last)
			return true;
	return false;
}

static void a_set_sentinel_clears_all_but_what_loaders_fill(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct boot_params *bp = malloc(sizeof(*bp));
		u8 before[BOOT_PARAMS_SIZE], *bytes = (u8 *)bp;

		for (unsigned int i = 0; i < sizeof(before); i++)
			before[i] = bytes[i] = random64() | 1;
		assert_true(sanitize_boot_params(bp));
		for (unsigned int i = 0; i < sizeof(before); i++) {
			u8 want = is_filled(i) ? before[i] : 0;

			if (i == 0x1e8)
				want = min(want, 128);
			if (bytes[i] != want)
				fail_msg("byte %#x is %#x, not %#x", i, bytes[i], want);
		}
		free(bp);
	}
}

static void a_clear_sentinel_changes_nothing_but_the_entry_count(void **state)
{
	(void)state;
	for (int entries = 0; entries < 256; entries++) {
		struct boot_params *bp = malloc(sizeof(*bp)), before;

		for (unsigned int i = 0; i < sizeof(*bp); i++)
			((u8 *)bp)[i] = random64();
		bp->sentinel = 0;
		bp->e820_entries = entries;
		before = *bp;
		before.e820_entries = min(entries, 128);
		assert_false(sanitize_boot_params(bp));
		assert_memory_equal(bp, &before, sizeof(before));
		free(bp);
	}
}

/* Physical memory: one piece of it; what lies outside cannot be mapped. */
#define MEMORY_BASE	0x40000000ULL
#define MEMORY_SIZE	(MAX_LEN + 0x10000)
#define MAX_LEN		(16u << 20)

static u8 *memory;

static int make_memory(void **state)
{
	memory = calloc(1, MEMORY_SIZE);
	return seed_random(state);
}

static int drop_memory(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

static bool in_memory(u64 pa, u64 len)
{
	return pa >= MEMORY_BASE && len <= MEMORY_SIZE && pa - MEMORY_BASE <= MEMORY_SIZE - len;
}

static const void *map(phys_addr_t pa, size_t len)
{
	return in_memory(pa, len) ? memory + (pa - MEMORY_BASE) : NULL;
}

static void put_node(u64 pa, u64 next, u32 type, u32 len)
{
	struct { u64 next; u32 type, len; } node = { next, type, len };

	assert_true(in_memory(pa, sizeof(node)));
	memcpy(memory + (pa - MEMORY_BASE), &node, sizeof(node));
}

static void lists_are_walked_in_order_to_their_end(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr <= 64; nr++) {
		u64 at[65] = { 0 };
		u32 type[64], len[64];
		struct setup_data_iter it;
		unsigned int i;

		for (i = 0; i < nr; i++)	/* anywhere in its slot, odd addresses too */
			at[i] = MEMORY_BASE + (i * 37 % 64) * 512 + random_below(256);
		for (i = 0; i < nr; i++) {
			type[i] = random64();
			len[i] = random_below(240);
			put_node(at[i], at[i + 1], type[i], len[i]);
		}
		setup_data_iter_init(&it, at[0], map);
		for (i = 0; i < nr; i++) {
			assert_ptr_equal(setup_data_next(&it), memory + (at[i] - MEMORY_BASE) + 16);
			assert_int_equal(it.pa, at[i]);
			assert_int_equal(it.type, type[i]);
			assert_int_equal(it.len, len[i]);
			assert_int_equal(it.nr, i + 1);
		}
		assert_null(setup_data_next(&it));
		assert_null(it.error);
		assert_null(setup_data_next(&it));
	}
}

static void assert_ends_after(u64 first, unsigned int nr, const char *error)
{
	struct setup_data_iter it;
	unsigned int seen = 0;

	setup_data_iter_init(&it, first, map);
	while (setup_data_next(&it))
		assert_true(++seen <= 64);
	assert_int_equal(seen, nr);
	if (error)
		assert_non_null(strstr(it.error, error));
	else
		assert_null(it.error);
	assert_null(setup_data_next(&it));
	assert_int_equal(it.nr, nr);
}

static void loops_of_any_length_end(void **state)
{
	(void)state;
	for (unsigned int tail = 0; tail < 5; tail++) {
		for (unsigned int loop = 1; loop < 70; loop++) {
			for (unsigned int i = 0; i < tail + loop; i++)
				put_node(MEMORY_BASE + i * 32,
					 MEMORY_BASE + (i + 1 < tail + loop ? i + 1 : tail) * 32, 9, 8);
			assert_ends_after(MEMORY_BASE, 64, "loop");
		}
	}
}

static void the_sixty_fifth_node_is_too_many(void **state)
{
	(void)state;
	for (unsigned int nr = 60; nr < 70; nr++) {
		for (unsigned int i = 0; i < nr; i++)
			put_node(MEMORY_BASE + i * 32, i + 1 < nr ? MEMORY_BASE + (i + 1) * 32 : 0, 9, 16);
		assert_ends_after(MEMORY_BASE, min(nr, 64u), nr > 64 ? "too many" : NULL);
	}
}

static void nodes_longer_than_16_mib_end_the_walk(void **state)
{
	const u32 lens[] = { MAX_LEN, MAX_LEN + 1, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		put_node(MEMORY_BASE + 64, 0, 1, 0);
		put_node(MEMORY_BASE, MEMORY_BASE + 64, 1, lens[i]);
		assert_ends_after(MEMORY_BASE, i ? 0 : 2, i ? "longer" : NULL);
	}
}

static void nodes_outside_memory_end_the_walk(void **state)
{
	const u64 end = MEMORY_BASE + MEMORY_SIZE;
	const u64 outside[] = { 1, MEMORY_BASE - 1, end - 15, end, ~0ULL, ~0ULL - 15, 1ULL << 63 };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(outside); i++) {
		assert_ends_after(outside[i], 0, "outside");
		put_node(MEMORY_BASE, outside[i], 1, 4);
		assert_ends_after(MEMORY_BASE, 1, "outside");
	}
	put_node(end - 16, 0, 1, 0);			/* a header at the very end fits, data after it does not */
	assert_ends_after(end - 16, 1, NULL);
	put_node(end - 16, MEMORY_BASE, 1, 1);
	assert_ends_after(end - 16, 0, "runs out");
}

/* What a list amounts to, by the contract: nodes before the first that is bad. */
static unsigned int model_length(u64 pa)
{
	struct { u64 next; u32 type, len; } node;
	unsigned int n;

	for (n = 0; pa && n < 64; n++, pa = node.next) {
		if (!in_memory(pa, 16))
			break;
		memcpy(&node, memory + (pa - MEMORY_BASE), 16);
		if (node.len > MAX_LEN || !in_memory(pa, 16ULL + node.len))
			break;
	}
	return n;
}

static void random_lists_stay_in_memory(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct setup_data_iter it;
		unsigned int nr = 1 + random_below(100), seen = 0;
		const u8 *data;

		for (unsigned int i = 0; i < nr; i++) {
			u64 next = one_in(60) ? 0 : MEMORY_BASE + random_below(nr) * 24;
			u32 len = random_below(100);

			if (one_in(50))
				next = random64() >> random_below(64);
			if (one_in(50))
				len = random64() >> (32 + random_below(32));
			put_node(MEMORY_BASE + i * 24, next, random64(), len);
		}
		setup_data_iter_init(&it, MEMORY_BASE, map);
		while ((data = setup_data_next(&it))) {
			seen++;
			assert_true(in_memory(it.pa, 16ULL + it.len));
			assert_ptr_equal(data, memory + (it.pa - MEMORY_BASE) + 16);
		}
		assert_int_equal(seen, model_length(MEMORY_BASE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_sentinel_clears_all_but_what_loaders_fill),
		cmocka_unit_test(a_clear_sentinel_changes_nothing_but_the_entry_count),
		cmocka_unit_test(lists_are_walked_in_order_to_their_end),
		cmocka_unit_test(loops_of_any_length_end),
		cmocka_unit_test(the_sixty_fifth_node_is_too_many),
		cmocka_unit_test(nodes_longer_than_16_mib_end_the_walk),
		cmocka_unit_test(nodes_outside_memory_end_the_walk),
		cmocka_unit_test(random_lists_stay_in_memory),
	};

	return cmocka_run_group_tests(tests, make_memory, drop_memory);
}
