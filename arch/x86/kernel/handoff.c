/* SPDX-License-Identifier: BSD-2-Clause */
/* The handoff of this boot: checked, told, and made an exit status for those who test loaders. */
#include "efi_internal.h"
#include <asm/bootparam_utils.h>
#include <asm/e820.h>
#include <asm/init_64.h>
#include <asm/io.h>
#include <asm/setup.h>
#include <boot/stage.h>
#include <kernel/console.h>
#include <kernel/handoff.h>
#include <kernel/init.h>
#include <kernel/initmem.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/string.h>

/* QEMU's isa-debug-exit: status 2 * value + 1 */
#define DEBUG_EXIT_PORT		0xf4
#define EXIT_CLEAN		0x10	/* 33 */
#define EXIT_FINDINGS		0x11	/* 35 */
#define EXIT_FAILED		0x12	/* 37: the boot stopped */

static struct handoff_findings findings;
static bool checked;

static const struct {
	u8		nr;
	const char	*field, *rule, *source;
} rules[] = {
#define HANDOFF_RULE(nr, sym, field, rule, source)	{ nr, field, rule, source },
	HANDOFF_RULES(HANDOFF_RULE)
#undef HANDOFF_RULE
};

void handoff_describe(const struct handoff_finding *f, const struct text_sink *out)
{
	unsigned int i = 0;

	while (i < ARRAY_SIZE(rules) - 1 && rules[i].nr != f->rule)
		i++;
	sink_printf(out, "H%u %s%s%s: %#llx", f->rule, rules[i].field, f->part ? ", " : "", f->part ? f->part : "",
		    (unsigned long long)f->value);
	if (f->wanted)
		sink_printf(out, " (%#llx)", (unsigned long long)f->wanted);
	sink_printf(out, "; rule: %s [%s]", rules[i].rule, rules[i].source);
}

const struct handoff_findings *handoff_findings(void)
{
	return checked ? &findings : NULL;
}

void handoff_emit(const struct text_sink *out)
{
	unsigned int i;

	if (!checked) {
		sink_puts(out, "handoff: no record of what was handed over\n");
		return;
	}
	for (i = 0; i < findings.nr; i++) {
		sink_puts(out, "handoff: ");
		handoff_describe(&findings.finding[i], out);
		sink_puts(out, "\n");
	}
	if (findings.nr)
		sink_printf(out, "handoff: %u findings\n", findings.nr + findings.more);
	else
		sink_puts(out, "handoff: clean\n");
}

/* ---------------------------------------------------------------- what there is to check */

static const struct handoff_record *__init find_record(void)
{
	struct setup_data_iter it;
	const struct handoff_record *r;

	setup_data_iter_init(&it, boot_params.hdr.setup_data, boot_data_map);
	while ((r = setup_data_next(&it)))
		if (it.type == SETUP_LANTERN_HANDOFF && it.len >= sizeof(*r) && r->version == HANDOFF_VERSION)
			return r;
	return NULL;
}

/* The loader's own map, before it was put in order; where the firmware gave it, what the stub made of that. */
static unsigned int __init gather_e820(const struct handoff_record *r, struct boot_e820_entry *out, unsigned int max)
{
	const struct boot_params *bp = r->params && r->door != STAGE_HANDOVER ? &r->given : &boot_params;
	unsigned int nr = min((unsigned int)bp->e820_entries, (unsigned int)E820_MAX_ENTRIES_ZEROPAGE), n;
	struct setup_data_iter it;
	const void *data;

	memcpy(out, bp->e820_table, nr * sizeof(*out));
	setup_data_iter_init(&it, bp->hdr.setup_data, boot_data_map);
	while ((data = setup_data_next(&it)))
		if (it.type == SETUP_E820_EXT) {
			n = min(it.len / (unsigned int)sizeof(*out), max - nr);
			memcpy(out + nr, data, n * sizeof(*out));
			nr += n;
		}
	return nr;
}

static bool wants(const char *what)
{
	return cmdline_list_has(boot_command_line, "handoff", what);
}

static void emit_text(void *ctx, const char *text, size_t len)
{
	char *buf = ctx;
	size_t at = strlen(buf);

	len = min(len, 255 - at);
	memcpy(buf + at, text, len);
	buf[at + len] = 0;
}

static void __init stop_at_first(void)
{
	char text[256] = "";
	const struct text_sink out = { emit_text, text };

	handoff_describe(&findings.finding[0], &out);
	boot_panic(STAGE_HANDOFF_CHECK, "%s (handoff=strict)", text);
}

void __init handoff_check_boot(void)
{
	static struct boot_e820_entry e820[E820_MAX_ENTRIES] __initdata;
	struct handoff_check c = {
		.record = find_record(), .map = boot_data_map, .e820 = e820,
		.efi_map = efi.map, .efi_map_size = efi.map_size, .efi_desc_size = efi.desc_size,
		.systab = efi.systab_pa,
	};

	if (!c.record)
		return;
	c.nr_e820 = gather_e820(c.record, e820, ARRAY_SIZE(e820));
	handoff_check(&c, &findings);
	checked = true;
	if (findings.nr)
		handoff_emit(&log_sink);
	if (findings.nr && wants("strict"))
		stop_at_first();
}

/* ---------------------------------------------------------------- telling a program */

void handoff_exit_failed(void)
{
	if (wants("exit"))
		outb(EXIT_FAILED, DEBUG_EXIT_PORT);
}

void handoff_exit_if_asked(void)
{
	if (!wants("exit"))
		return;
	handoff_emit(&log_sink);
	console_flush();
	outb(checked && !findings.nr ? EXIT_CLEAN : EXIT_FINDINGS, DEBUG_EXIT_PORT);
	machine_poweroff();
}

static int cmd_handoff(int argc, char **argv)
{
	if (argc > 1)
		return -1;
	handoff_emit(&log_sink);
	return 0;
}
MONITOR_COMMAND(handoff, "", "whether the loader kept to the boot protocol", cmd_handoff);
