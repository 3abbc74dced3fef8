/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Microcode updates: a CPU forgets them at reset, and the firmware's are as old
 * as the firmware. They come in files at the beginning of the initrd, in an
 * archive that is not compressed (Linux microcode.rst):
 * kernel/x86/microcode/GenuineIntel.bin and AuthenticAMD.bin.
 *
 * The finders below see nothing but the bytes of such a file.
 */
#ifndef ASM_MICROCODE_H
#define ASM_MICROCODE_H

#include <lib/types.h>

struct microcode_patch {
	const u8	*data;		/* in the file; NULL: none */
	u32		size;		/* bytes */
	u32		date;		/* 0xMMDDYYYY */
	s64		revision;	/* signed on Intel, unsigned on AMD: 64 bits compare both */
};

struct microcode_search {
	u32			signature;	/* in: CPUID.1:EAX */
	u32			platform;	/* in: Intel, bit of the platform ID (SDM 3A 10.11.4) */
	struct microcode_patch	newest;		/* out: of those for this CPU */
	const char		*fault;		/* out: what is wrong, NULL for nothing */
	u64			fault_at;	/* out: bytes before the update that is wrong */
};

/**
 * microcode_intel_find() - the newest update for a CPU in GenuineIntel.bin (SDM 3A 10.11)
 * microcode_amd_find() - the same in AuthenticAMD.bin
 * @s: signature, and platform for Intel, given; all else zero
 * The search ends at the first fault, and what was found before it is good:
 * sizes lie in the file and, on Intel, checksums are right. AMD's have none that
 * is documented; there the CPU alone knows a good one.
 */
void microcode_intel_find(struct microcode_search *s, const u8 *data, u64 size);
void microcode_amd_find(struct microcode_search *s, const u8 *data, u64 size);

#define INTEL_MICROCODE_HEADER_SIZE	48u	/* the CPU wants the address after it */

/**
 * microcode_init() - find the update in the initrd, load it on the boot CPU, say so
 * Not with "dis_ucode_ldr", and not under a hypervisor, where the CPU's microcode
 * is the host's business: then it is only reported.
 * Context: once, between initrd_reserve() and paging_init(); memblock has RAM.
 */
void microcode_init(void);

/**
 * microcode_load_cpu() - load on this CPU what microcode_init() loaded on the boot CPU
 * A CPU of another kind than that is left alone, with a warning.
 * Return: false when the update is still missing.
 * Context: every other CPU, as early as it can take a #GP and a lock, before its
 * features are looked at; interrupts off.
 */
bool microcode_load_cpu(void);

#endif
