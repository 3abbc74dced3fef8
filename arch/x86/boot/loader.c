/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader, read top to bottom: what the boot loader gave is checked, paging
 * gets the levels the kernel wants, and the kernel is placed, decompressed,
 * verified and relocated exactly as the EFI stub does it.
 */
#include <asm/bootparam_utils.h>
#include <asm/la57.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/rdrand.h>
#include <boot/handoff.h>
#include "decompress/payload.h"
#include "loader.h"
#include <lib/cmdline.h>
#include <lib/string.h>

const char *loader_cmdline(void)
{
	return _image_end + LOADER_CMDLINE;
}

/* A field in two halves; while it is unknown whether the loader cleared boot_params, the upper one may be nonsense. */
static u64 whole(const struct boot_params *params, u32 low, u32 high)
{
	return params->sentinel ? low : low | (u64)high << 32;
}

static u64 cmdline_address(const struct boot_params *params)
{
	return whole(params, params->hdr.cmd_line_ptr, params->ext_cmd_line_ptr);
}

/* By the number of the rule, see <boot/handoff.h>. */
static void check_outside(const char *name, u64 start, u64 size, u64 out)
{
	u64 end = out + loader_link.init_size;

	if (start && size && start < end && start + size > out)
		loader_fail("%s at %#llx, %#llx bytes, lies inside init_size, %#llx to %#llx (boot.rst, init_size)",
			    name, (unsigned long long)start, (unsigned long long)size,
			    (unsigned long long)out, (unsigned long long)end);
}

/* Bytes of the command line with its NUL; the protocol has it mapped. */
static u64 cmdline_size(const struct boot_params *params)
{
	const char *line = (const char *)cmdline_address(params);

	return line ? strnlen(line, COMMAND_LINE_SIZE - 1) + 1 : 0;
}

/* handoff=exit, for those who test loaders; asked before anything is known to be in order */
static bool wants_exit(const struct boot_params *params)
{
	return cmdline_size(params) - 1 < COMMAND_LINE_SIZE - 1 &&
	       cmdline_list_has((const char *)cmdline_address(params), "handoff", "exit");
}

/* The first address of [@start, @end) that the map does not call RAM; @end if all of it is. */
static u64 first_not_ram(const struct boot_params *params, u64 start, u64 end)
{
	unsigned int i;
	bool moved = true;

	while (moved && start < end)
		for (i = 0, moved = false; i < min(params->e820_entries, E820_MAX_ENTRIES_ZEROPAGE); i++) {
			const struct boot_e820_entry *e = &params->e820_table[i];

			if (e->type == E820_TYPE_RAM && e->addr <= start && start - e->addr < e->size) {
				start = e->addr + e->size;
				moved = true;
			}
		}
	return start < end ? start : end;
}

/* The protocol promises init_size bytes of RAM; without a map the kernel stops anyway, and says so. */
static void check_is_ram(const struct boot_params *params, u64 out)
{
	u64 end = out + loader_link.init_size, bad;

	if (!params->e820_entries)
		return;
	bad = first_not_ram(params, out, end);
	if (bad < end)
		loader_fail("H36 too little memory: init_size wants %#llx to %#llx, the e820 map has no RAM at %#llx",
			    (unsigned long long)out, (unsigned long long)end, (unsigned long long)bad);
}

bool loader_open_screen(const struct boot_params *params)
{
	u64 start = (u64)_image_end, end = start + LOADER_WORKSPACE;

	if (first_not_ram(params, start, end) < end)
		return false;
	loader_idt_init();
	ident_map_init(params, 0);
	return true;
}

static u64 checked_at __section(".data");	/* TSC; before the image moves and has a trace */

enum loader_door loader_check(struct boot_params *params, u64 out, enum loader_door door)
{
	if (multiboot2_convert(params))
		door = LOADER_DOOR_MULTIBOOT2;
	loader_console_init(params);
	loader_set_debug_exit(wants_exit(params));
	checked_at = rdtsc();
	loader_stage_at(STAGE_HANDOFF_CHECK, checked_at);
	check_outside("H11 boot_params", (u64)params, sizeof(*params), out);
	check_outside("H13 cmd_line_ptr", cmdline_address(params), cmdline_size(params), out);
	check_outside("H16 ramdisk_image", whole(params, params->hdr.ramdisk_image, params->ext_ramdisk_image),
		      whole(params, params->hdr.ramdisk_size, params->ext_ramdisk_size), out);
	check_is_ram(params, out);
	return door;
}

static const u8 first_stage[] = {
	[LOADER_DOOR_32] = STAGE_STARTUP_32, [LOADER_DOOR_64] = STAGE_LOADER_64,
	[LOADER_DOOR_MULTIBOOT2] = STAGE_MULTIBOOT2,
};

/* A node of our own, before whatever list the boot loader made; its data are what is there. */
static void *add_node(struct boot_params *params, unsigned long at, u32 type, u32 len)
{
	struct setup_data *node = (struct setup_data *)(_image_end + at);

	node->type = type;
	node->len = len;
	node->next = params->hdr.setup_data;
	params->hdr.setup_data = (u64)node;
	return node->data;
}

static void start_trace(struct boot_params *params)
{
	struct boot_trace *trace;

	static_assert(sizeof(struct setup_data) + sizeof(*trace) <= LOADER_TRACE_SIZE, "LOADER_TRACE_SIZE");
	memset(_image_end + LOADER_TRACE, 0, LOADER_TRACE_SIZE);
	trace = add_node(params, LOADER_TRACE, SETUP_LANTERN_TRACE, sizeof(*trace));
	trace->version = BOOT_TRACE_VERSION;
	loader_set_trace(trace);
}

/* What we were given, as it was, for the kernel to check; what is in the way of our work has been checked. */
static void keep_handoff(struct boot_params *params, u64 out, enum loader_door door)
{
	struct handoff_record *r;

	static_assert(sizeof(struct setup_data) + sizeof(*r) <= LOADER_HANDOFF_SIZE, "LOADER_HANDOFF_SIZE");
	r = (void *)(_image_end + LOADER_HANDOFF + sizeof(struct setup_data));
	r->given = *params;
	sanitize_boot_params(params);
	add_node(params, LOADER_HANDOFF, SETUP_LANTERN_HANDOFF, sizeof(*r));
	r->version = HANDOFF_VERSION;
	r->door = first_stage[door];
	r->entry = loader_entry;
	r->image = loader_loaded_at;
	r->image_size = _image_end - _pm_start;
	r->buffer = out;
	r->params = (u64)params;
	memcpy(&r->init_size, &loader_link, sizeof(loader_link));
}

static void read_cmdline(const struct boot_params *params)
{
	char *cmdline = _image_end + LOADER_CMDLINE;

	cmdline[0] = 0;
	if (cmdline_address(params))
		strscpy(cmdline, (const char *)cmdline_address(params), COMMAND_LINE_SIZE);
	loader_set_verbose(cmdline_list_has(cmdline, "efi", "debug") ||
			   cmdline_find_option_bool(cmdline, "earlyprintk") ||
			   cmdline_find_option(cmdline, "earlyprintk", NULL, 0) > 0);
}

/* stop=NAME, once there is a screen to see it on. */
static void stop_as_asked(void)
{
	char name[24];

	if (cmdline_find_option(loader_cmdline(), "stop", name, sizeof(name)) > 0)
		loader_stop_at(name);
}

/*
 * The switch needs two pages below 4 GiB. The workspace serves when it lies
 * there; otherwise the end of low RAM, whose contents are put back afterwards.
 */
static void *low_pages(const struct boot_params *params)
{
	u64 work = (u64)_image_end + LOADER_LA57, best = 0;
	unsigned int i;

	if (work + LOADER_LA57_SIZE <= SZ_4G)
		return (void *)work;
	for (i = 0; i < params->e820_entries; i++) {
		const struct boot_e820_entry *e = &params->e820_table[i];
		u64 end = min(e->addr + e->size, SZ_1M);

		if (e->type == E820_TYPE_RAM && e->addr < SZ_1M && end - e->addr > LOADER_LA57_SIZE)
			best = ALIGN_DOWN(end - LOADER_LA57_SIZE, PAGE_SIZE);
	}
	return (void *)best;
}

/* Return: what of low memory was borrowed and holds the top-level table for now; NULL for none. */
static void *set_paging_levels(const struct boot_params *params)
{
	bool now = read_cr4() & X86_CR4_LA57;
	bool want = cpuid_checked(7, 0).ecx & 1u << 16 && !cmdline_find_option_bool(loader_cmdline(), "no5lvl");
	void *work = _image_end + LOADER_LA57, *low;
	struct desc_ptr gdtr;

	loader_detail("%d levels now, %d for the kernel", now ? 5 : 4, want ? 5 : 4);
	if (now == want)
		return NULL;
	low = low_pages(params);
	if (!low) {
		loader_warn("no memory below 4 GiB for the switch to %d levels: staying at %d",
			    want ? 5 : 4, now ? 5 : 4);
		return NULL;
	}
	if (low != work)
		memcpy(work, low, LOADER_LA57_SIZE);
	sgdt(&gdtr);
	la57_toggle(low);
	lgdt(&gdtr);			/* the trampoline's own goes away with the borrowed pages */
	return low != work ? low : NULL;
}

static void choose_random(u64 random[2])
{
	const char *cmdline = loader_cmdline();

	random[0] = random[1] = 0;
	if (cmdline_find_option_bool(cmdline, "nokaslr") || cmdline_find_option_bool(cmdline, "deterministic"))
		loader_detail("KASLR off: asked for");
	else if (!rdrand_fill(random, 2 * sizeof(random[0])))
		loader_detail("KASLR off: no random number generator");
}

static void must(enum payload_error err)
{
	if (err)
		loader_fail("%s", payload_strerror(err));
}

u64 loader_main(struct boot_params *params, u64 out, enum loader_door door)
{
	const struct payload_header *p = payload_find();
	u64 random[2], pa, va, cmdline;
	void *borrowed;

	loader_console_init(params);
	loader_idt_init();		/* a fault says so from here on */
	keep_handoff(params, out, door);
	cmdline = cmdline_address(params);	/* params may be what is borrowed below */
	start_trace(params);
	loader_stage_at(first_stage[door], loader_entry.tsc);
	loader_stage_at(STAGE_HANDOFF_CHECK, checked_at);
	read_cmdline(params);
	if (door != LOADER_DOOR_64)
		loader_stage(STAGE_LOADER_64);

	loader_stage(STAGE_LA57);
	borrowed = set_paging_levels(params);
	loader_stage(STAGE_IDENTITY_MAP);
	ident_map_init(params, cmdline);		/* any address can be used from here on */
	if (borrowed)
		memcpy(borrowed, _image_end + LOADER_LA57, LOADER_LA57_SIZE);
	loader_show_strip(&params->screen_info);
	stop_as_asked();

	loader_stage(STAGE_PAYLOAD);
	must(payload_check(p));
	loader_stage(STAGE_PLACE);
	choose_random(random);
	pa = loader_place(params, out, p->memory_size, random[0]);
	va = payload_virtual(p, random[1]);
	loader_detail("kernel at %#llx, virtual %#llx", (unsigned long long)pa, (unsigned long long)va);
	if (random[1])
		params->hdr.loadflags |= KASLR_FLAG;
	ident_map_add(pa, pa + p->memory_size);

	loader_stage(STAGE_DECOMPRESS);
	must(payload_expand(p, (void *)pa));
	loader_stage(STAGE_CHECKSUM);
	must(payload_verify(p, (void *)pa));
	loader_stage(STAGE_RELOCATE);
	must(payload_relocate(p, (void *)pa, va));
	loader_stage(STAGE_ENTER_KERNEL);
	return pa + p->entry_offset;
}
