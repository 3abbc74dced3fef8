/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map by INT 15h, from the newest function to the oldest. All are
 * asked, as a kernel may compare them; when E820 is not there, a map is made of
 * what the older ones and INT 12h say, so that the kernel reads one kind only.
 */
#include <lib/const.h>
#include <lib/string.h>
#include "setup.h"

#define SMAP		0x534d4150	/* "SMAP" */
#define E820_ATTR_VALID	1		/* ACPI 6.5, 15.1: clear means: ignore this entry */

struct e820_answer {
	struct boot_e820_entry entry;
	u32	attributes;		/* ACPI 3.0 on; a BIOS that returns 20 bytes leaves it */
} __packed;

/* Quirks: EAX without the signature is some other function; carry may be set on the last entry or after it. */
static void detect_e820(void)
{
	struct e820_answer answer;
	struct bios_regs in, out;
	u8 n = 0;

	bios_regs_init(&in);
	in.edx = SMAP;
	in.ecx = sizeof(answer);
	in.edi = (u32)(unsigned long)&answer;
	do {
		in.eax = 0xe820;	/* EAX, ECX and EDX anew each time: BIOSes spoil them */
		memset(&answer, 0, sizeof(answer));
		answer.attributes = E820_ATTR_VALID;
		bios_call(0x15, &in, &out);
		if (bios_failed(&out))
			break;
		if (out.eax != SMAP) {
			n = 0;
			break;
		}
		in.ebx = out.ebx;	/* the continuation: opaque, 0 after the last entry */
		if (out.ecx >= sizeof(answer) && !(answer.attributes & E820_ATTR_VALID))
			continue;
		if (n == E820_MAX_ENTRIES_ZEROPAGE) {
			warn("the BIOS has more than 128 memory ranges; the rest is ignored");
			break;
		}
		boot_params.e820_table[n++] = answer.entry;
	} while (in.ebx);
	boot_params.e820_entries = n;
}

/* AX = KiB from 1 to 16 MiB, BX = 64 KiB units above 16 MiB; some answer in CX and DX only */
static void detect_e801(void)
{
	struct bios_regs regs;
	u32 low, high;

	bios_regs_init(&regs);
	regs.eax = 0xe801;
	bios_call(0x15, &regs, &regs);
	if (bios_failed(&regs))
		return;
	low = (u16)regs.eax;
	high = (u16)regs.ebx;
	if (!low && !high) {
		low = (u16)regs.ecx;
		high = (u16)regs.edx;
	}
	if (low > 15 * 1024)
		return;
	/* what lies above a hole below 16 MiB cannot be said in one number */
	boot_params.alt_mem_k = low == 15 * 1024 ? low + (high << 6) : low;
}

static void detect_88(void)
{
	struct bios_regs regs;

	bios_regs_init(&regs);
	regs.eax = 0x8800;
	bios_call(0x15, &regs, &regs);
	if (!bios_failed(&regs))
		boot_params.screen_info.ext_mem_k = regs.eax;
}

static void add_ram(u32 start, u32 size)
{
	boot_params.e820_table[boot_params.e820_entries++] =
		(struct boot_e820_entry){ .addr = start, .size = size, .type = E820_TYPE_RAM };
}

static void make_map(void)
{
	u32 above_1m = max(boot_params.alt_mem_k, (u32)boot_params.screen_info.ext_mem_k);
	struct bios_regs regs;

	if (!above_1m)
		die("the BIOS tells no memory size by INT 15h E820, E801 or 88");
	warn("the BIOS has no memory map (INT 15h E820); using the sizes it tells");
	bios_regs_init(&regs);
	bios_call(0x12, &regs, &regs);		/* AX = KiB below the extended BIOS data area */
	add_ram(0, (regs.eax & 0xffff) << 10);
	add_ram(SZ_1M, min(above_1m, (u32)((SZ_4G - SZ_1M) >> 10) - 1) << 10);
}

/* Where the RAM at @start ends, below 4 GiB; @start when there is none. */
static u32 end_of_ram(u32 start)
{
	u32 end = start, before;
	u8 i;

	do {
		before = end;
		for (i = 0; i < boot_params.e820_entries; i++) {
			const struct boot_e820_entry *e = &boot_params.e820_table[i];

			if (e->type == E820_TYPE_RAM && e->addr <= end && e->addr + e->size > end)
				end = min(e->addr + e->size, (u64)SZ_4G - 1);
		}
	} while (end != before);
	return end;
}

/*
 * startup_32 moves itself to the end of what init_size promises (boot.rst,
 * init_size). Were there no RAM, it would be gone before it could say so.
 */
static void check_init_size(void)
{
	const struct setup_header *hdr = &boot_params.hdr;
	u32 start = max(ALIGN(hdr->code32_start, hdr->kernel_alignment), (u32)hdr->pref_address);

	if (end_of_ram(start) - start < hdr->init_size)
		die("too little memory: the kernel goes to 16 MiB, a machine of 24 MiB is large enough");
}

void detect_memory(void)
{
	detect_e820();
	detect_e801();
	detect_88();
	if (!boot_params.e820_entries)
		make_map();
	check_init_size();
}
