/* SPDX-License-Identifier: BSD-2-Clause */
/* High precision event timers (IA-PC HPET specification 1.0a). */
#ifndef ASM_HPET_H
#define ASM_HPET_H

#define HPET_SIZE	0x400

/* Registers, offsets from the address (2.3) */
#define HPET_ID		0x000		/* 64 bits: the period of a tick in fs is the upper half */
#define HPET_CFG	0x010
#define HPET_COUNTER	0x0f0
#define HPET_T0_CFG	0x100
#define HPET_T0_CMP	0x108

#define HPET_ID_REV(id)		((id) & 0xff)		/* 0 is not allowed */
#define HPET_ID_64BIT		(1u << 13)
#define HPET_ID_LEGACY		(1u << 15)
#define HPET_CFG_ENABLE		0x1
#define HPET_CFG_LEGACY		0x2		/* comparator 0 takes IRQ 0 from the PIT */
#define HPET_TN_LEVEL		0x002
#define HPET_TN_ENABLE		0x004
#define HPET_TN_PERIODIC	0x008
#define HPET_TN_32BIT		0x100
#define HPET_MAX_PERIOD		100000000	/* fs, 2.3.4 */
#define HPET_MIN_PERIOD		100000		/* 10 GHz; no clock counts faster */

#endif
