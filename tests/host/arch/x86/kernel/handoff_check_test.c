// SPDX-License-Identifier: BSD-2-Clause
/*
 * arch/x86/kernel/handoff_check.c: a handoff through each door that keeps to all
 * rules, then every rule broken by one value, and only that rule found.
 */
#include "tests/host/test.h"
#include <asm/bootparam_utils.h>
#include <asm/page.h>
#include <boot/efi.h>
#include <boot/stage.h>
#include <kernel/handoff.h>

#define WORLD_PA	0x8000000ULL	/* in RAM by both maps */
#define IMAGE		0x2000000ULL
#define BUFFER		0x4000000ULL
#define NR_E820		4
#define NR_EFI		4

/* All that is memory: map() knows nothing else. */
static struct world {
	struct handoff_record	r;
	struct boot_e820_entry	e820[NR_E820];
	efi_memory_desc_t	efi[NR_EFI];
	u64			efi_map_size, efi_desc_size;
	EFI_TABLE_HEADER	systab;
	char			line[COMMAND_LINE_SIZE];
	struct setup_data	node;
	char			rsdp[20];
} world, clean;

#define PA(member)	(WORLD_PA + offsetof(struct world, member))

static const void *map_world(phys_addr_t pa, size_t len)
{
	if (pa < WORLD_PA || pa - WORLD_PA > sizeof(world) || len > sizeof(world) - (pa - WORLD_PA))
		return NULL;
	return (const u8 *)&world + (pa - WORLD_PA);
}

static void fill_params(struct boot_params *bp)
{
	bp->hdr = (struct setup_header){
		.boot_flag = BOOT_FLAG_MAGIC, .header = SETUP_HEADER_MAGIC, .version = BOOT_PROTOCOL_VERSION,
		.type_of_loader = 0xff, .loadflags = LOADED_HIGH, .initrd_addr_max = 0x7fffffff, .relocatable_kernel = 1,
		.min_alignment = 21, .cmdline_size = COMMAND_LINE_SIZE - 1, .pref_address = LOAD_PHYSICAL_ADDR,
		.xloadflags = XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_EFI_HANDOVER_32 | XLF_EFI_HANDOVER_64 |
			      XLF_5LEVEL | XLF_5LEVEL_ENABLED,
		.setup_sects = 39, .syssize = 0x1000, .init_size = 0x800000, .handover_offset = 0x123,
		.cmd_line_ptr = PA(line), .setup_data = PA(node), .ramdisk_image = 0x9000000, .ramdisk_size = 0x1234,
	};
	bp->acpi_rsdp_addr = PA(rsdp);
	bp->efi_info.efi_loader_signature = EFI64_LOADER_SIGNATURE;
	bp->e820_entries = NR_E820;
}

static void make_clean(void)
{
	memset(&clean, 0, sizeof(clean));
	fill_params(&clean.r.given);
	clean.r.version = HANDOFF_VERSION;
	clean.r.image = IMAGE;
	clean.r.image_size = 0x100000;
	clean.r.buffer = BUFFER;
	clean.r.params = WORLD_PA + offsetof(struct world, r.given);
	clean.r.init_size = 0x800000;
	clean.r.syssize = 0x1000;
	clean.r.setup_sects = 39;
	clean.r.handover_offset = 0x123;
	strcpy(clean.line, "console=ttyS0");
	memcpy(clean.rsdp, "RSD PTR ", 8);
	memcpy(clean.e820, (struct boot_e820_entry[NR_E820]){
		{ 0, 0x9f000, E820_TYPE_RAM }, { 0x100000, 0x8000000, E820_TYPE_RAM },
		{ 0x8100000, 0x10000000, E820_TYPE_RAM }, { 0xfec00000, 0x1000, E820_TYPE_RESERVED },
	}, sizeof(clean.e820));
	/* the image spans two descriptors, as where the firmware protects it */
	memcpy(clean.efi, (efi_memory_desc_t[NR_EFI]){
		{ .Type = EfiLoaderCode, .PhysicalStart = IMAGE, .NumberOfPages = 0x80, .Attribute = 0xf },
		{ .Type = EfiLoaderData, .PhysicalStart = IMAGE + 0x80000, .NumberOfPages = 0x80, .Attribute = 0xf },
		{ .Type = EfiConventionalMemory, .PhysicalStart = 0x5000000, .NumberOfPages = 0x1000, .Attribute = 0xf },
		{ .Type = EfiRuntimeServicesData, .PhysicalStart = 0x7000000, .NumberOfPages = 1, .Attribute = EFI_ATTR_RUNTIME | 8 },
	}, sizeof(clean.efi));
	clean.efi_map_size = sizeof(clean.efi);
	clean.efi_desc_size = sizeof(clean.efi[0]);
	/* CRC32 of these 24 bytes by zlib */
	clean.systab = (EFI_TABLE_HEADER){ .Signature = EFI_SYSTEM_TABLE_SIGNATURE, .Revision = 0x20046, .HeaderSize = 24,
					   .CRC32 = 0xe63801e1 };
}

/* The CPU and what else differs by the door. */
static void enter(u32 door)
{
	struct handoff_entry *e = &world.r.entry;

	world = clean;
	world.r.door = door;
	e->cs = 0x10;
	e->ds = e->es = e->ss = 0x18;
	e->cr0 = door == STAGE_STARTUP_32 ? 0x11 : 0x80000011;
	e->flags = 2;
	if (door == STAGE_PE_ENTRY) {
		world.r.params = 0;
		e->sp = 0x7ff8;
	}
}

static struct handoff_findings findings;

static const struct handoff_findings *check(void)
{
	struct handoff_check c = {
		.record = &world.r, .map = map_world, .e820 = world.e820, .nr_e820 = NR_E820, .efi_map = world.efi,
		.efi_map_size = world.efi_map_size, .efi_desc_size = world.efi_desc_size, .systab = PA(systab),
	};

	handoff_check(&c, &findings);
	return &findings;
}

static const u32 doors[] = { STAGE_PE_ENTRY, STAGE_HANDOVER, STAGE_STARTUP_32, STAGE_LOADER_64, STAGE_MULTIBOOT2 };

static void a_handoff_that_keeps_to_the_rules_is_clean(void **state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(doors); i++) {
		enter(doors[i]);
		if (check()->nr)
			fail_msg("door %u: H%u, value %#llx", doors[i], findings.finding[0].rule,
				 (unsigned long long)findings.finding[0].value);
	}
}

#define POKE(rule, door, member, value) \
	{ HANDOFF_##rule, STAGE_##door, offsetof(struct world, member), sizeof(((struct world *)0)->member), value, #member }
#define BP(rule, member, value)	POKE(rule, LOADER_64, r.given.member, value)

static const struct poke {
	enum handoff_rule	rule;
	u32			door;
	size_t			offset, size;
	u64			value;
	const char		*name;
} pokes[] = {
	BP(BOOT_FLAG, hdr.boot_flag, 0x55aa),
	BP(MAGIC, hdr.header, 0x12345678),
	BP(HEADER_COPY, hdr.version, 0x20c),
	BP(HEADER_COPY, hdr.setup_sects, 4),
	BP(HEADER_COPY, hdr.init_size, 0x700000),
	BP(LOADER_TYPE, hdr.type_of_loader, 0),
	POKE(LOADFLAGS, STARTUP_32, r.given.hdr.loadflags, 0),
	BP(LOADFLAGS, hdr.loadflags, LOADED_HIGH | 0x10),
	BP(RESERVED, _pad8[3], 1),
	POKE(PARAMS_RAM, LOADER_64, r.params, 0xfec00000),
	POKE(PARAMS_BUFFER, LOADER_64, r.params, BUFFER + 0x7ff000),
	BP(CMDLINE_RAM, hdr.cmd_line_ptr, 0xfec00000),
	BP(INITRD_RAM, hdr.ramdisk_size, 0x70000000),
	BP(INITRD_RAM, ext_ramdisk_image, 0x7000),
	BP(INITRD_BUFFER, hdr.ramdisk_image, BUFFER - 0x1233),
	BP(INITRD_HALF, hdr.ramdisk_size, 0),
	BP(SETUP_DATA, hdr.setup_data, 0x700000000000),
	POKE(SETUP_DATA, LOADER_64, node.next, PA(node)),
	POKE(SETUP_DATA_RAM, LOADER_64, e820[1].size, 0x7f00000),	/* what lies in it, see below */
	BP(RSDP, acpi_rsdp_addr, PA(line)),
	BP(RSDP, acpi_rsdp_addr, 0xfec00000),
	BP(DISJOINT, hdr.ramdisk_image, PA(line)),
	BP(E820_COUNT, e820_entries, 0),
	BP(E820_COUNT, e820_entries, 129),
	POKE(E820_EMPTY, LOADER_64, e820[3].size, 0),
	POKE(E820_WRAP, LOADER_64, e820[3].size, ~0ULL),
	POKE(E820_OVERLAP, LOADER_64, e820[3].addr, 0x9e000),
	POKE(E820_TYPE, LOADER_64, e820[3].type, 77),
	POKE(CPU_INTERRUPTS, LOADER_64, r.entry.flags, 0x202),
	POKE(CPU_CODE, LOADER_64, r.entry.cs, 8),
	POKE(CPU_DATA, LOADER_64, r.entry.ds, 0),
	POKE(CPU_DATA, LOADER_64, r.entry.es, 0),
	POKE(CPU_DATA, LOADER_64, r.entry.ss, 0),
	POKE(CPU_PAGING, LOADER_64, r.entry.cr0, 0x11),
	POKE(CPU_PAGING, STARTUP_32, r.entry.cr0, 0x80000011),
	POKE(CPU_REGISTERS, STARTUP_32, r.entry.bp, 1),
	POKE(CPU_REGISTERS, STARTUP_32, r.entry.di, 1),
	POKE(CPU_REGISTERS, STARTUP_32, r.entry.bx, 1),
	POKE(EFI_STACK, PE_ENTRY, r.entry.sp, 0x7ff0),
	POKE(EFI_DIRECTION, PE_ENTRY, r.entry.flags, 0x402),
	POKE(EFI_STRIDE, PE_ENTRY, efi_desc_size, 32),
	POKE(EFI_STRIDE, PE_ENTRY, efi_map_size, 4 * sizeof(efi_memory_desc_t) - 8),
	POKE(EFI_EMPTY, PE_ENTRY, efi[2].NumberOfPages, 0),
	POKE(EFI_WRAP, PE_ENTRY, efi[2].NumberOfPages, 1ULL << 52),
	POKE(EFI_OVERLAP, PE_ENTRY, efi[2].PhysicalStart, IMAGE + 0xff000),
	POKE(EFI_ALIGNMENT, PE_ENTRY, efi[2].PhysicalStart, 0x5000010),
	POKE(EFI_IMAGE, PE_ENTRY, efi[1].Type, EfiBootServicesCode),
	POKE(EFI_IMAGE, PE_ENTRY, efi[1].NumberOfPages, 0x7f),
	POKE(EFI_TYPE, PE_ENTRY, efi[2].Type, 0x1234),
	POKE(EFI_ATTRIBUTES, PE_ENTRY, efi[2].Attribute, 1ULL << 40),
	POKE(EFI_RUNTIME, PE_ENTRY, efi[3].Attribute, 8),
	POKE(EFI_CRC, PE_ENTRY, systab.Revision, 0x20032),
	BP(EFI_SIGNATURE, efi_info.efi_loader_signature, 0x41414141),
};

/* Rules that nobody can break without these. */
static bool comes_along(enum handoff_rule rule, enum handoff_rule other)
{
	switch (rule) {
	case HANDOFF_E820_WRAP:
		return other == HANDOFF_E820_OVERLAP;
	case HANDOFF_EFI_WRAP:
		return other == HANDOFF_EFI_OVERLAP;
	case HANDOFF_SETUP_DATA_RAM:
		return other == HANDOFF_PARAMS_RAM || other == HANDOFF_CMDLINE_RAM;
	default:
		return false;
	}
}

static void each_rule_is_found_when_it_is_broken_and_no_other(void **state)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(pokes); i++) {
		const struct poke *p = &pokes[i];
		bool found = false;

		enter(p->door);
		memcpy((u8 *)&world + p->offset, &p->value, p->size);
		check();
		for (j = 0; j < findings.nr; j++) {
			enum handoff_rule rule = findings.finding[j].rule;

			found |= rule == p->rule;
			if (rule != p->rule && !comes_along(p->rule, rule))
				fail_msg("%s = %#llx: H%u", p->name, (unsigned long long)p->value, rule);
		}
		if (!found)
			fail_msg("%s = %#llx: no H%u", p->name, (unsigned long long)p->value, p->rule);
	}
}

/* What real loaders do, and may. */
static void habits_of_loaders_are_no_mistakes(void **state)
{
	enter(STAGE_LOADER_64);
	world.r.given.hdr.boot_flag = 0x55;
	world.r.given.hdr.loadflags = 0;
	world.e820[3].type = 20;
	assert_int_equal(check()->nr, 0);
	world.r.given.hdr.boot_flag = 0;
	assert_int_equal(check()->nr, 0);
}

static void a_line_without_end_is_too_long(void **state)
{
	enter(STAGE_LOADER_64);
	memset(world.line, 'x', sizeof(world.line));
	check();
	assert_int_equal(findings.nr, 1);
	assert_int_equal(findings.finding[0].rule, HANDOFF_CMDLINE_LENGTH);
}

/* Any value anywhere: the check ends, and reads nothing but the world (ASan looks). */
static void nothing_it_reads_leads_it_astray(void **state)
{
	unsigned int i, n;

	for (i = 0; i < 20000; i++) {
		enter(doors[random64() % ARRAY_SIZE(doors)]);
		world.r.given.sentinel = random64() % 2;
		for (n = random64() % 8; n--;) {
			u64 value = random64() >> random64() % 64;
			size_t at = random64() % (sizeof(world) - sizeof(value));

			memcpy((u8 *)&world + at, &value, sizeof(value));
		}
		/* the two are the kernel's own: it does not take more than there is */
		world.efi_map_size = min(world.efi_map_size, (u64)sizeof(world.efi));
		check();
		assert_true(findings.nr <= HANDOFF_MAX_FINDINGS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handoff_that_keeps_to_the_rules_is_clean),
		cmocka_unit_test(each_rule_is_found_when_it_is_broken_and_no_other),
		cmocka_unit_test(habits_of_loaders_are_no_mistakes),
		cmocka_unit_test(a_line_without_end_is_too_long),
		cmocka_unit_test(nothing_it_reads_leads_it_astray),
	};

	make_clean();
	return cmocka_run_group_tests(tests, seed_random, NULL);
}
