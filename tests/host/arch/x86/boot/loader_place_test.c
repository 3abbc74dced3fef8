/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/boot/loader_place.c beside a look at every multiple of 2 MiB: of the
 * first GiB, and of the last places before 2^64. What the loader reads of
 * physical memory, boot_params and setup_data, is mapped where it says it is.
 */
#include <sys/mman.h>
#include <tests/host/test.h>
#include "arch/x86/boot/loader.h"

/* Symbols of the linker for the loader; numbers here. */
static u64 pm_start, image_end;
#define _pm_start	pm_start
#define _image_end	image_end
#include "arch/x86/boot/loader_place.c"

#define MIB		(1ULL << 20)
#define SLOT		(2 * MIB)
#define LOW_SLOTS	512
#define HIGH_SLOTS	16
#define SLOTS		(LOW_SLOTS + HIGH_SLOTS)

#define MEMORY_BASE	(64 * MIB)	/* physical memory that can be read */
#define MEMORY_SIZE	(256 * MIB)
#define CHUNK		(4 * MIB)	/* one object in each */
#define CHUNKS		(MEMORY_SIZE / CHUNK)

static char cmdline[COMMAND_LINE_SIZE];
static struct boot_params *params;
static unsigned int details;		/* lines printed */

const char *loader_cmdline(void)
{
	return cmdline;
}

void loader_detail(const char *fmt, ...)
{
	assert_non_null(fmt);
	details++;
}

static int map_memory(void **state)
{
	void *at = mmap((void *)MEMORY_BASE, MEMORY_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (at != (void *)MEMORY_BASE) {
		print_error("cannot map physical memory at %#jx\n", (uintmax_t)MEMORY_BASE);
		return -1;
	}
	return seed_random(state);
}

/* The model: ranges to keep clear of, as the test made them. */
static struct { u64 start, size; } kept[100];
static unsigned int nr_kept;
static u64 mem_limit;

static void keep(u64 start, u64 size)
{
	if (!size)
		return;
	kept[nr_kept].start = start;
	kept[nr_kept++].size = size;
}

static u64 slot_address(unsigned int slot)
{
	return slot < LOW_SLOTS ? slot * SLOT : -((SLOTS - slot) * SLOT);
}

/* Whether two ranges share a byte; neither is empty nor reaches past the last byte. */
static bool share(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a <= b + (b_size - 1) && b <= a + (a_size - 1);
}

static bool slot_is_free_in(u64 at, u64 size, const struct boot_e820_entry *e)
{
	if (at < MIB || at + (size - 1) < at || e->type != E820_TYPE_RAM || !e->size || e->addr + e->size < e->addr)
		return false;
	if (at < e->addr || at + (size - 1) > e->addr + (e->size - 1) || at + (size - 1) >= mem_limit)
		return false;
	for (unsigned int i = 0; i < nr_kept; i++)
		if (share(at, size, kept[i].start, kept[i].size))
			return false;
	for (unsigned int i = 0; i < params->e820_entries; i++) {
		const struct boot_e820_entry *other = &params->e820_table[i];

		if (other->type != E820_TYPE_RAM && other->size &&
		    share(at, size, other->addr, min(other->size - 1, ~other->addr) + 1))
			return false;
	}
	return true;
}

/* How often each slot may be chosen: once for each entry of RAM that has it. Return: sum. */
static unsigned int model(u64 size, unsigned int *times)
{
	unsigned int sum = 0;

	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		times[slot] = 0;
		for (unsigned int i = 0; i < params->e820_entries; i++)
			times[slot] += slot_is_free_in(slot_address(slot), size, &params->e820_table[i]);
		sum += times[slot];
	}
	return sum;
}

static void assert_chooses_as_modelled(u64 size)
{
	unsigned int times[SLOTS], nr = model(size, times);
	const u64 out = 0x1234567800000;

	if (!nr)
		assert_int_equal(loader_place(params, out, size, 1 + random_below(1000)), out);
	for (u64 random = 1; random <= nr; random++) {		/* every remainder once */
		u64 at = loader_place(params, out, size, random);
		unsigned int slot = at < LOW_SLOTS * SLOT ? at / SLOT : SLOTS - -at / SLOT;

		if (slot >= SLOTS || slot_address(slot) != at || !times[slot])
			fail_msg("%#jx chosen for %#jx bytes", (uintmax_t)at, (uintmax_t)size);
		times[slot]--;
	}
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		if (times[slot])
			fail_msg("%#jx is never chosen", (uintmax_t)slot_address(slot));
	assert_int_equal(loader_place(params, out, size, 0), out);
}

/* Each object lies anywhere in a chunk of its own, so that none overwrites another. */
static u64 in_chunk(unsigned int chunk)
{
	return MEMORY_BASE + chunk * CHUNK + random_below(CHUNK - 0x2000);
}

static void new_machine(void)
{
	nr_kept = 0;
	mem_limit = ~0ULL;
	cmdline[0] = 0;
	details = 0;
	params = (void *)ALIGN(in_chunk(0), 8);
	memset(params, 0, sizeof(*params));
	keep((u64)params, sizeof(*params));
	pm_start = ALIGN(in_chunk(1), 16);
	image_end = pm_start + random_below(CHUNK);
	keep(pm_start, image_end - pm_start + LOADER_WORKSPACE);
	params->hdr.cmd_line_ptr = in_chunk(2);
	keep(params->hdr.cmd_line_ptr, COMMAND_LINE_SIZE);
}

static u64 random_address(void)
{
	u64 at = random_below(LOW_SLOTS) * SLOT;

	if (one_in(2))
		at += random_below(SLOT);
	return one_in(20) ? at | -16 * SLOT : at;
}

static void random_map(void)
{
	unsigned int nr = random_below(one_in(3) ? 128 : 12) + 1;

	for (unsigned int i = 0; i < nr; i++) {
		struct boot_e820_entry *e = &params->e820_table[i];

		e->addr = random_address();
		e->size = one_in(3) ? random_below(40 * MIB) : random_below(100) * SLOT;
		e->type = one_in(nr > 20 ? 2 : 4) ? random_below(8) : E820_TYPE_RAM;
		if (e->addr < LOW_SLOTS * SLOT)
			e->size = min(e->size, LOW_SLOTS * SLOT - e->addr);
		else if (one_in(2))
			e->size = random_below(-e->addr + 1);
		if (one_in(30))
			e->size = one_in(2) ? 0 : -e->addr + random_below(MIB);
		if (e->type != E820_TYPE_RAM && nr > 20)
			e->size %= 8 * MIB;
	}
	params->e820_entries = nr;
}

static void random_setup_data(unsigned int nr)
{
	unsigned int chunk[CHUNKS];
	u64 next = 0;

	for (unsigned int i = 3; i < CHUNKS; i++)
		chunk[i] = i;
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int pick = 3 + i + random_below(CHUNKS - 3 - i);
		struct setup_data *node;

		node = (void *)in_chunk(chunk[pick]);
		chunk[pick] = chunk[3 + i];
		node->next = next;
		node->type = random64();
		node->len = random_below(one_in(3) ? 20 * MIB : 4000);
		keep((u64)node, 16ULL + node->len);
		next = (u64)node;
	}
	params->hdr.setup_data = next;
}

static void set_initrd(u64 at, u64 size)
{
	params->hdr.ramdisk_image = at;
	params->ext_ramdisk_image = at >> 32;
	params->hdr.ramdisk_size = size;
	params->ext_ramdisk_size = size >> 32;
}

static u64 random_kernel_size(void)
{
	return one_in(2) ? 1 + random_below(8 * MIB) : (1 + random_below(60)) * MIB;
}

static void every_free_place_is_chosen_and_no_other(void **state)
{
	unsigned int with_choice = 0;

	(void)state;
	for (int round = 0; round < 100; round++) {
		unsigned int times[SLOTS];
		u64 size = random_kernel_size();

		new_machine();
		random_map();
		random_setup_data(random_below(18));
		if (one_in(2)) {
			u64 at = random_address() & (LOW_SLOTS * SLOT - 1), bytes = random_below(100 * MIB);

			set_initrd(at, bytes);
			keep(at, bytes);
		}
		with_choice += model(size, times) > 1;
		assert_chooses_as_modelled(size);
		assert_int_equal(details, 0);
	}
	assert_true(with_choice > 40);
}

/* One piece of RAM, slot 1 to the end of the low ones. */
static void simple_machine(void)
{
	new_machine();
	params->e820_entries = 1;
	params->e820_table[0] = (struct boot_e820_entry){ SLOT, (LOW_SLOTS - 1) * SLOT, E820_TYPE_RAM };
}

/* The last byte of a node, of the initrd or of the workspace is the first of a place. */
static void ranges_count_to_their_last_byte(void **state)
{
	(void)state;
	for (int round = 0; round < 40; round++) {
		u64 edge = MEMORY_BASE + 20 * CHUNK, len = random_below(100);
		struct setup_data *node = (void *)(edge + one_in(2) - 16 - len);

		simple_machine();
		*node = (struct setup_data){ .len = len };
		params->hdr.setup_data = (u64)node;
		keep((u64)node, 16 + len);
		set_initrd(300 * SLOT - 5, 5 + one_in(2));
		keep(300 * SLOT - 5, params->hdr.ramdisk_size);
		image_end = 400 * SLOT - LOADER_WORKSPACE + one_in(2);
		pm_start = image_end - 1000;
		kept[1].start = pm_start;		/* new_machine() had put it elsewhere */
		kept[1].size = 1000 + LOADER_WORKSPACE;
		assert_chooses_as_modelled(SLOT);
	}
}

static void high_initrd_and_command_line_count_with_all_their_bits(void **state)
{
	(void)state;
	for (int round = 0; round < 30; round++) {
		u64 above = 1ULL << (32 + random_below(8));

		new_machine();
		nr_kept--;			/* the command line moves */
		params->e820_entries = 1;
		params->e820_table[0] = (struct boot_e820_entry){ 100 * SLOT, 20 * SLOT, E820_TYPE_RAM };
		set_initrd(110 * SLOT | above, SLOT);	/* 2^32 apart from RAM: nothing to keep clear of */
		params->hdr.cmd_line_ptr = 105 * SLOT;
		params->ext_cmd_line_ptr = above >> 32;
		assert_chooses_as_modelled(SLOT);

		set_initrd(110 * SLOT, above);		/* all RAM from there on */
		keep(110 * SLOT, above);
		params->ext_cmd_line_ptr = 0;
		keep(105 * SLOT, COMMAND_LINE_SIZE);
		assert_chooses_as_modelled(SLOT);
	}
}

static void mem_ends_the_memory_there(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		u64 kib = 1 + random_below(LOW_SLOTS * SLOT / 1024 + 100000);

		simple_machine();
		mem_limit = kib * 1024;
		if (one_in(2))
			snprintf(cmdline, sizeof(cmdline), "quiet mem=%juK x=y", (uintmax_t)kib);
		else
			snprintf(cmdline, sizeof(cmdline), one_in(2) ? "mem=1T mem=%#jx" : "mem=%#jx mem= mem=1T",
				 (uintmax_t)mem_limit);
		assert_chooses_as_modelled(1 + random_below(20 * MIB));
	}
}

static void memmap_ranges_are_kept_clear_of_however_many_options(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		unsigned int nr = 1 + random_below(12);
		size_t used = 0;

		simple_machine();
		for (unsigned int i = 0; i < nr; i++) {
			u64 start = random_below(LOW_SLOTS * SLOT), bytes = random_below(60 * MIB);
			const char *join = i && one_in(2) ? "," : one_in(2) ? " memmap=" : " nosmp memmap=";

			keep(start, bytes);
			used += snprintf(cmdline + used, sizeof(cmdline) - used, one_in(2) ? "%s%#jx%c%#jx" : "%s%ju%c%ju",
					 join, (uintmax_t)bytes, "$#!"[random_below(3)], (uintmax_t)start);
		}
		assert_chooses_as_modelled(random_kernel_size());
	}
}

static void assert_does_not_move(void)
{
	for (u64 random = 1; random < 50; random++)
		assert_int_equal(loader_place(params, 77 * SLOT, SLOT, random), 77 * SLOT);
	assert_int_equal(details, 49);
}

static void options_that_redraw_the_map_leave_the_kernel_where_it_is(void **state)
{
	static const char *const lines[] = {
		"mem=nopentium", "mem=nopentium mem=1G", "mem=0", "mem=64Mx", "memmap=exactmap", "memmap=64M@16M", "memmap=64M",
		"memmap=64M$16M,exactmap", "memmap=64M$16M@3", "memmap=64M%0x100000-1+2",
		"memmap=exactmap memmap=64M$16M", "memmap=64M@0 memmap=1M$1M", "memmap=1M$1M memmap=64M@0",
		"memmap=$16M", "memmap=16M$0xffffffffffffffff", "memmap=0x80000000000$0xfffffffffff00000",
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++) {
		simple_machine();
		strcpy(cmdline, lines[i]);
		assert_does_not_move();
	}
	simple_machine();			/* longer than any buffer */
	strcpy(cmdline, "memmap=");
	for (int i = 0; i < 60; i++)
		strcat(cmdline, "1M$16M,");
	assert_does_not_move();
	simple_machine();			/* more ranges than the list holds */
	for (int i = 0; i < 30; i++)
		strcat(cmdline, " memmap=1M$16M");
	assert_does_not_move();
}

static void long_and_looping_setup_data_leave_the_kernel_where_it_is(void **state)
{
	(void)state;
	for (unsigned int nr = 1; nr < 60; nr++) {
		struct setup_data *last;

		simple_machine();
		random_setup_data(nr);
		if (nr > 24) {
			assert_does_not_move();
			continue;
		}
		for (last = (void *)params->hdr.setup_data; last->next; )
			last = (void *)last->next;
		last->next = params->hdr.setup_data;
		assert_does_not_move();
		last->next = (u64)last;
		details = 0;
		assert_does_not_move();
	}
}

static void ranges_that_wrap_leave_the_kernel_where_it_is(void **state)
{
	(void)state;
	simple_machine();
	set_initrd(-4096ULL, 8192);
	assert_does_not_move();
	simple_machine();
	set_initrd(SLOT, ~0ULL);
	assert_does_not_move();
	simple_machine();
	params->hdr.cmd_line_ptr = 0xfffff900;
	params->ext_cmd_line_ptr = 0xffffffff;
	assert_does_not_move();
}

static void ram_at_the_end_of_the_address_space_does_not_wrap_to_its_begin(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct boot_e820_entry *e;

		new_machine();
		e = params->e820_table;
		params->e820_entries = 1 + one_in(2);
		e[0].addr = -(1 + random_below(one_in(2) ? 5 * MIB : 4096));
		e[0].size = random_below(-e[0].addr);
		e[0].type = E820_TYPE_RAM;
		e[1] = (struct boot_e820_entry){ 8 * SLOT, 3 * SLOT, E820_TYPE_RAM };
		assert_chooses_as_modelled(1 + random_below(3 * MIB));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_free_place_is_chosen_and_no_other),
		cmocka_unit_test(ranges_count_to_their_last_byte),
		cmocka_unit_test(high_initrd_and_command_line_count_with_all_their_bits),
		cmocka_unit_test(mem_ends_the_memory_there),
		cmocka_unit_test(memmap_ranges_are_kept_clear_of_however_many_options),
		cmocka_unit_test(options_that_redraw_the_map_leave_the_kernel_where_it_is),
		cmocka_unit_test(long_and_looping_setup_data_leave_the_kernel_where_it_is),
		cmocka_unit_test(ranges_that_wrap_leave_the_kernel_where_it_is),
		cmocka_unit_test(ram_at_the_end_of_the_address_space_does_not_wrap_to_its_begin),
	};

	return cmocka_run_group_tests(tests, map_memory, NULL);
}
