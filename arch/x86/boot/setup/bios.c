/* SPDX-License-Identifier: BSD-2-Clause */
/* The short questions to the BIOS: keyboard, SpeedStep, APM. */
#include <lib/string.h>
#include "setup.h"

void bios_regs_init(struct bios_regs *regs)
{
	memset(regs, 0, sizeof(*regs));
	regs->ds = regs->es = regs->fs = regs->gs = our_segment();
	regs->eflags = X86_EFLAGS_CF_BIT | X86_EFLAGS_IF_BIT;
}

void keyboard_init(void)
{
	struct bios_regs regs;

	bios_regs_init(&regs);
	regs.eax = 0x0200;		/* shift flags */
	bios_call(0x16, &regs, &regs);
	boot_params.kbd_status = regs.eax;

	bios_regs_init(&regs);
	regs.eax = 0x0305;		/* typematic: 250 ms delay, 30 a second */
	bios_call(0x16, &regs, NULL);
}

#define IST_SIGNATURE	0x47534943	/* Intel SpeedStep: "CISG" as the caller gives it */

/* zero-page.rst, ist_info */
struct ist_info {
	u32	signature, command, event, perf_level;
} __packed;
static_assert(sizeof(struct ist_info) == sizeof(boot_params.ist_info), "zero-page.rst");

void query_ist(void)
{
	struct bios_regs regs;
	struct ist_info ist;

	bios_regs_init(&regs);
	regs.eax = 0xe980;
	regs.edx = IST_SIGNATURE;
	bios_call(0x15, &regs, &regs);
	if (bios_failed(&regs))
		return;
	ist = (struct ist_info){ regs.eax, regs.ebx, regs.ecx, regs.edx };
	memcpy(boot_params.ist_info, &ist, sizeof(ist));
}

#define APM_SIGNATURE	0x504d		/* "PM" in BX */
#define APM_32BIT	0x0002		/* in CX: a 32-bit interface exists */

/* zero-page.rst, apm_bios_info; APM 1.2, 4.6 */
struct apm_bios_info {
	u16	version;		/* BCD, AL minor and AH major */
	u16	cseg;
	u32	offset;
	u16	cseg_16, dseg, flags, cseg_len, cseg_16_len, dseg_len;
} __packed;
static_assert(sizeof(struct apm_bios_info) == sizeof(boot_params.apm_bios_info), "zero-page.rst");

static bool apm_call(u8 function, struct bios_regs *regs)
{
	bios_regs_init(regs);
	regs->eax = 0x5300 | function;	/* BX = 0: the APM BIOS itself */
	bios_call(0x15, regs, regs);
	return !bios_failed(regs);
}

static bool apm_check(struct bios_regs *regs)
{
	return apm_call(0x00, regs) && (u16)regs->ebx == APM_SIGNATURE && regs->ecx & APM_32BIT;
}

/*
 * The kernel is told of the 32-bit interface but it is not left connected: code
 * in long mode cannot call it, and a connected BIOS leaves the power button to us.
 */
void query_apm_bios(void)
{
	struct apm_bios_info apm = { 0 };
	struct bios_regs regs;

	if (!apm_check(&regs))
		return;
	apm.version = regs.eax;
	apm.flags = regs.ecx;

	apm_call(0x04, &regs);		/* someone may have left it connected */
	if (!apm_call(0x03, &regs))
		return;
	apm.cseg = regs.eax;
	apm.offset = regs.ebx;
	apm.cseg_16 = regs.ecx;
	apm.dseg = regs.edx;
	apm.cseg_len = regs.esi;
	apm.cseg_16_len = regs.esi >> 16;
	apm.dseg_len = regs.edi;
	/* connected, some BIOSes tell another version and flags */
	if (apm_check(&regs)) {
		apm.version = regs.eax;
		apm.flags = regs.ecx;
	}
	apm_call(0x04, &regs);
	memcpy(boot_params.apm_bios_info, &apm, sizeof(apm));
}
