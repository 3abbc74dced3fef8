// SPDX-License-Identifier: BSD-2-Clause
/*
 * Monitor commands that look into the CPU and memory: cpuid, msr, peek, poke. What
 * is not there is told instead of a fault. Reading a device's registers can change
 * it, and writing anything can end everything: poke wants monitor=unsafe.
 */
#include <asm/extable.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>
#include <lib/string.h>

#define PEEK_MAX	512		/* words of 8 bytes */

static bool parse(const char *s, unsigned int base, u64 max, u64 *value)
{
	return s && !kstrtou64(s, base, value) && *value <= max;
}

static int cmd_cpuid(int argc, char **argv)
{
	u64 leaf = 0, subleaf = 0;
	struct cpuid_regs r;

	if (argc > 3 || (argc > 1 && !parse(argv[1], 16, ~0u, &leaf)) || (argc > 2 && !parse(argv[2], 16, ~0u, &subleaf)))
		return -1;
	r = cpuid(leaf, subleaf);
	printk("cpuid %08x.%x: eax %08x  ebx %08x  ecx %08x  edx %08x\n", (u32)leaf, (u32)subleaf, r.eax, r.ebx, r.ecx, r.edx);
	return 0;
}
MONITOR_SAFE_COMMAND(cpuid, "[LEAF [SUBLEAF]]", "what CPUID says; numbers are hexadecimal", cmd_cpuid);

static int cmd_msr(int argc, char **argv)
{
	u64 nr, value;

	if (argc != 2 || !parse(argv[1], 16, ~0u, &nr))
		return -1;
	if (rdmsr_safe(nr, &value))
		printk("msr %08x: %016llx\n", (u32)nr, (unsigned long long)value);
	else
		printk("msr %08x: this CPU has none\n", (u32)nr);
	return 0;
}
MONITOR_SAFE_COMMAND(msr, "NUMBER", "a model-specific register of this CPU, by its hexadecimal number", cmd_msr);

static void print_word(u64 addr, u64 value)
{
	char text[sizeof(value) + 1] = "";

	for (unsigned int i = 0; i < sizeof(value); i++) {
		char c = value >> 8 * i;

		text[i] = c >= ' ' && c < 0x7f ? c : '.';
	}
	printk("%016llx: %016llx  %s\n", (unsigned long long)addr, (unsigned long long)value, text);
}

static int cmd_peek(int argc, char **argv)
{
	u64 addr, value, count = 1;

	if (argc < 2 || argc > 3 || !parse(argv[1], 16, ~0ull, &addr) || (argc == 3 && !parse(argv[2], 0, PEEK_MAX, &count)))
		return -1;
	for (; count; count--, addr += sizeof(value)) {
		if (!read_nofault((const void *)addr, &value)) {
			printk("%016llx: cannot be read\n", (unsigned long long)addr);
			break;
		}
		print_word(addr, value);
	}
	return 0;
}
MONITOR_SAFE_COMMAND(peek, "ADDR [COUNT]", "words of 8 bytes at a hexadecimal address, as the kernel sees memory", cmd_peek);

static bool unsafe(void)
{
	char value[8];

	return cmdline_find_option(boot_command_line, "monitor", value, sizeof(value)) > 0 && !strcmp(value, "unsafe");
}

static int cmd_poke(int argc, char **argv)
{
	u64 addr, value;

	if (argc != 3 || !parse(argv[1], 16, ~0ull, &addr) || !parse(argv[2], 16, ~0ull, &value))
		return -1;
	if (!unsafe())
		printk("poke: not without monitor=unsafe on the command line\n");
	else if (!write_nofault((void *)addr, value))
		printk("%016llx: cannot be written\n", (unsigned long long)addr);
	return 0;
}
MONITOR_COMMAND(poke, "ADDR VALUE", "write 8 bytes; both numbers are hexadecimal, monitor=unsafe allows it", cmd_poke);
