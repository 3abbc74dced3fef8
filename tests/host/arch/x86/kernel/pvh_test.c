// SPDX-License-Identifier: BSD-2-Clause
/* arch/x86/kernel/pvh.c: what a hypervisor tells, right and wrong, over a memory of exact pieces. */
#include "tests/host/test.h"

#include "arch/x86/kernel/pvh.c"

char _text[1];

void boot_stage(enum boot_stage stage) { (void)stage; }
void boot_stage_at(enum boot_stage stage, u64 tsc) { (void)stage, (void)tsc; }
void early_serial_puts(const char *s) { (void)s; }
void early_serial_put_hex(u64 v) { (void)v; }

#define KERNEL_START	0x1000000
#define KERNEL_END	0x1100000
#define INFO		0x6000
#define MODS		0x6100
#define MAP		0x7000

/* Physical memory: pieces that end where their allocation ends. */
static struct piece {
	phys_addr_t pa;
	u64 len;
	void *bytes;
} pieces[8];
static unsigned int nr_pieces;

static void *add_piece(phys_addr_t pa, u64 len)
{
	struct piece *p = &pieces[nr_pieces++];

	*p = (struct piece){ pa, len, calloc(1, len) };
	return p->bytes;
}

static const void *map(phys_addr_t pa, u64 len)
{
	assert_true(len > 0);
	for (unsigned int i = 0; i < nr_pieces; i++)
		if (pa >= pieces[i].pa && len <= pieces[i].len && pa - pieces[i].pa <= pieces[i].len - len)
			return (char *)pieces[i].bytes + (pa - pieces[i].pa);
	return NULL;
}

static const struct pvh_place place = { map, KERNEL_START, KERNEL_END };
static struct pvh_handoff *out;
static struct hvm_start_info *info;
static struct hvm_modlist_entry *mod;
static struct hvm_memmap_table_entry *memmap;
static u64 detail;

/* A machine of 256 MiB with a command line, an initrd and ACPI, and @nr entries in its map. */
static void build(unsigned int nr)
{
	info = add_piece(INFO, sizeof(*info));
	mod = add_piece(MODS, sizeof(*mod));
	memmap = add_piece(MAP, nr * sizeof(*memmap));
	*info = (struct hvm_start_info){
		.magic = XEN_HVM_START_MAGIC_VALUE, .version = 1, .nr_modules = 1, .modlist_paddr = MODS,
		.cmdline_paddr = 0x123456789, .rsdp_paddr = 0xf5000, .memmap_paddr = MAP, .memmap_entries = nr,
	};
	*mod = (struct hvm_modlist_entry){ .paddr = 0x200001000, .size = 0x100002000 };
	for (unsigned int i = 0; i < nr; i++)
		memmap[i] = (struct hvm_memmap_table_entry){ i * 0x1000, 0x1000, 1 + i % 2, 0 };
	out = malloc(sizeof(*out));
	memset(out, 0xa5, sizeof(*out));
}

static int clear(void **state)
{
	(void)state;
	while (nr_pieces)
		free(pieces[--nr_pieces].bytes);
	free(out);
	out = NULL;
	return 0;
}

static const char *convert(phys_addr_t pa)
{
	return pvh_convert(pa, &place, out, &detail);
}

static void a_right_start_info_becomes_boot_params(void **state)
{
	const struct boot_params *p;

	(void)state;
	build(5);
	assert_null(convert(INFO));
	p = &out->params;
	assert_int_equal(p->hdr.header, SETUP_HEADER_MAGIC);
	assert_int_equal(p->hdr.boot_flag, 0xaa55);
	assert_int_equal(p->hdr.version, 0x20f);
	assert_int_equal(p->hdr.type_of_loader, 0xff);
	assert_int_equal(p->sentinel, 0);
	assert_int_equal(p->hdr.cmd_line_ptr, 0x23456789);
	assert_int_equal(p->ext_cmd_line_ptr, 1);
	assert_int_equal(p->hdr.ramdisk_image, 0x1000);
	assert_int_equal(p->ext_ramdisk_image, 2);
	assert_int_equal(p->hdr.ramdisk_size, 0x2000);
	assert_int_equal(p->ext_ramdisk_size, 1);
	assert_int_equal(p->acpi_rsdp_addr, 0xf5000);
	assert_int_equal(p->hdr.setup_data, 0);
	assert_int_equal(p->screen_info.orig_video_isVGA, 0);
	assert_int_equal(p->efi_info.efi_loader_signature, 0);
	assert_int_equal(p->e820_entries, 5);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(p->e820_table[i].addr, i * 0x1000);
		assert_int_equal(p->e820_table[i].size, 0x1000);
		assert_int_equal(p->e820_table[i].type, 1 + i % 2);
	}
}

static void without_modules_and_command_line_there_are_none(void **state)
{
	(void)state;
	build(1);
	info->nr_modules = 0;
	info->modlist_paddr = 0xdeadbeef;
	info->cmdline_paddr = 0;
	assert_null(convert(INFO));
	assert_int_equal(out->params.hdr.ramdisk_size, 0);
	assert_int_equal(out->params.hdr.ramdisk_image, 0);
	assert_int_equal(out->params.hdr.cmd_line_ptr, 0);
}

static void memory_types_become_those_of_e820(void **state)
{
	static const struct { u32 pvh, e820; } types[] = {
		{ 1, E820_TYPE_RAM }, { 2, E820_TYPE_RESERVED }, { 3, E820_TYPE_ACPI }, { 4, E820_TYPE_NVS },
		{ 5, E820_TYPE_UNUSABLE }, { 6, E820_TYPE_UNUSABLE }, { 7, E820_TYPE_PMEM },
		{ 0, E820_TYPE_RESERVED }, { 8, E820_TYPE_RESERVED }, { 0xffffffff, E820_TYPE_RESERVED },
	};

	(void)state;
	build(ARRAY_SIZE(types));
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		memmap[i].type = types[i].pvh;
	assert_null(convert(INFO));
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(out->params.e820_table[i].type, types[i].e820);
}

static void a_long_map_goes_on_in_setup_data(void **state)
{
	static const unsigned int lengths[] = { 127, 128, 129, 500, E820_MAX_ENTRIES };

	for (size_t n = 0; n < ARRAY_SIZE(lengths); n++) {
		unsigned int nr = lengths[n];

		build(nr);
		assert_null(convert(INFO));
		assert_int_equal(out->params.e820_entries, nr < 128 ? nr : 128);
		if (nr <= 128) {
			assert_int_equal(out->params.hdr.setup_data, 0);
		} else {
			assert_ptr_equal((void *)out->params.hdr.setup_data, &out->ext);
			assert_int_equal(out->ext.head.type, SETUP_E820_EXT);
			assert_int_equal(out->ext.head.next, 0);
			assert_int_equal(out->ext.head.len, (nr - 128) * 20);
			for (unsigned int i = 128; i < nr; i++)
				assert_int_equal(out->ext.entry[i - 128].addr, i * 0x1000);
		}
		clear(state);
	}
}

/* One thing wrong at a time: the sentence names it, the number is the one it is about. */
static void assert_refused(const char *words, u64 number)
{
	const char *why = convert(INFO);

	assert_non_null(why);
	if (!strstr(why, words))
		fail_msg("\"%s\" does not say \"%s\"", why, words);
	assert_int_equal(detail, number);
}

static void each_mistake_is_named(void **state)
{
	for (int i = 0; i < 12; i++) {
		build(4);
		switch (i) {
		case 0: info->magic = 0x336ec579; assert_refused("magic", 0x336ec579); break;
		case 1: info->version = 0; assert_refused("version 0", 0); break;
		case 2: info->memmap_entries = 0; assert_refused("no memory map", 0); break;
		case 3: info->memmap_entries = 5; assert_refused("memmap_paddr", MAP); break;
		case 4: info->memmap_entries = ~0u; assert_refused("more memory map entries", ~0u); break;
		case 5: info->memmap_paddr = 0xfffffffffffffff0; assert_refused("memmap_paddr", 0xfffffffffffffff0); break;
		case 6: info->modlist_paddr = 0; assert_refused("modlist_paddr", 0); break;
		case 7: mod->paddr = KERNEL_END - 1; assert_refused("inside the kernel", KERNEL_END - 1); break;
		case 8: mod->paddr = 0; mod->size = KERNEL_START + 1; assert_refused("inside the kernel", 0); break;
		case 9: mod->size = ~0ull; assert_refused("wraps", 0x200001000); break;
		case 10: info->cmdline_paddr = KERNEL_START; assert_refused("command line", KERNEL_START); break;
		case 11: mod->paddr = 0; mod->size = KERNEL_START; assert_null(convert(INFO)); break;
		}
		clear(state);
	}
}

static void start_info_that_is_not_there_is_named(void **state)
{
	static const phys_addr_t nowhere[] = { 0, 1, INFO + 1, INFO + 2, INFO + 4, 0xfffffff0, KERNEL_START };

	(void)state;
	build(4);
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++)
		assert_non_null(convert(nowhere[i]));
}

static void start_info_inside_the_kernel_is_refused(void **state)
{
	(void)state;
	build(4);
	memcpy(add_piece(KERNEL_END - 64, sizeof(*info)), info, sizeof(*info));
	assert_non_null(convert(KERNEL_END - 64));
	assert_int_equal(detail, KERNEL_END - 64);
}

/* A start_info of version 0 is shorter, and nothing behind it is read. */
static void version_0_is_read_only_as_far_as_it_goes(void **state)
{
	struct hvm_start_info *old;

	(void)state;
	build(4);
	old = add_piece(0x9000, HVM_START_INFO_V0_SIZE);
	memcpy(old, info, HVM_START_INFO_V0_SIZE);
	old->version = 0;
	assert_non_null(strstr(convert(0x9000), "version 0"));
	old->version = 1;
	assert_non_null(strstr(convert(0x9000), "out of reach"));
}

static void any_start_info_is_converted_or_refused(void **state)
{
	for (int round = 0; round < 20000; round++) {
		u8 *victim;

		build(1 + random_below(200));
		for (int n = 1 + random_below(4); n; n--) {
			struct piece *p = &pieces[random_below(3)];

			victim = (u8 *)p->bytes + random_below(p->len);
			*victim = one_in(2) ? (u8)random64() : (u8)(*victim ^ 1 << random_below(8));
		}
		info->magic = XEN_HVM_START_MAGIC_VALUE;
		if (!convert(INFO)) {
			assert_true(out->params.e820_entries <= 128);
			assert_true(out->params.e820_entries > 0);
		}
		clear(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_right_start_info_becomes_boot_params, clear),
		cmocka_unit_test_teardown(without_modules_and_command_line_there_are_none, clear),
		cmocka_unit_test_teardown(memory_types_become_those_of_e820, clear),
		cmocka_unit_test_teardown(a_long_map_goes_on_in_setup_data, clear),
		cmocka_unit_test_teardown(each_mistake_is_named, clear),
		cmocka_unit_test_teardown(start_info_that_is_not_there_is_named, clear),
		cmocka_unit_test_teardown(start_info_inside_the_kernel_is_refused, clear),
		cmocka_unit_test_teardown(version_0_is_read_only_as_far_as_it_goes, clear),
		cmocka_unit_test_teardown(any_start_info_is_converted_or_refused, clear),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
